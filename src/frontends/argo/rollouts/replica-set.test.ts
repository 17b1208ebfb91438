import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyMergePatch } from '../../../kubernetes/patch/merge-patch.js';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Rollout } from '../kinds/rollout.js';
import { possibleHashes, rolloutsHash } from '../pod-template-hash.js';
import { replicaSetFor, type NewestVersion } from './replica-set.js';
import { replicaSetOfHash, rolloutOf, templateOf } from './testing/objects.js';

const selector = { matchLabels: { app: 'web' } };
const newest = (rollout: Rollout, existing: readonly ReplicaSet[] = [], image = 'web:v1', taken?: readonly string[]): NewestVersion => replicaSetFor(rollout, { template: templateOf(image), selector }, existing, taken);
const canary = (fields: object, status: object = {}): Rollout => rolloutOf({ strategy: { canary: fields } }, status);
const hash = rolloutsHash(templateOf());

describe('the ReplicaSet of a template', () => {
  it('is made without Pods, as Argo Rollouts would make it', () => {
    const rollout = rolloutOf({ minReadySeconds: 5 }, {}, { labels: { 'argo-rollouts.argoproj.io/controller-instance-id': 'mine', team: 'a' }, annotations: { note: 'x', 'rollout.argoproj.io/revision': '9', 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'notified.notifications.argoproj.io': '{}' } });
    const { replicaSet, isNew, revision, patch } = newest(rollout, [replicaSetOfHash('old', { revision: 3, template: templateOf('web:v0') })]);
    expect({ isNew, revision, patch }).toEqual({ isNew: true, revision: 4, patch: undefined });
    expect(replicaSet).toEqual({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `web-${hash}`, namespace: 'shop',
        labels: { app: 'web', 'rollouts-pod-template-hash': hash, 'argo-rollouts.argoproj.io/controller-instance-id': 'mine' },
        annotations: { note: 'x', 'rollout.argoproj.io/revision': '4', 'rollout.argoproj.io/desired-replicas': '4' },
        ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web', uid: 'u', controller: true, blockOwnerDeletion: true }],
      },
      spec: { replicas: 0, minReadySeconds: 5, selector: { matchLabels: { app: 'web', 'rollouts-pod-template-hash': hash } }, template: { metadata: { labels: { app: 'web', 'rollouts-pod-template-hash': hash } }, spec: templateOf().spec } },
    });
  });

  it.each(possibleHashes(templateOf()))('is one whose hash %s it may have, whatever a server made of its template', (each) => {
    const existing = [replicaSetOfHash(each, { template: templateOf('something:else') }), replicaSetOfHash('other', { revision: 2 })];
    expect(newest(rolloutOf({}), existing)).toMatchObject({ hash: each, isNew: false });
  });

  it('is the one that ran last where both hashes are there', () => {
    const both = possibleHashes(templateOf()).map((each) => replicaSetOfHash(each));
    expect(possibleHashes(templateOf()).map((currentPodHash) => newest(rolloutOf({}, { currentPodHash }), both).hash)).toEqual(possibleHashes(templateOf()));
    expect(newest(rolloutOf({}), both).hash).toBe(hash);
  });

  it('is one with another hash that means the same Pods: the last one that ran, else the oldest', () => {
    const filled = { ...templateOf(), spec: { ...templateOf().spec, containers: [{ name: 'web', image: 'web:v1', imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log' }], restartPolicy: 'Always', dnsPolicy: 'ClusterFirst' } };
    const twins = [replicaSetOfHash('younger', { template: filled, minute: 9 }), replicaSetOfHash('older', { template: filled, minute: 1 }), replicaSetOfHash('other', { template: templateOf('web:v2') })];
    expect(newest(rolloutOf({}), twins).hash).toBe('older');
    expect(newest(rolloutOf({}, { currentPodHash: 'younger' }), twins).hash).toBe('younger');
    expect(newest(rolloutOf({}, { currentPodHash: 'other' }), twins).hash).toBe('older');
    expect(newest(rolloutOf({}), [{ ...twins[1], metadata: { ...twins[1]?.metadata, deletionTimestamp: 'x' } } as ReplicaSet]).isNew).toBe(true);
  });

  it('that comes back is the next revision, with those that it was on record', () => {
    const existing = [replicaSetOfHash(hash, { revision: 1 }), replicaSetOfHash('b', { revision: 2 })];
    const { revision, patch, replicaSet } = newest(rolloutOf({}), existing);
    expect([revision, patch]).toEqual([3, { metadata: { annotations: { 'rollout.argoproj.io/revision': '3', 'rollout.argoproj.io/revision-history': '1' } } }]);
    const again = newest(rolloutOf({}), [replicaSet, replicaSetOfHash('b', { revision: 4 })]);
    expect(again.replicaSet.metadata.annotations).toMatchObject({ 'rollout.argoproj.io/revision': '5', 'rollout.argoproj.io/revision-history': '1,3' });
  });

  it('stays as it is where nothing changed, and keeps its number when others are gone', () => {
    expect(newest(rolloutOf({}), [replicaSetOfHash(hash, { revision: 7 }), replicaSetOfHash('b', { revision: 2 })])).toMatchObject({ revision: 7, patch: undefined });
    const changed = newest(rolloutOf({ minReadySeconds: 3 }, {}, { annotations: { note: 'y' } }), [replicaSetOfHash(hash)]);
    expect(changed.patch).toEqual({ metadata: { annotations: { note: 'y' } }, spec: { minReadySeconds: 3 } });
  });

  it('takes another name where its own is taken', () => {
    const { hash: other, collisionCount, replicaSet } = newest(rolloutOf({}), [], 'web:v1', [`web-${hash}`]);
    expect([other, collisionCount]).toEqual([rolloutsHash(templateOf(), 1), 1]);
    expect(newest(rolloutOf({}, { collisionCount }), [replicaSet], 'web:v1', [`web-${hash}`])).toMatchObject({ isNew: false, hash: other, collisionCount: 1 });
  });

  it('carries what its Pods have for their role', () => {
    const roles = { canaryMetadata: { labels: { role: 'canary' }, annotations: { a: 'b' } }, stableMetadata: { labels: { role: 'stable' } } };
    expect(newest(canary(roles)).replicaSet.spec.template?.metadata?.labels).toMatchObject({ role: 'stable' });
    const { replicaSet } = newest(canary(roles, { stableRS: 'old' }));
    expect(replicaSet.spec.template?.metadata).toMatchObject({ labels: { app: 'web', role: 'canary' }, annotations: { a: 'b' } });
    expect(replicaSet.metadata.annotations).toMatchObject({ 'rollout.argoproj.io/ephemeral-metadata': '{"labels":{"role":"canary"},"annotations":{"a":"b"}}' });
    expect(newest(canary(roles, { stableRS: 'old', collisionCount: 5 }), [replicaSet])).toMatchObject({ isNew: false, patch: undefined });
  });
});

describe('anti-affinity', () => {
  const rule = (stable: string): object => ({ labelSelector: { matchExpressions: [{ key: 'rollouts-pod-template-hash', operator: 'In', values: [stable] }] }, namespaces: ['shop'], topologyKey: 'kubernetes.io/hostname' });
  const affinity = ({ replicaSet }: NewestVersion): unknown => replicaSet.spec.template?.spec?.affinity?.podAntiAffinity;
  const required = { antiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } };

  it('keeps the Pods of a version off the nodes of stable, and of nothing else', () => {
    expect(affinity(newest(canary(required, { stableRS: 'old' })))).toEqual({ requiredDuringSchedulingIgnoredDuringExecution: [rule('old')] });
    expect(affinity(newest(rolloutOf({ strategy: { blueGreen: { activeService: 'web', antiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: { weight: 5 } } } } }, { stableRS: 'old' })))).toEqual({ preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: rule('old') }] });
    expect(affinity(newest(canary(required)))).toBeUndefined();
    expect(affinity(newest(canary(required, { stableRS: hash })))).toBeUndefined();
  });

  it('is not part of the template, follows stable, and goes when the version is stable itself', () => {
    const made = newest(canary(required, { stableRS: 'old' })).replicaSet;
    const seen = { ...made, metadata: { ...made.metadata, labels: { ...made.metadata.labels, 'rollouts-pod-template-hash': 'fromBefore' } } };
    expect(newest(canary(required, { stableRS: 'old' }), [seen])).toMatchObject({ isNew: false, patch: undefined });
    expect(affinity(newest(canary(required, { stableRS: 'next' }), [made]))).toEqual({ requiredDuringSchedulingIgnoredDuringExecution: [rule('next')] });
    const { patch, replicaSet } = newest(canary(required, { stableRS: hash }), [made]);
    expect(patch).toEqual({ spec: { template: { spec: { affinity: null } } } });
    expect(replicaSet.spec.template?.spec).toEqual(templateOf().spec);
  });

  it('leaves rules of the template alone', () => {
    const own = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } } }] }, nodeAffinity: {} };
    const template = { ...templateOf(), spec: { containers: [{ name: 'web', image: 'web:v1' }], affinity: own } };
    const made = replicaSetFor(canary(required, { stableRS: 'old' }), { template, selector }, []);
    expect(affinity(made)).toEqual({ requiredDuringSchedulingIgnoredDuringExecution: [...own.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution, rule('old')] });
    const later = replicaSetFor(canary({}, { stableRS: made.hash }), { template, selector }, [made.replicaSet]);
    expect(later.replicaSet.spec.template?.spec?.affinity).toEqual(own);
  });
});

it('is found again whatever it was made with, and its patch leads to what it should be', () => {
  const roles = fc.record({ labels: fc.dictionary(fc.constantFrom('role', 'tier', 'app2'), fc.constantFrom('a', 'b')), annotations: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom('1', '2')) }, { requiredKeys: [] });
  const strategy = fc.record({ canaryMetadata: roles, stableMetadata: roles, antiAffinity: fc.constantFrom({ requiredDuringSchedulingIgnoredDuringExecution: {} }, { preferredDuringSchedulingIgnoredDuringExecution: { weight: 1 } }) }, { requiredKeys: [] });
  const status = fc.record({ stableRS: fc.constantFrom('old', 'older', hash) }, { requiredKeys: [] });
  fc.assert(fc.property(strategy, strategy, status, status, fc.boolean(), (before, after, then, now, renamed) => {
    const { replicaSet } = newest(canary(before, then), [replicaSetOfHash('older', { template: templateOf('web:v0') })]);
    const seen = { ...replicaSet, metadata: { ...replicaSet.metadata, labels: { ...replicaSet.metadata.labels, ...(renamed ? { 'rollouts-pod-template-hash': 'fromBefore' } : {}) } } };
    const again = newest(canary(after, now), [seen]);
    expect(again.isNew).toBe(false);
    expect(again.patch === undefined ? seen : applyMergePatch(seen, again.patch)).toEqual(again.replicaSet);
    expect(newest(canary(after, now), [again.replicaSet]).patch).toBeUndefined();
  }));
});
