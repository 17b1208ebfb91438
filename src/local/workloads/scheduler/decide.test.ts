import { describe, expect, it } from 'vitest';
import type { Node, NodeSpec } from '../../../kubernetes/generated/core-v1.js';
import { pod } from '../testing/objects.js';
import { decideNode, waitsForNode } from './decide.js';

const node = (name: string, spec: NodeSpec = {}, ready = 'True'): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { disk: name } },
  spec,
  status: { allocatable: { cpu: '2', memory: '1Gi', pods: '2' }, conditions: [{ type: 'Ready', status: ready }] },
});
const asking = (cpu: string) => pod('new', { spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }] } });
const decide = (of: ReturnType<typeof pod>, nodes: Node[], taken: Record<string, ReturnType<typeof pod>[]> = {}) => decideNode(of, nodes, new Map(Object.entries(taken)));

describe('a Pod', () => {
  it('gets the node with the fewest Pods', () => {
    expect(decide(pod('new'), [node('a'), node('b')], { a: [pod('x')] })).toEqual({ kind: 'bind', node: 'b' });
    expect(decide(pod('new'), [node('b'), node('a')])).toEqual({ kind: 'bind', node: 'a' });
  });

  const CASES: [string, ReturnType<typeof decide>, string][] = [
    ['no nodes', decide(pod('new'), []), 'no nodes available to schedule pods'],
    ['cordoned', decide(pod('new'), [node('a', { unschedulable: true })]), '0/1 nodes are available: 1 node(s) were unschedulable.'],
    ['not ready', decide(pod('new'), [node('a', {}, 'Unknown')]), '0/1 nodes are available: 1 node(s) had untolerated taint(s).'],
    ['too much', decide(asking('2500m'), [node('a')]), '0/1 nodes are available: 1 Insufficient cpu.'],
    ['full', decide(asking('1500m'), [node('a'), node('b')], { a: [asking('1')], b: [pod('x'), pod('y')] }), '0/2 nodes are available: 1 Insufficient cpu, 1 Too many pods.'],
    ['selector', decide(pod('new', { spec: { nodeSelector: { disk: 'z' } } }), [node('a')]), "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."],
  ];
  for (const [title, decision, message] of CASES) {
    it(`is told why it has none: ${title}`, () => {
      expect(decision).toEqual({ kind: 'unschedulable', message });
    });
  }

  it('waits for this scheduler only when it has no node and is not going', () => {
    expect(waitsForNode(pod('a', { phase: 'Pending' }))).toBe(true);
    expect(waitsForNode(pod('a', { node: 'n' }))).toBe(false);
    expect(waitsForNode(pod('a', { spec: { schedulerName: 'mine' } }))).toBe(false);
    expect(waitsForNode(pod('a', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }))).toBe(false);
  });
});
