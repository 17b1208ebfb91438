import { resources } from '../../kubernetes/resources.js';
import { WHOLE } from '../../model/split.js';
import { HASH_LABEL } from '../../model/version.js';
import type { CheckContext, Found, RoutingProblem } from '../router.js';
import { reachableShares } from './reachable.js';
import type { ServiceConfig } from '../../model/policy/routers.js';

/** What keeps a Service from being steered by its selector. */
export function checkService(_config: ServiceConfig, found: Found, { service: name }: CheckContext): RoutingProblem[] {
  const service = found.get(resources.services, name)?.object;
  const place = `Service ${name}`;
  if (!service) return [{ place, problem: 'does not exist', remedy: 'create it, or correct spec.service of the policy' }];
  const spec = service.spec ?? {};
  if (spec.type === 'ExternalName') return [{ place: `${place}, spec.type`, problem: 'is an ExternalName: it has no Pods to choose from', remedy: 'use a Service with a selector' }];
  if (spec.clusterIP === 'None') {
    return [{ place: `${place}, spec.clusterIP`, problem: 'is headless: clients choose Pods themselves, so shares mean nothing', remedy: 'use a Service with a cluster IP' }];
  }
  if (Object.keys(spec.selector ?? {}).length === 0) {
    return [{ place: `${place}, spec.selector`, problem: 'has no selector: its endpoints are made by someone else', remedy: 'give it a selector that means the Pods of the workload' }];
  }
  const problems: RoutingProblem[] = [];
  const hash = spec.selector?.[HASH_LABEL];
  if (hash !== undefined) {
    problems.push({ place: `${place}, spec.selector`, problem: `chooses one version already (${HASH_LABEL}=${hash})`, remedy: `take ${HASH_LABEL} out of the selector` });
  }
  if (spec.sessionAffinity === 'ClientIP') {
    problems.push({ place: `${place}, spec.sessionAffinity`, problem: 'keeps a client with one Pod, so shares are of clients and move late', remedy: 'leave sessionAffinity out', severity: 'warning' });
  }
  return problems;
}

/** The shares that Pods cannot show. */
export function unreachableShares({ approximate }: ServiceConfig, shares: readonly number[], replicas: number): RoutingProblem[] {
  if (approximate === true) return [];
  const reachable = reachableShares(replicas);
  return [...new Set(shares)]
    .filter((share) => !reachable.includes(share))
    .map((share) => ({
      place: `weight ${percent(share)}`,
      problem: `cannot be shown by ${replicas} stable ${replicas === 1 ? 'Pod' : 'Pods'} and up to as many of the canary`,
      remedy: `choose of ${listed(reachable)}, set router.service.approximate: true, or choose a router that splits requests`,
    }));
}

function percent(share: number): string {
  return `${share / (WHOLE / 100)} %`;
}

/** The first and the last of a long list. */
function listed(shares: readonly number[]): string {
  const names = shares.map(percent);
  return names.length <= 12 ? names.join(', ') : [...names.slice(0, 8), '…', ...names.slice(-2)].join(', ');
}
