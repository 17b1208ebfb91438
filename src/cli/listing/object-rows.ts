import { routerNamesOf, strategyTitle, workloadText } from '../output/policy-words.js';
import type { Release } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import type { PolicyRow, ReleaseRow } from './columns.js';

/** The images that a ReplicaSet runs; empty where it is gone. */
export type ImagesOf = (replicaSet: string | undefined, namespace: string | undefined) => string;

/** A policy of a cluster as a row. */
export function policyRow(policy: ReleasePolicy, imagesOf: ImagesOf): PolicyRow {
  const { metadata, spec, status } = policy;
  return {
    namespace: metadata.namespace ?? '', name: metadata.name, workload: workloadText(policy), phase: status?.phase ?? '', stable: status?.stable?.replicaSet ?? '', release: status?.release ?? '',
    createdAt: metadata.creationTimestamp, strategy: strategyTitle(spec.strategy), router: routerNamesOf(spec.router), images: imagesOf(status?.stable?.replicaSet, metadata.namespace), message: status?.message ?? '',
  };
}

/** A release of a cluster as a row. */
export function releaseRow({ metadata, spec, status }: Release, imagesOf: ImagesOf): ReleaseRow {
  return {
    namespace: metadata.namespace ?? '', name: metadata.name, policy: spec.policy, phase: status?.phase ?? '', step: status?.progress ?? '', share: status?.shares?.accepted?.canary,
    reason: status?.abortReason ?? '', since: metadata.creationTimestamp, stable: spec.stable.replicaSet, canary: spec.canary.replicaSet, strategy: spec.strategy ?? '', router: routerNamesOf(spec.router),
    stableImages: spec.stable.images ?? imagesOf(spec.stable.replicaSet, metadata.namespace), canaryImages: spec.canary.images ?? imagesOf(spec.canary.replicaSet, metadata.namespace), message: status?.message ?? '',
  };
}
