import { controllerOf } from '../../kubernetes/owners.js';
import { routerNames, type RouterName } from '../../model/policy/routers.js';
import { strategyName, type Strategy, type StrategyName } from '../../model/policy/strategies.js';
import { kindOfVersions, nameOfListed } from '../../model/policy/workload.js';
import type { ReleasePolicy } from '../../model/release-policy.js';

/** Which routers are named, as the field `router` says; what it says of each does not matter here. */
type Routers = Readonly<Partial<Record<RouterName, unknown>>> | undefined;

/** What people call the products that routers steer. */
export const routerTitles = { istio: 'Istio', gatewayApi: 'Gateway API', ingressNginx: 'ingress-nginx', service: 'Service alone', twoServices: 'two Services', none: 'none' } as const;

/** What people call the strategies. */
export const strategyTitles: Readonly<Record<StrategyName, string>> = { canary: 'canary', blueGreen: 'blue/green', rolling: 'rolling', ab: 'A/B' };

/** The routing products that a policy steers, in words. */
export function routerTitle(router: Routers): string {
  const names = routerNames.filter((name) => router?.[name] !== undefined).map((name) => routerTitles[name]);
  return names.length === 0 ? 'by Pod count' : names.join(' and ');
}

/** The same by the names of their fields, for tables. */
export const routerNamesOf = (router: Routers): string => routerNames.filter((name) => router?.[name] !== undefined).join(',') || 'none';

/** Whose versions are released, for tables. */
export function workloadText(policy: ReleasePolicy): string {
  const { deployment, versions } = policy.spec.workload;
  const maker = makerOf(policy);
  if (maker) return `${maker.kind.toLowerCase()}/${maker.name}`;
  return deployment ?? (versions ? versions.list.map(nameOfListed).join(',') : 'inline');
}

/** Whose versions are released, in words. */
export function workloadTitle(policy: ReleasePolicy): string {
  const { deployment, versions } = policy.spec.workload;
  const maker = makerOf(policy);
  if (maker) return `${maker.kind} ${maker.name}`;
  if (deployment !== undefined) return `Deployment ${deployment}`;
  if (!versions) return 'inline workload';
  return `${kindOfVersions(versions)}s ${versions.list.map(nameOfListed).join(', ')}`;
}

/** The Rollout whose versions come and go as ReplicaSets that nobody needs to know by name. */
export function makerOf({ metadata }: Pick<ReleasePolicy, 'metadata'>): { readonly kind: string; readonly name: string } | undefined {
  const owner = controllerOf({ metadata });
  return owner?.kind === 'Rollout' ? owner : undefined;
}

/** The strategy of a policy in a word or two; empty where an object has none although it must. */
export function strategyTitle(strategy: Strategy | undefined): string {
  try {
    return strategy ? strategyTitles[strategyName(strategy)] : '';
  } catch {
    return '';
  }
}
