import type { Deployment } from '../../../kubernetes/generated/apps-v1.js';
import { surgeAndUnavailable } from '../../../kubernetes/int-or-percent.js';

/** How far a rolling update may go over and under the wanted number of Pods. */
export interface Limits {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

export function isRollingUpdate(deployment: Deployment): boolean {
  return (deployment.spec.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
}

/** Both are 0 for other strategies. When both round to 0, one Pod may be unavailable, or nothing could ever move. */
export function limitsOf(deployment: Deployment): Limits {
  if (!isRollingUpdate(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {};
  const { surge, unavailable } = surgeAndUnavailable(maxSurge, maxUnavailable, deployment.spec.replicas ?? 1);
  return { maxSurge: surge, maxUnavailable: unavailable };
}
