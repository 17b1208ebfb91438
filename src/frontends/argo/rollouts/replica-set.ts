import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { PodTemplateSpec } from '../../../kubernetes/generated/core-v1.js';
import { controllerReference } from '../../../kubernetes/owners.js';
import { equalTemplates } from '../../../kubernetes/pod-template.js';
import { createMergePatch } from '../../../kubernetes/patch/merge-patch.js';
import type { Rollout } from '../kinds/rollout.js';
import { possibleHashes, rolloutsHash, ROLLOUTS_HASH_LABEL } from '../pod-template-hash.js';
import { affinityOf, withoutOurs } from './anti-affinity.js';
import { metadataOfRole, replicaSetInRole } from './ephemeral-metadata.js';
import { byAge, DESIRED_REPLICAS, EPHEMERAL_METADATA, hashOfReplicaSet, INSTANCE_ID, REVISION, REVISION_HISTORY, SCALE_DOWN_DEADLINE, withHash } from './labels.js';
import { revisionAnnotations } from './revisions.js';
import { replicasOf, type LabelSelector, type ResolvedTemplate } from './template.js';

/** The ReplicaSet of the newest version. */
export interface NewestVersion {
  /** As it is to be. A new one has no Pods: it must be created, never applied over one that was made meanwhile. */
  readonly replicaSet: ReplicaSet;
  readonly hash: string;
  readonly revision: number;
  readonly isNew: boolean;
  /** What makes the one that is there so, as a merge patch; undefined where nothing is to be changed. */
  readonly patch: unknown;
  /** For status.collisionCount: how often a name was taken; undefined for never. */
  readonly collisionCount: number | undefined;
}

/** Annotations of a Rollout that mean something else on a ReplicaSet. */
const NOT_COPIED: readonly string[] = ['kubectl.kubernetes.io/last-applied-configuration', 'notified.notifications.argoproj.io', REVISION, REVISION_HISTORY, DESIRED_REPLICAS, EPHEMERAL_METADATA, SCALE_DOWN_DEADLINE];

/**
 * The ReplicaSet of a template: one that is there already, which becomes the newest revision, or a new one without Pods.
 * @param existing the ReplicaSets of the Rollout
 * @param taken names of other ReplicaSets of the namespace
 */
export function replicaSetFor(rollout: Rollout, { template, selector }: Pick<ResolvedTemplate, 'template' | 'selector'>, existing: readonly ReplicaSet[], taken: readonly string[] = []): NewestVersion {
  const found = replicaSetOf(rollout, template, existing);
  if (found) return { ...reused(rollout, found, existing), collisionCount: rollout.status?.collisionCount };
  const names = new Set([...taken, ...existing.map(({ metadata }) => metadata.name)]);
  let collisionCount = rollout.status?.collisionCount;
  let hash = rolloutsHash(template, collisionCount);
  for (; names.has(nameOf(rollout, hash)); hash = rolloutsHash(template, collisionCount)) collisionCount = (collisionCount ?? 0) + 1;
  const { revision, annotations } = revisionAnnotations(undefined, existing);
  const made = newReplicaSet(rollout, template, selector, hash, { ...copied(rollout), ...annotations, [DESIRED_REPLICAS]: String(replicasOf(rollout)) });
  return { replicaSet: replicaSetInRole(made, metadataOfRole(rollout, hash, hash)), hash, revision, isNew: true, patch: undefined, collisionCount };
}

/**
 * The ReplicaSet that runs a template. One with a hash that the template may have is it, whatever a server has added to its
 * template since; else the oldest that means the same Pods. Where there are several, the one that the Rollout ran last is.
 */
export function replicaSetOf({ status }: Rollout, template: PodTemplateSpec, existing: readonly ReplicaSet[]): ReplicaSet | undefined {
  const living = [...existing].filter(({ metadata }) => metadata.deletionTimestamp === undefined).sort(byAge);
  const current = withHash(living, status?.currentPodHash);
  const byHash = possibleHashes(template, status?.collisionCount).flatMap((hash) => withHash(living, hash) ?? []);
  if (byHash.length > 0) return byHash.find((each) => each === current) ?? byHash[0];
  return [...(current ? [current] : []), ...living].find((each) => runs(each, template));
}

/** Whether the Pods of a ReplicaSet are those of a template, but for what a Rollout adds by itself. */
export function runs(replicaSet: ReplicaSet, template: PodTemplateSpec): boolean {
  const live = replicaSetInRole(replicaSet, undefined, template.metadata).spec.template;
  if (!live) return false;
  const { affinity, ...spec } = live.spec ?? { containers: [] };
  const theirs = withoutOurs(affinity);
  return equalTemplates(withoutHash({ ...live, spec: { ...spec, ...(theirs ? { affinity: theirs } : {}) } }), withoutHash(template));
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  if (!template.metadata?.labels) return template;
  const { [ROLLOUTS_HASH_LABEL]: _hash, ...labels } = template.metadata.labels;
  return { ...template, metadata: { ...template.metadata, labels } };
}

const nameOf = ({ metadata }: Rollout, hash: string): string => `${metadata.name}-${hash}`;

function copied({ metadata }: Rollout): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => !NOT_COPIED.includes(key)));
}

function newReplicaSet(rollout: Rollout, template: PodTemplateSpec, selector: LabelSelector, hash: string, annotations: Record<string, string>): ReplicaSet {
  const { name: _name, namespace, uid, labels: own } = rollout.metadata;
  const labels = { ...template.metadata?.labels, [ROLLOUTS_HASH_LABEL]: hash };
  const affinity = affinityOf(rollout, template.spec?.affinity, hash);
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: nameOf(rollout, hash),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, ...(own?.[INSTANCE_ID] === undefined ? {} : { [INSTANCE_ID]: own[INSTANCE_ID] }) },
      annotations,
      ...(uid === undefined ? {} : { ownerReferences: [controllerReference(rollout)] }),
    },
    spec: {
      replicas: 0,
      ...(rollout.spec.minReadySeconds === undefined ? {} : { minReadySeconds: rollout.spec.minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [ROLLOUTS_HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } as NonNullable<PodTemplateSpec['metadata']>, spec: { containers: [], ...template.spec, ...(affinity ? { affinity } : {}) } },
    },
  };
}

/** One that is there, as the newest revision. Its rule against the nodes of stable is that of today, or goes. */
function reused(rollout: Rollout, found: ReplicaSet, existing: readonly ReplicaSet[]): Omit<NewestVersion, 'collisionCount'> {
  const hash = hashOfReplicaSet(found);
  const { revision, annotations } = revisionAnnotations(found, existing.filter((each) => each !== found));
  const { affinity: present, ...spec } = found.spec.template?.spec ?? { containers: [] };
  const affinity = affinityOf(rollout, withoutOurs(present), hash);
  const replicaSet: ReplicaSet = {
    ...found,
    metadata: { ...found.metadata, annotations: { ...found.metadata.annotations, ...copied(rollout), ...annotations } },
    spec: { ...found.spec, ...minReady(rollout, found), template: { ...found.spec.template, spec: { ...spec, ...(affinity ? { affinity } : {}) } } },
  };
  return { replicaSet, hash, revision, isNew: false, patch: createMergePatch(found, replicaSet) };
}

/** An absent one is 0. */
function minReady({ spec }: Rollout, found: ReplicaSet): { minReadySeconds?: number } {
  const wanted = spec.minReadySeconds ?? 0;
  return wanted === (found.spec.minReadySeconds ?? 0) ? {} : { minReadySeconds: wanted };
}
