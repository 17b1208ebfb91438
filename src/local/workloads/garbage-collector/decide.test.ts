import { describe, expect, it } from 'vitest';
import { resources } from '../../../kubernetes/resources.js';
import { decideGarbage, type OwnerState } from './decide.js';
import { graphNode, OwnershipGraph, type GraphNode } from './ownership-graph.js';

const owner = (uid: string, block = true) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: uid, uid, blockOwnerDeletion: block });
const node = (uid: string, traits: Partial<GraphNode> = {}): GraphNode => ({
  uid,
  resource: resources.replicaSets,
  name: uid,
  namespace: 'default',
  resourceVersion: '1',
  owners: [],
  finalizers: [],
  leaving: false,
  ...traits,
});
const decide = (of: GraphNode, states: Record<string, OwnerState>, dependents: GraphNode[] = []) =>
  decideGarbage({ node: of, ownerState: ({ uid }) => states[uid] ?? 'absent', dependents });

describe('what becomes of an object', () => {
  const owned = node('child', { owners: [owner('a'), owner('b')] });

  it('stays while one owner exists, without the references to those that are gone', () => {
    expect(decide(owned, { a: 'present', b: 'present' })).toEqual({ kind: 'nothing' });
    expect(decide(owned, { a: 'present' })).toEqual({ kind: 'drop-owners', uids: ['b'] });
    expect(decide(owned, { a: 'leaving', b: 'present' })).toEqual({ kind: 'drop-owners', uids: ['a'] });
  });

  it('goes with its last owner, in the way its finalizers ask for', () => {
    expect(decide(owned, {})).toEqual({ kind: 'delete', policy: 'Background', unblock: false });
    expect(decide({ ...owned, finalizers: ['orphan'] }, {})).toMatchObject({ policy: 'Orphan' });
    expect(decide(owned, { a: 'leaving' }, [node('grandchild', { owners: [owner('child')] })])).toMatchObject({ policy: 'Foreground', unblock: false });
    expect(decide(node('bare'), {})).toEqual({ kind: 'nothing' });
  });

  it('waits in the foreground for those that block it, and for no others', () => {
    const leaving = node('parent', { leaving: true, finalizers: ['foregroundDeletion'] });
    expect(decide(leaving, {}, [node('child', { owners: [owner('parent')] })])).toEqual({ kind: 'look-at', uids: ['child'] });
    expect(decide(leaving, {}, [node('child', { owners: [owner('parent', false)] })])).toEqual({ kind: 'remove-finalizer', finalizer: 'foregroundDeletion' });
    expect(decide(node('parent', { leaving: true, finalizers: ['orphan'] }), {})).toEqual({ kind: 'orphan' });
    expect(decide(node('parent', { leaving: true, finalizers: ['example.com/mine'] }), {})).toEqual({ kind: 'nothing' });
  });
});

describe('the graph', () => {
  it('names what to look at again', () => {
    const graph = new OwnershipGraph();
    expect(graph.put(node('child', { owners: [owner('parent')] }))).toEqual(['child']);
    graph.put(node('parent', { leaving: true, finalizers: ['foregroundDeletion'] }));
    expect(graph.put(node('child', { owners: [owner('parent', false)] }))).toEqual(['child', 'parent']);
    expect(graph.dependentsOf('parent').map(({ uid }) => uid)).toEqual(['child']);
    expect(graph.remove('parent')).toEqual(['child']);
    expect(graph.remove('child')).toEqual([]);
    expect(graph.dependentsOf('parent')).toEqual([]);
  });

  it('reads objects', () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', uid: 'u', deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(graphNode(resources.configMaps, object)).toMatchObject({ uid: 'u', leaving: true, owners: [], finalizers: [] });
  });
});
