import type { Frozen } from '../../../approvals/frozen.js';
import { kindOfVersions, nameOfListed } from '../../../model/policy/workload.js';
import { strategyName } from '../../../model/policy/strategies.js';
import type { Release } from '../../../model/release.js';
import type { ReleasePolicy } from '../../../model/release-policy.js';
import type { PolicySummary } from '../../schemas/policies.js';
import { makerOf } from '../releases/actions.js';
import { zhOf } from '../texts/sentences.js';
import { deliveryOf } from './delivery.js';

/** How long a window that cannot be read is said to last: until somebody has mended it, so there is no telling. */
const UNTIL_MENDED = 86_400_000;

/** A policy in short. @param releases of it @param now milliseconds since the epoch */
export function policySummary(policy: ReleasePolicy, releases: readonly Release[], freeze: Frozen | undefined, now: number): PolicySummary {
  const { metadata, status } = policy;
  const namespace = metadata.namespace ?? '';
  const message = status?.message ?? 'Waits for the controller to take notice.';
  const strategy = strategyOf(policy);
  return {
    id: `${namespace}/${metadata.name}`,
    namespace,
    name: metadata.name,
    uid: metadata.uid ?? '',
    phase: status?.phase ?? 'Adopting',
    message,
    messageZh: zhOf(message),
    workload: workloadOf(policy),
    ...(strategy === undefined ? {} : { strategy }),
    ...(status?.stable === undefined ? {} : { stable: { replicaSet: status.stable.replicaSet, hash: status.stable.hash } }),
    ...(status?.rejected === undefined ? {} : { rejected: { replicaSet: status.rejected.replicaSet, release: status.rejected.release, reason: status.rejected.reason } }),
    ...(status?.release === undefined ? {} : { release: status.release }),
    delivery: deliveryOf(releases, now),
    ...(freeze === undefined ? {} : { frozen: { window: freeze.window, why: freeze.why, until: new Date(freeze.until ?? now + UNTIL_MENDED).toISOString() } }),
  };
}

function strategyOf({ spec }: ReleasePolicy): PolicySummary['strategy'] {
  try {
    return strategyName(spec.strategy);
  } catch {
    // An object that no API server has checked.
    return undefined;
  }
}

function workloadOf(policy: ReleasePolicy): string {
  const { deployment, versions } = policy.spec.workload;
  const maker = makerOf(policy);
  if (maker !== undefined) return maker;
  if (deployment !== undefined) return `Deployment ${deployment}`;
  return versions ? `${kindOfVersions(versions)}s ${versions.list.map(nameOfListed).join(', ')}` : 'inline workload';
}
