import { isForbidden } from '../../cluster/api-error.js';
import type { ClusterClient, ListOptions } from '../../cluster/client.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import type { NetworkPolicy } from '../../kubernetes/generated/networking-v1.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { secretsOf } from '../../model/measure.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { serinResources } from '../../model/resources.js';
import { seen, type ClusterFacts, type Seen } from './facts.js';

const networkPolicies: Resource<NetworkPolicy> = { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy', plural: 'networkpolicies', namespaced: true };
const peerAuthentications = (version: string): Resource<KubernetesObject> => ({ group: 'security.istio.io', version, kind: 'PeerAuthentication', plural: 'peerauthentications', namespaced: true });

type Lists = <T extends KubernetesObject>(resource: Resource<T>, options?: ListOptions) => Promise<Seen<T>>;
type MetricFacts = Pick<ClusterFacts, 'pods' | 'networkPolicies' | 'peerAuthentications' | 'metricTemplates' | 'clusterMetricTemplates' | 'secrets'>;

/** What decides whether policies get their samples. */
export async function metricFacts(client: ClusterClient, policies: readonly ReleasePolicy[], all: Lists, signal: AbortSignal): Promise<MetricFacts> {
  const namespaces = [...new Set(policies.map(({ metadata }) => metadata.namespace ?? ''))];
  const [pods, walls, peers, metricTemplates, clusterMetricTemplates] = await Promise.all([
    Promise.all(namespaces.map((namespace) => all<Pod>(resources.pods, { namespace }))),
    Promise.all(namespaces.map((namespace) => all(networkPolicies, { namespace }))),
    all(peerAuthentications('v1')),
    all(serinResources.metricTemplates), all(serinResources.clusterMetricTemplates),
  ]);
  const wanted = policies.flatMap(({ metadata, spec }) => (spec.analysis?.metrics ?? []).flatMap(({ from, template }) => {
    const templates = template?.kind === 'ClusterMetricTemplate' ? seen(clusterMetricTemplates) : seen(metricTemplates).filter((each) => each.metadata.namespace === metadata.namespace);
    const source = from ?? templates.find((each) => each.metadata.name === template?.name)?.spec.from;
    return secretsOf(source).map((name) => `${metadata.namespace ?? ''}/${name}`);
  }));
  return {
    pods: joined(pods), networkPolicies: joined(walls),
    // Istio before 1.22.
    peerAuthentications: peers === 'unserved' ? await all(peerAuthentications('v1beta1')) : peers,
    metricTemplates, clusterMetricTemplates,
    secrets: Object.fromEntries(await Promise.all([...new Set(wanted)].map(async (key) => [key, await isThere(client, key, signal)] as const))),
  };
}

const joined = <T>(lists: readonly Seen<T>[]): Seen<T> => lists.find((each) => typeof each === 'string') ?? lists.flatMap(seen);

async function isThere(client: ClusterClient, key: string, signal: AbortSignal): Promise<'there' | 'missing' | 'forbidden'> {
  const [namespace = '', name = ''] = key.split('/');
  try {
    return (await client.find(resources.secrets, { namespace, name }, { signal })) ? 'there' : 'missing';
  } catch (error) {
    if (isForbidden(error)) return 'forbidden';
    throw error;
  }
}
