import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { configuredRouters } from '../../routers/registry.js';
import { seen, type ClusterFacts, type GatewayElsewhere, type Seen } from './facts.js';
import { findingsOf, type Finding } from './finding.js';
import { routesOf } from './shared-objects.js';

type Lists = <T extends KubernetesObject>(resource: Resource<T>, namespace: string) => Promise<Seen<T>>;

/** The Gateways of other namespaces that the routes of these policies are attached to. */
export async function gatewaysElsewhere(policies: readonly ReleasePolicy[], lists: Lists): Promise<GatewayElsewhere[]> {
  const each = await Promise.all(policies.filter(({ spec }) => configuredRouters(spec.router).some(({ name }) => name === 'gatewayApi')).map(async (policy) => {
    const { namespace: own = '', name } = policy.metadata;
    const routes = (await routesOf(policy, lists)).map(({ object }) => object);
    const parents = routes.flatMap(({ metadata, spec }) => (spec.parentRefs ?? []).map((parent) => ({ kind: 'Gateway', ...parent, namespace: parent.namespace ?? metadata.namespace ?? own })));
    const names = new Set(parents.filter(({ kind, namespace }) => kind === 'Gateway' && namespace !== own).map((parent) => `${parent.namespace}/${parent.name}`));
    return [...names].map((gateway): GatewayElsewhere => ({ policy: `${own}/${name}`, namespace: own, gateway }));
  }));
  return each.flat();
}

/** Namespaces that controllers of one namespace each work in; undefined where one works in all. */
function watchedNamespaces({ controllers }: Pick<ClusterFacts, 'controllers'>): ReadonlySet<string> | undefined {
  const watched = seen(controllers).map(({ spec }) => (spec.template.spec?.containers ?? []).flatMap(({ args = [] }) => args).find((each) => each.startsWith(WATCH))?.slice(WATCH.length));
  return watched.length === 0 || watched.includes(undefined) ? undefined : new Set(watched.flatMap((namespace) => namespace ?? []));
}

const WATCH = '--watch-namespace=';

/** Whether controllers can see the Gateways of the routes that they steer. */
export function checkGateways(facts: Pick<ClusterFacts, 'controllers' | 'gatewaysElsewhere'>): Finding[] {
  const { warn } = findingsOf('Gateway API');
  const watched = watchedNamespaces(facts);
  return facts.gatewaysElsewhere
    .filter(({ namespace }) => watched?.has(namespace))
    .map(({ policy, namespace, gateway }) => warn(
      `Gateway ${gateway}, by which ${policy} is served, is not in namespace ${namespace}, the only one that its controller sees: whether its class can mirror or rewrite is not checked before a release.`,
      'Leave mirror and preview.path out unless you know that it can, or install Serin without watchNamespace.',
    ));
}
