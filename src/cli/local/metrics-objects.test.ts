import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClusterClient } from '../../cluster/client.js';
import { createClient } from '../../cluster/create-client.js';
import { localCluster, type LocalCluster } from '../../cluster/testing/local-cluster.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import { metricsBindings, metricsPolicies } from './metrics-objects.js';

let cluster: LocalCluster;
let client: ClusterClient;

beforeAll(async () => {
  cluster = localCluster(systemClock);
  client = createClient(cluster.transport, { fieldManager: 'test', clock: systemClock, random: seededRandom(1) });
  for (const policy of metricsPolicies) await client.apply(resources.mutatingAdmissionPolicies, policy, { fieldManager: 'test', force: true });
  for (const binding of metricsBindings) await client.apply(resources.mutatingAdmissionPolicyBindings, binding, { fieldManager: 'test', force: true });
  for (const [name, labels] of [['shop', {}], ['meshed', { 'istio-injection': 'enabled' }]] as const) {
    await client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels }, spec: {} });
  }
});
afterAll(() => cluster.close());

const LOCAL = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '15020', 'prometheus.io/path': '/stats/prometheus' };
const OWN = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' };

it.each<[string, string, Record<string, string> | undefined, Partial<Pod['spec']>, Record<string, string> | undefined]>([
  ['says nothing', 'shop', undefined, {}, LOCAL],
  ['says something else', 'shop', { a: 'b' }, {}, { a: 'b', ...LOCAL }],
  ['says where its own are', 'shop', OWN, {}, OWN],
  ['does not want to be asked', 'shop', { 'prometheus.io/scrape': 'false' }, {}, { 'prometheus.io/scrape': 'false' }],
  ['has no address of its own', 'shop', undefined, { hostNetwork: true }, undefined],
  ['is in a mesh', 'meshed', OWN, {}, LOCAL],
])('a Pod that %s: %s', async (name, namespace, annotations, spec, expected) => {
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: name.replaceAll(' ', '-'), namespace, ...(annotations ? { annotations } : {}) }, spec: { containers: [{ name: 'c', image: 'x' }], ...spec } };
  expect((await client.create(resources.pods, pod)).metadata.annotations).toEqual(expected);
});
