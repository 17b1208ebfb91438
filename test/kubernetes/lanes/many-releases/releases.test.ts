import { afterAll, beforeAll, expect, it } from 'vitest';
import { resources } from '../../../../src/kubernetes/resources.js';
import { API_VERSION, serinResources } from '../../../../src/model/resources.js';
import { hasEnded } from '../../../../src/model/release.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { onKwok, startKwok } from '../../lab/kwok.js';
import type { LabProcess } from '../../lab/lab-process.js';
import { networks } from '../../lab/networks.js';
import { openLab, type Lab } from '../../lab/open-lab.js';

const namespace = 'many';
const names = Array.from({ length: 30 }, (_, index) => `app-${index}`);

let lab: Lab;
let kwok: LabProcess;
beforeAll(async () => {
  lab = await openLab();
  kwok = await startKwok({ ...lab.handle, network: networks.shared }, lab.client, { count: 3 }, AbortSignal.timeout(60_000));
});
afterAll(async () => {
  if (await lab?.client.find(resources.namespaces, { name: namespace })) await lab.client.delete(resources.namespaces, { name: namespace });
  await kwok?.stop();
  await lab?.stop();
});

it('many releases at once all come to their end', async () => {
  const { client } = lab;
  await client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, spec: {} });
  for (const name of names) {
    const labels = { app: name };
    await client.create(resources.services, { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name }, spec: { selector: labels, ports: [{ port: 80 }] } });
    await client.create(resources.deployments, {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace, name },
      spec: { replicas: 3, selector: { matchLabels: labels }, template: { metadata: { name: '', labels }, spec: { ...onKwok, tolerations: [...onKwok.tolerations], containers: [{ name: 'app', image: 'app:v1' }] } } },
    });
    await client.create(serinResources.releasePolicies, {
      apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { namespace, name },
      spec: { workload: { deployment: name }, service: name, router: { service: {} }, strategy: { canary: { steps: [{ weight: 25 }, { pause: { for: '1s' } }] } }, drain: '1s' },
    });
  }
  const resting = async (): Promise<number> => (await client.list(serinResources.releasePolicies, { namespace })).items.filter(({ status }) => status?.phase === 'Resting').length;
  await eventually('all policies rest', async () => (await resting()) === names.length, 120);
  await eventually('all Deployments are adopted', async () => (await client.list(resources.deployments, { namespace, labelSelector: 'serin.dev/policy' })).items.length === names.length, 60);
  for (const name of names) {
    await client.patch(resources.deployments, { namespace, name }, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'app', image: 'app:v2' }] } } } } });
  }
  const releases = async () => (await client.list(serinResources.releases, { namespace })).items;
  await eventually('all releases end', async () => (await releases()).filter(({ status }) => hasEnded(status?.phase ?? 'Preparing')).length === names.length, 150);
  expect((await releases()).map(({ status }) => status?.phase)).toEqual(names.map(() => 'Completed'));
  await eventually('all policies rest again', async () => (await resting()) === names.length, 60);
  const pods = (await client.list(resources.pods, { namespace })).items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  expect(pods.map(({ spec }) => spec.containers[0]?.image)).toEqual(names.flatMap(() => ['app:v2', 'app:v2', 'app:v2']));
});
