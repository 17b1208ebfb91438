import type { GRPCRoute, HTTPRoute } from '../../kubernetes/generated/gateway-api-v1.js';
import { isRecord } from '../../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { seen, type Seen, type SharedObject } from './facts.js';

type Lists = (resource: Resource<KubernetesObject>, namespace: string) => Promise<Seen<KubernetesObject>>;

/** The objects of others that releases of these policies write in. @param lists what a namespace holds */
export async function sharedObjects(policies: readonly ReleasePolicy[], lists: Lists): Promise<SharedObject[]> {
  const each = await Promise.all(policies.map((policy) => sharedBy(policy, lists)));
  return each.flat();
}

async function sharedBy({ metadata, spec: { router = {}, service, workload } }: ReleasePolicy, lists: Lists): Promise<SharedObject[]> {
  const { namespace = '' } = metadata;
  const policy = `${namespace}/${metadata.name}`;
  const shared: SharedObject[] = [];
  const add = ({ group, kind }: Resource<KubernetesObject>, object: KubernetesObject, within: string, pointer: string): void =>
    void shared.push({ policy, group, kind, namespace: within, name: object.metadata.name, pointer, annotations: object.metadata.annotations ?? {} });
  const find = async (resource: Resource<KubernetesObject>, within: string, name: string): Promise<KubernetesObject | undefined> => seen(await lists(resource, within)).find((each) => each.metadata.name === name);

  if (router.istio) {
    const named = router.istio.virtualServices?.map(({ name, namespace: within = namespace }) => ({ name, within }));
    const chosen = named ?? seen(await lists(resources.virtualServices, namespace)).filter((each) => service !== undefined && leadsTo(each, 'host', service)).map((each) => ({ name: each.metadata.name, within: namespace }));
    for (const { name, within } of chosen) {
      const object = await find(resources.virtualServices, within, name);
      if (object) add(resources.virtualServices, object, within, '/spec/http');
    }
  }
  for (const { name, namespace: within = namespace } of router.twoServices?.virtualServices ?? []) {
    const object = await find(resources.virtualServices, within, name);
    if (object) add(resources.virtualServices, object, within, '/spec/http');
  }
  for (const name of [router.twoServices?.stable, router.twoServices?.canary].filter((each) => each !== undefined)) {
    const object = await find(resources.services, namespace, name);
    if (object) add(resources.services, object, namespace, '/spec/selector');
  }
  for (const { resource, object, within } of await routesOf({ metadata, spec: { router, ...(service === undefined ? {} : { service }) } }, lists as RouteLists)) add(resource, object, within, '/spec/rules');
  // Where versions are split by Services, the one that clients use is pinned to stable.
  if ((router.gatewayApi ?? router.ingressNginx ?? router.service) !== undefined && workload.versions === undefined && service !== undefined) {
    const object = await find(resources.services, namespace, service);
    if (object) add(resources.services, object, namespace, '/spec/selector');
  }
  for (const name of (workload.versions?.list ?? []).flatMap(({ deployment = [] }) => deployment)) {
    const object = await find(resources.deployments, namespace, name);
    if (object && hasSizeFromFile(object)) add(resources.deployments, object, namespace, '/spec/replicas');
  }
  return shared;
}

/** Whether a manifest that somebody applied says how many Pods there are: a Deployment without is sized by nobody else. */
function hasSizeFromFile({ metadata: { annotations, managedFields = [] } }: KubernetesObject): boolean {
  const applied = annotations?.['kubectl.kubernetes.io/last-applied-configuration'] ?? '';
  const says = (fields: unknown, spec: string, replicas: string): boolean => isRecord(fields) && isRecord(fields[spec]) && fields[spec][replicas] !== undefined;
  return managedFields.some(({ operation, fieldsV1 }) => operation === 'Apply' && says(fieldsV1, 'f:spec', 'f:replicas')) || says(parsedJson(applied), 'spec', 'replicas');
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type AnyRoute = HTTPRoute | GRPCRoute;
type RouteLists = (resource: Resource<AnyRoute>, namespace: string) => Promise<Seen<AnyRoute>>;

/** The routes of the Gateway API that a policy names, or that lead to its Service. */
export async function routesOf({ metadata: { namespace = '' }, spec: { router, service } }: { readonly metadata: ReleasePolicy['metadata']; readonly spec: Pick<ReleasePolicy['spec'], 'router' | 'service'> }, lists: RouteLists): Promise<{ resource: Resource<AnyRoute>; object: AnyRoute; within: string }[]> {
  const steering = router?.gatewayApi ?? (router?.twoServices?.routes ? router.twoServices : undefined);
  if (!steering) return [];
  const found: { resource: Resource<AnyRoute>; object: AnyRoute; within: string }[] = [];
  for (const resource of [resources.httpRoutes, resources.grpcRoutes] as readonly Resource<AnyRoute>[]) {
    const named = steering.routes?.filter(({ kind = 'HTTPRoute' }) => kind === resource.kind).map(({ name, namespace: within = namespace }) => ({ name, within }));
    const chosen = named ?? seen(await lists(resource, namespace)).filter((each) => service !== undefined && leadsTo(each, 'name', service)).map((each) => ({ name: each.metadata.name, within: namespace }));
    for (const { name, within } of chosen) {
      const object = seen(await lists(resource, within)).find((each) => each.metadata.name === name);
      if (object) found.push({ resource, object, within });
    }
  }
  return found;
}

/** Whether anything in an object names this Service, by its short name or a longer one. */
function leadsTo(object: KubernetesObject, key: 'host' | 'name', service: string): boolean {
  const look = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.some(look);
    if (typeof value !== 'object' || value === null) return false;
    return Object.entries(value).some(([name, inner]) => (name === key && typeof inner === 'string' ? inner === service || inner.startsWith(`${service}.`) : look(inner)));
  };
  return look(Reflect.get(object, 'spec'));
}
