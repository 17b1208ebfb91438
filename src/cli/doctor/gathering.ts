import { ApiError, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient, ListOptions } from '../../cluster/client.js';
import { LEASE } from '../../controller/controller-rules.js';
import { argoController } from '../../controller/argo/argo-controller.js';
import { argoResources } from '../../frontends/argo/resources.js';
import { selector } from '../../installation/parts/part.js';
import { servedKinds } from '../install/cluster-kinds.js';
import type { Lease } from '../../kubernetes/generated/coordination-v1.js';
import { isRecord } from '../../kubernetes/json.js';
import { apiVersionOf, type KubernetesObject, type Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';
import type { Clock } from '../../ports/clock.js';
import { accountOf, callerRights, controllerRights } from './access.js';
import { seen, type ClusterFacts, type Leader, type Seen } from './facts.js';
import { gatewaysElsewhere } from './gateways.js';
import { metricFacts } from './metric-facts.js';
import { sharedObjects } from './shared-objects.js';

const applications: Resource<KubernetesObject> = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', plural: 'applications', namespaced: true };
const kustomizations: Resource<KubernetesObject> = { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', kind: 'Kustomization', plural: 'kustomizations', namespaced: true };

const PRODUCTS = ['app=istiod', 'app.kubernetes.io/name=ingress-nginx'];
const inWords = Object.entries(selector).map(([key, value]) => `${key}=${value}`).join(',');

/** Looks at a cluster. What the caller may not see is marked so; nothing is changed. */
export async function gatherFacts(client: ClusterClient, namespace: string, clock: Clock, signal: AbortSignal): Promise<ClusterFacts> {
  const all = <T extends KubernetesObject>(resource: Resource<T>, options: ListOptions = {}): Promise<Seen<T>> => listed(client, resource, { ...options, signal });
  const [controllers, leases, argoLeases, policies, served, products] = await Promise.all([
    all(resources.deployments, { labelSelector: inWords }),
    all(resources.leases, { fieldSelector: `metadata.name=${LEASE}` }),
    all(resources.leases, { namespace: argoController.leases.namespace }),
    all(serinResources.releasePolicies),
    servedKinds(client, Object.values(serinResources), signal),
    Promise.all(PRODUCTS.map((labelSelector) => all(resources.deployments, { labelSelector }))),
  ]);
  const leadersOf = async (found: Seen<Lease>): Promise<Seen<Leader>> => (typeof found === 'string' ? found : Promise.all(found.map((lease) => leader(client, lease, clock, signal))));
  const accounts = [...new Map(seen(controllers).map((each) => [accountOf(each).name, accountOf(each)])).entries()];
  return {
    version: versionIn(await client.raw('/version', undefined, { signal })),
    definitions: await all(resources.customResourceDefinitions),
    served: new Set(Object.values(serinResources).filter((each) => served.has(`${apiVersionOf(each)}/${each.kind}`)).map(({ plural }) => plural)),
    controllers,
    leaders: await leadersOf(leases),
    caller: await callerRights(client, namespace, signal),
    accounts: Object.fromEntries(await Promise.all(accounts.map(async ([name, account]) => [name, await controllerRights(client, account, seen(policies), signal)] as const))),
    mutatingPolicies: await all(resources.mutatingAdmissionPolicies),
    mutatingBindings: await all(resources.mutatingAdmissionPolicyBindings),
    validatingPolicies: await all(resources.validatingAdmissionPolicies),
    validatingBindings: await all(resources.validatingAdmissionPolicyBindings),
    policies,
    freezeWindows: [...seen(await all(serinResources.freezeWindows)), ...seen(await all(serinResources.clusterFreezeWindows))],
    namespaces: await all(resources.namespaces),
    virtualServices: await all(resources.virtualServices as Resource<KubernetesObject>),
    ingressClasses: await all(resources.ingressClasses),
    gatewayClasses: await all(resources.gatewayClasses),
    productDeployments: products.find((each) => typeof each === 'string') ?? products.flatMap(seen),
    rollouts: await all(argoResources.rollouts as Resource<KubernetesObject>),
    argoLeaders: await leadersOf(typeof argoLeases === 'string' ? argoLeases : argoLeases.filter(({ metadata }) => argoController.leases.name.test(metadata.name))),
    applications: await all(applications),
    kustomizations: await all(kustomizations),
    gatewaysElsewhere: await gatewaysElsewhere(seen(policies), (resource, within) => all(resource, { namespace: within })),
    ...(await metricFacts(client, seen(policies), all, signal)),
    shared: await sharedObjects(seen(policies), (resource, within) => all(resource, { namespace: within })),
  };
}

async function listed<T extends KubernetesObject>(client: ClusterClient, resource: Resource<T>, options: ListOptions): Promise<Seen<T>> {
  try {
    return (await client.list(resource, options)).items;
  } catch (error) {
    if (isNotFound(error)) return 'unserved';
    if (error instanceof ApiError && error.code === 403) return 'forbidden';
    throw error;
  }
}

function versionIn(answer: string): string {
  const version: unknown = JSON.parse(answer);
  return isRecord(version) && typeof version['gitVersion'] === 'string' ? version['gitVersion'] : '';
}

/** A Lease that looks old may be of a machine whose clock goes wrong: then it is watched for as long as it holds. */
async function leader(client: ClusterClient, lease: Lease, clock: Clock, signal: AbortSignal): Promise<Leader> {
  const { holderIdentity = '', renewTime = '', leaseDurationSeconds = 15 } = lease.spec ?? {};
  if (holderIdentity === '') return { lease, alive: false };
  if (Math.abs(clock.now() - Date.parse(renewTime)) <= leaseDurationSeconds * 1000) return { lease, alive: true };
  const { namespace = '', name } = lease.metadata;
  for (const end = clock.monotonic() + leaseDurationSeconds * 1000; clock.monotonic() < end; ) {
    await clock.sleep(1000, signal);
    const now = await client.find(resources.leases, { namespace, name }, { signal });
    if (now && now.metadata.resourceVersion !== lease.metadata.resourceVersion) return { lease: now, alive: (now.spec?.holderIdentity ?? '') !== '' };
  }
  return { lease, alive: false };
}
