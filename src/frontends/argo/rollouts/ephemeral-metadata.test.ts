import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyMergePatch } from '../../../kubernetes/patch/merge-patch.js';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import type { Rollout } from '../kinds/rollout.js';
import { metadataOfRole, metadataPatches, recordedMetadata, replicaSetInRole, type EphemeralMetadata, type NamedPatch } from './ephemeral-metadata.js';
import { podOf, replicaSetOfHash, rolloutOf, templateOf } from './testing/objects.js';

const RECORD = 'rollout.argoproj.io/ephemeral-metadata';
const roles = { canaryMetadata: { labels: { role: 'canary', trial: 'yes' }, annotations: { since: 'now' } }, stableMetadata: { labels: { role: 'stable' } } };
const canary = (fields: object, stableRS: string | undefined): Rollout => rolloutOf({ strategy: { canary: fields } }, stableRS === undefined ? {} : { stableRS });

interface Cluster {
  readonly replicaSets: ReplicaSet[];
  readonly pods: Pod[];
}
const patched = <T extends { metadata: { name: string } }>(objects: readonly T[], patches: readonly NamedPatch[]): T[] =>
  objects.map((each) => patches.filter(({ name }) => name === each.metadata.name).reduce<T>((object, { patch }) => applyMergePatch(object, patch) as T, each));

/** @param stopAfter how many writes are done before the controller is gone */
function step({ replicaSets, pods }: Cluster, rollout: Rollout, newest: string, stopAfter = Infinity): Cluster & { writes: number } {
  const patches = metadataPatches(rollout, { replicaSets, pods, newest, template: templateOf() });
  const ofSets = patches.replicaSets.slice(0, stopAfter);
  return { replicaSets: patched(replicaSets, ofSets), pods: patched(pods, patches.pods.slice(0, Math.max(0, stopAfter - ofSets.length))), writes: patches.replicaSets.length + patches.pods.length };
}

describe('metadata of a role', () => {
  it('is stable’s, the newest one’s, or none', () => {
    const rollout = canary(roles, 'a');
    expect([metadataOfRole(rollout, 'a', 'b'), metadataOfRole(rollout, 'b', 'b'), metadataOfRole(rollout, 'c', 'b')]).toEqual([roles.stableMetadata, roles.canaryMetadata, undefined]);
    expect(metadataOfRole(canary(roles, undefined), 'a', 'a')).toBe(roles.stableMetadata);
    const blueGreen = rolloutOf({ strategy: { blueGreen: { activeService: 'web', previewMetadata: { labels: { p: '1' } }, activeMetadata: { labels: { a: '1' } } } } }, { stableRS: 'a' });
    expect([metadataOfRole(blueGreen, 'a', 'b'), metadataOfRole(blueGreen, 'b', 'b')]).toEqual([{ labels: { a: '1' } }, { labels: { p: '1' } }]);
  });

  it('is put on Pods that run, and on the template for those to come', () => {
    const set = replicaSetOfHash('b', { size: 1 });
    const { replicaSets, pods } = metadataPatches(canary(roles, 'a'), { replicaSets: [set], pods: [podOf(set, 'p'), podOf(replicaSetOfHash('z'), 'q')], newest: 'b' });
    expect(replicaSets).toEqual([{ name: 'web-b', patch: { metadata: { annotations: { [RECORD]: JSON.stringify(roles.canaryMetadata) } }, spec: { template: { metadata: { labels: { role: 'canary', trial: 'yes' }, annotations: { since: 'now' } } } } } }]);
    expect(pods).toEqual([{ name: 'p', patch: { metadata: { labels: { role: 'canary', trial: 'yes' }, annotations: { since: 'now' } } } }]);
  });

  it('changes with the role, and what others put on Pods stays', () => {
    const set = replicaSetInRole(replicaSetOfHash('b', { size: 2 }), roles.canaryMetadata);
    let cluster: Cluster = { replicaSets: [set], pods: [podOf(set, 'p'), { ...podOf(set, 'q'), metadata: { ...podOf(set, 'q').metadata, annotations: { since: 'now', sidecar: 'there' } } }] };
    const rollout = canary(roles, 'b');
    cluster = step(cluster, rollout, 'b');
    expect(cluster.pods.map(({ metadata }) => [metadata.labels, metadata.annotations])).toEqual([
      [{ app: 'web', 'rollouts-pod-template-hash': 'b', role: 'stable' }, undefined],
      [{ app: 'web', 'rollouts-pod-template-hash': 'b', role: 'stable' }, { sidecar: 'there' }],
    ]);
    expect(cluster.replicaSets[0]?.spec.template?.metadata?.labels).toEqual({ app: 'web', 'rollouts-pod-template-hash': 'b', role: 'stable' });
    cluster = step(cluster, rollout, 'b');
    expect(cluster.replicaSets[0]?.metadata.annotations?.[RECORD]).toBe(JSON.stringify(roles.stableMetadata));
    expect(step(cluster, rollout, 'b').writes).toBe(0);
  });

  it('goes with a strategy that asks for none, and shows again what the template says', () => {
    const template = { ...templateOf(), metadata: { name: '', labels: { app: 'web', role: 'own' } } };
    const set = replicaSetInRole(replicaSetOfHash('b', { template }), roles.canaryMetadata);
    const { replicaSets } = metadataPatches(canary({}, 'a'), { replicaSets: [set], pods: [], newest: 'b', template });
    expect(replicaSets).toEqual([{ name: 'web-b', patch: { metadata: { annotations: { [RECORD]: null } }, spec: { template: { metadata: { labels: { role: 'own', trial: null }, annotations: { since: null } } } } } }]);
  });

  it('never covers a label that Pods are selected by', () => {
    const set = replicaSetInRole(replicaSetOfHash('b'), { labels: { app: 'other', role: 'x' } });
    expect(set.spec.template?.metadata?.labels).toEqual({ app: 'web', 'rollouts-pod-template-hash': 'b', role: 'x' });
  });

  it('is nothing where the record cannot be read', () => {
    for (const text of ['', '{', '[]', '{"labels":{"a":1}}']) expect(Object.keys(recordedMetadata(replicaSetOfHash('b', { annotations: { [RECORD]: text } })) ?? {})).toEqual([]);
  });
});

it('ends up on every Pod and nowhere else, whoever stops in between', () => {
  const texts = (...keys: string[]): fc.Arbitrary<Record<string, string>> => fc.dictionary(fc.constantFrom(...keys), fc.constantFrom('1', '2'));
  const metadata: fc.Arbitrary<EphemeralMetadata> = fc.record({ labels: texts('role', 'tier'), annotations: texts('x', 'y') }, { requiredKeys: [] });
  const turn = fc.record({ strategy: fc.record({ canaryMetadata: metadata, stableMetadata: metadata }, { requiredKeys: [] }), stable: fc.constantFrom('a', 'b', 'c'), newest: fc.constantFrom('a', 'b'), stopAfter: fc.constantFrom(0, 1, 2, 3, 4, 99) });
  fc.assert(fc.property(fc.array(turn, { minLength: 1, maxLength: 5 }), (turns) => {
    const sets = ['a', 'b', 'c'].map((hash) => replicaSetOfHash(hash, { size: 2 }));
    let cluster: Cluster = { replicaSets: sets, pods: sets.flatMap((set) => ['1', '2'].map((each) => podOf(set, `${set.metadata.name}-${each}`, { annotations: { other: 'kept' } }))) };
    for (const { strategy, stable, newest, stopAfter } of turns) cluster = step(cluster, canary(strategy, stable), newest, stopAfter);
    const { strategy, stable, newest } = turns.at(-1) ?? { strategy: {}, stable: 'a', newest: 'a' };
    const rollout = canary(strategy, stable);
    for (let round = 0; round < 2; round++) cluster = step(cluster, rollout, newest);
    expect(step(cluster, rollout, newest).writes).toBe(0);
    for (const set of cluster.replicaSets) {
      const hash = set.metadata.name.slice('web-'.length);
      const wanted = metadataOfRole(rollout, hash, newest);
      const labels = { app: 'web', 'rollouts-pod-template-hash': hash, ...wanted?.labels };
      expect(set.spec.template?.metadata?.labels).toEqual(labels);
      for (const pod of cluster.pods.filter((each) => each.metadata.ownerReferences?.[0]?.name === set.metadata.name)) {
        expect([pod.metadata.labels, pod.metadata.annotations]).toEqual([labels, { other: 'kept', ...wanted?.annotations }]);
      }
    }
  }));
});
