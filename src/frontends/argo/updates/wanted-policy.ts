import type { ReleasePolicy } from '../../../model/release-policy.js';
import { policyOf } from '../policy/policy.js';
import type { Course } from './course.js';
import type { Facts } from './facts.js';
import { UPDATE_ANNOTATION } from './update.js';

/** The policy that leads a Rollout to the version that it asks for; undefined while it has none to start from. */
export function wantedPolicy({ rollout, stable, wanted, stableHash, moving }: Facts, { update, aborted }: Course): ReleasePolicy | undefined {
  if (stableHash === '') return undefined;
  const newest = wanted.replicaSet.metadata.name;
  const first = stable?.metadata.name ?? newest;
  // An update that was aborted before its release began does not begin one.
  const want = aborted && update.release === undefined ? first : newest;
  const others = moving ? [moving.spec.stable.replicaSet, moving.spec.canary.replicaSet] : [];
  const policy = policyOf(rollout, { stable: first, want, others }, { skipSteps: update.skips, retry: update.retry });
  return { ...policy, metadata: { ...policy.metadata, annotations: { ...policy.metadata.annotations, [UPDATE_ANNOTATION]: update.id } } };
}
