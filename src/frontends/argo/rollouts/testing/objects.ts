import type { ReplicaSet } from '../../../../kubernetes/generated/apps-v1.js';
import type { Pod, PodTemplateSpec } from '../../../../kubernetes/generated/core-v1.js';
import type { Rollout } from '../../kinds/rollout.js';
import { ROLLOUTS_HASH_LABEL } from '../../pod-template-hash.js';
import { REVISION } from '../labels.js';

/** A Pod template with this image. */
export const templateOf = (image = 'web:v1'): PodTemplateSpec => ({ metadata: { labels: { app: 'web' } } as unknown as NonNullable<PodTemplateSpec['metadata']>, spec: { containers: [{ name: 'web', image }] } });

/** A Rollout named web of the namespace shop. */
export const rolloutOf = (spec: object, status: object = {}, metadata: object = {}): Rollout => ({
  apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'web', namespace: 'shop', uid: 'u', ...metadata },
  spec: { replicas: 4, selector: { matchLabels: { app: 'web' } }, template: templateOf(), ...spec }, status,
});

/** What a ReplicaSet is told apart by. */
export interface ReplicaSetFields {
  readonly size?: number;
  readonly available?: number;
  readonly revision?: number;
  /** Minutes after the first. */
  readonly minute?: number;
  readonly annotations?: Record<string, string>;
  readonly template?: PodTemplateSpec;
}

/** A ReplicaSet of that Rollout, seen by its controller. */
export function replicaSetOfHash(hash: string, { size = 0, available = size, revision = 1, minute = revision, annotations = {}, template = templateOf() }: ReplicaSetFields = {}): ReplicaSet {
  const labels = { ...template.metadata?.labels, [ROLLOUTS_HASH_LABEL]: hash };
  return {
    apiVersion: 'apps/v1', kind: 'ReplicaSet',
    metadata: { name: `web-${hash}`, namespace: 'shop', uid: `uid-${hash}`, generation: 1, creationTimestamp: `2024-01-01T00:${String(minute).padStart(2, '0')}:00Z`, labels, annotations: { [REVISION]: String(revision), ...annotations } },
    spec: { replicas: size, selector: { matchLabels: { app: 'web', [ROLLOUTS_HASH_LABEL]: hash } }, template: { ...template, metadata: { ...template.metadata, labels } as NonNullable<PodTemplateSpec['metadata']> } },
    status: { replicas: size, availableReplicas: available, readyReplicas: available, observedGeneration: 1 },
  };
}

/** A Pod of a ReplicaSet. */
export const podOf = (replicaSet: ReplicaSet, name: string, metadata: object = {}): Pod => ({
  apiVersion: 'v1', kind: 'Pod',
  metadata: { name, namespace: 'shop', labels: { ...replicaSet.spec.template?.metadata?.labels }, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: replicaSet.metadata.name, uid: replicaSet.metadata.uid ?? '', controller: true }], ...metadata },
  spec: { containers: [] },
});
