import { containerDigests } from '../kubernetes/image-digests.js';
import type { ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import type { RunningImage } from '../model/pulled-image.js';
import type { Caches } from './caches.js';

/** The digests that Pods of a version run in its containers, as far as they are known. @param replicaSets all that control Pods of it */
export function imagesOfPods(replicaSets: readonly ReplicaSet[], caches: Pick<Caches, 'pods'>): RunningImage[] {
  const pods = replicaSets.flatMap(({ metadata }) => caches.pods.controlledBy(metadata.uid ?? '')).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return containerDigests(pods, new Set(replicaSets.flatMap(({ spec }) => (spec.template?.spec?.containers ?? []).map(({ name }) => name))));
}
