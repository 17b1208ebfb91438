import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canaries, type LiveCanary } from '../../src/cli/adopt/canary-view.js';
import { argoDefinitions } from '../../src/frontends/argo/custom-resources.js';
import type { Rollout } from '../../src/frontends/argo/kinds/rollout.js';
import { rolloutsHash, ROLLOUTS_HASH_LABEL } from '../../src/frontends/argo/pod-template-hash.js';
import { argoResources } from '../../src/frontends/argo/resources.js';
import type { CustomResourceDefinition } from '../../src/kubernetes/generated/apiextensions-v1.js';
import type { Deployment } from '../../src/kubernetes/generated/apps-v1.js';
import type { Service } from '../../src/kubernetes/generated/core-v1.js';
import type { Ingress } from '../../src/kubernetes/generated/networking-v1.js';
import { controllerReference } from '../../src/kubernetes/owners.js';
import { resources } from '../../src/kubernetes/resources.js';
import { serinResources } from '../../src/model/resources.js';
import { eventually, logOf, startTestCluster, type TestCluster } from './local-cluster.js';
import { IMAGES, manifests, REGISTRY } from './rollout-manifests.js';
import { ask, startUsers } from './web-requests.js';

/** Of each of the two, a second. */
const RATE = 25;
const name = 'rollout-pregap';
const deploymentName = 'test2-pregap';

const canaryDefinition: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'canaries.flagger.app' },
  spec: {
    group: 'flagger.app', scope: 'Namespaced', names: { kind: 'Canary', plural: 'canaries', singular: 'canary', listKind: 'CanaryList' },
    versions: [{ name: 'v1beta1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
  },
};

/** The first object of a file of the example, of the kind that the file is known to hold. */
const example = <T>(file: string): T => manifests(file)[0] as T;

describe('adopt, on a local cluster with requests all the time', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster('--images', IMAGES);
    for (const definition of [...argoDefinitions(), canaryDefinition]) await cluster.client.create(resources.customResourceDefinitions, definition);
    for (const namespace of ['pregap', 'flagged']) await cluster.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, spec: {} });
    await eventually('the kinds are served', async () => {
      try {
        await cluster.client.list(argoResources.rollouts, { namespace: 'pregap' });
        await cluster.client.list(canaries, { namespace: 'flagged' });
        return true;
      } catch {
        return false;
      }
    });
  }, 120_000);
  afterAll(() => cluster?.stop());

  const policyIsReady = (namespace: string, policy: string): Promise<unknown> => eventually(`policy ${policy} rests`, async () => (await cluster.client.find(serinResources.releasePolicies, { namespace, name: policy }))?.status?.phase === 'Resting', 60)
    .catch(async (error: unknown) => { throw new Error(`${String(error)} ${JSON.stringify((await cluster.client.find(serinResources.releasePolicies, { namespace, name: policy }))?.status)} ${await logOf(cluster, 'serin')}`, { cause: error }); });
  /** A new version goes out as Serin's policy says. */
  async function release(namespace: string, deployment: string): Promise<void> {
    await cluster.client.patch(resources.deployments, { namespace, name: deployment }, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'pregap', image: `${REGISTRY}:1.1.0` }] } } } } });
    await eventually('a release is under way', async () => (await cluster.client.list(serinResources.releases, { namespace })).items[0]?.status?.shares?.accepted?.canary !== undefined, 60);
  }

  it.concurrent('takes a Rollout over: no request fails', async () => {
    const { client } = cluster;
    const namespace = 'pregap';
    const deployment = example<Deployment>('deployment');
    const { template } = deployment.spec;
    const hash = rolloutsHash(template, undefined);
    const labels = { app: deploymentName, [ROLLOUTS_HASH_LABEL]: hash };
    await client.create(resources.deployments, deployment);
    for (const service of manifests('services') as Service[]) await client.create(resources.services, { ...service, spec: { ...service.spec, selector: labels } });
    const ingress = example<Ingress>('ingress');
    await client.create(resources.ingresses, ingress);
    const rollout = await client.create(argoResources.rollouts, example<Rollout & { metadata: { name: string } }>('rollout'));
    await client.patch(argoResources.rollouts, { namespace, name }, { kind: 'merge', body: { status: { phase: 'Healthy', stableRS: hash, currentPodHash: hash } } }, { subresource: 'status', fieldManager: 'rollouts-controller' });
    const owned = { namespace, ownerReferences: [controllerReference({ ...rollout, metadata: { ...rollout.metadata, name } })] };
    await client.create(resources.replicaSets, { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: `${name}-${hash}`, labels, ...owned }, spec: { replicas: 2, selector: { matchLabels: labels }, template: { ...template, metadata: { name: '', labels } } } });
    const rule = { host: 'pregap.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'rollouts-pregap-canary', port: { number: 8080 } } } }] } };
    await client.create(resources.ingresses, { ...ingress, spec: { ingressClassName: 'nginx', rules: [rule] }, metadata: { name: `${name}-pregap-canary`, ...owned, annotations: { 'nginx.ingress.kubernetes.io/canary': 'true', 'nginx.ingress.kubernetes.io/canary-weight': '0' } } });
    const host = 'pregap.example.com';
    let seen = '';
    await eventually('it is served', async () => {
      const answer = await ask(cluster.ingress, { host });
      const sets = (await client.list(resources.replicaSets, { namespace })).items.map(({ metadata, status }) => [metadata.name, status]);
      const pods = (await client.list(resources.pods, { namespace })).items.map(({ metadata, status }) => [metadata.name, status?.phase, status?.conditions]);
      seen = JSON.stringify({ answer, sets, pods });
      return answer.version === '1.0.0';
    }, 20, () => seen);
    const users = startUsers(cluster.ingress, { host }, RATE);
    const { code, stdout, stderr } = await cluster.serin('adopt', `rollout/${name}`, '-n', namespace, '--stopped');
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    await policyIsReady(namespace, name);
    expect((await client.get(resources.deployments, { namespace, name: deploymentName })).status?.readyReplicas).toBe(2);
    expect((await client.list(argoResources.rollouts, { namespace })).items).toEqual([]);
    await release(namespace, deploymentName);
    const report = await users.stop();
    expect({ failed: report.failed, errors: report.errors, statuses: Object.keys(report.statuses) }).toEqual({ failed: 0, errors: {}, statuses: ['200'] });
  }, 240_000);

  it.concurrent('takes a Canary over: no request fails', async () => {
    const { client } = cluster;
    const namespace = 'flagged';
    const host = 'flagged.example.com';
    const given = example<Deployment>('deployment');
    const named = (each: string, replicas: number): Deployment => ({ ...given, metadata: { name: each, namespace }, spec: { ...given.spec, replicas, selector: { matchLabels: { app: each } }, template: { ...given.spec.template, metadata: { name: '', labels: { app: each } } } } });
    const spec = { provider: 'nginx', targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, ingressRef: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web' }, service: { port: 8080 }, analysis: { interval: '30s', threshold: 5, maxWeight: 50, stepWeight: 10 } };
    const canary = await client.create(canaries, { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', metadata: { name: 'web', namespace }, spec } as LiveCanary & { metadata: { name: string } });
    await client.patch(canaries, { namespace, name: 'web' }, { kind: 'merge', body: { status: { phase: 'Succeeded' } } }, { subresource: 'status', fieldManager: 'flagger' });
    const owned = { ownerReferences: [controllerReference({ ...canary, metadata: { ...canary.metadata, name: 'web' } })] };
    await client.create(resources.deployments, named('web', 0));
    const primary = named('web-primary', 2);
    await client.create(resources.deployments, { ...primary, metadata: { ...primary.metadata, ...owned } });
    for (const [service, app] of [['web', 'web-primary'], ['web-primary', 'web-primary'], ['web-canary', 'web']] as const) {
      await client.create(resources.services, { apiVersion: 'v1', kind: 'Service', metadata: { name: service, namespace, ...owned }, spec: { selector: { app }, ports: [{ name: 'http', port: 8080 }] } });
    }
    const backend = { host, http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 8080 } } } }] } };
    await client.create(resources.ingresses, { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', namespace }, spec: { ingressClassName: 'nginx', rules: [backend] } });
    await eventually('it is served', async () => (await ask(cluster.ingress, { host })).version === '1.0.0');
    const users = startUsers(cluster.ingress, { host }, RATE, 2);
    const { code, stdout, stderr } = await cluster.serin('adopt', 'canary/web', '-n', namespace, '--stopped');
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    await policyIsReady(namespace, 'web');
    await eventually('the copy is gone', async () => (await client.find(resources.deployments, { namespace, name: 'web-primary' })) === undefined);
    expect((await client.list(resources.services, { namespace })).items.map(({ metadata }) => metadata.name)).toEqual(['web']);
    await release(namespace, 'web');
    const report = await users.stop();
    expect({ failed: report.failed, errors: report.errors, statuses: Object.keys(report.statuses) }).toEqual({ failed: 0, errors: {}, statuses: ['200'] });
  }, 240_000);
});
