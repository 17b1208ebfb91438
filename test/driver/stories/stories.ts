import type { Deployment } from '../../../src/kubernetes/generated/apps-v1.js';
import type { Release } from '../../../src/model/release.js';
import { API_VERSION } from '../../../src/model/resources.js';
import { resources, serinResources, type Driver } from '../driver.js';
import { deployment, namespace, service, setImage, settle, virtualService, web } from '../program.js';
import { policyWith, settleWithHistory, type Story } from './story.js';

const begin = (driver: Driver): Promise<void> => setImage(driver, 'web:v2');
const present = ({ status }: Release): number => (status?.phase === 'Progressing' ? status.step.index : -1);

async function command(driver: Driver, release: Release, spec: Partial<Release['spec']>): Promise<void> {
  if (Object.entries(spec).every(([key, value]) => Reflect.get(release.spec, key) === value)) return;
  await driver.client.patch(serinResources.releases, { namespace, name: release.metadata.name }, { kind: 'merge', body: { spec } });
}

const blueGreen = policyWith({ blueGreen: { before: [{ pause: { for: '1s' } }], keep: '4s' } });
const rolling = policyWith({ rolling: { batches: ['50%', '100%'], between: [{ pause: {} }], maxSurge: 1 } });
const asking = policyWith({
  canary: {
    steps: [
      { job: { template: { spec: { template: { spec: { containers: [{ name: 'test', image: 'test:v1' }] } } } }, timeout: '5m' } },
      { gate: { url: 'http://gate.test/', timeout: '5m', interval: '1s' } },
      { approve: {} },
      { weight: 50 },
    ],
  },
});

/** Lets the container of a Job's Pod end well. */
async function finishJobs(driver: Driver): Promise<void> {
  for (const { metadata, status } of driver.objects(resources.pods, namespace)) {
    if (metadata.labels?.['batch.kubernetes.io/job-name'] === undefined || status?.phase !== 'Running') continue;
    const time = new Date(driver.clock.now()).toISOString();
    const state = { terminated: { exitCode: 0, reason: 'Completed', startedAt: time, finishedAt: time } };
    const body = { status: { phase: 'Succeeded', containerStatuses: [{ name: 'test', image: 'test:v1', imageID: '', ready: false, restartCount: 0, state }] } };
    await driver.client.patch(resources.pods, { namespace, name: metadata.name }, { kind: 'merge', body }, { subresource: 'status' });
  }
}

async function approve(driver: Driver, release: Release): Promise<void> {
  if (!(release.status?.message ?? '').includes('serin approve web-1') || driver.objects(serinResources.approvals, namespace).length > 0) return;
  const spec = { release: 'web-1', releaseUid: release.metadata.uid ?? '', step: present(release) + 1, approved: true, user: 'admin' };
  await driver.client.create(serinResources.approvals, { apiVersion: API_VERSION, kind: 'Approval', metadata: { name: 'web-1-yes', namespace }, spec });
}

function version(name: string, replicas: number): Deployment {
  const base = deployment(`web:${name}`, replicas);
  const labels = { app: 'web', version: name };
  return { ...base, metadata: { name: `web-${name}`, namespace }, spec: { ...base.spec, selector: { matchLabels: labels }, template: { ...base.spec.template, metadata: { name: '', labels } } } };
}

const versions = (want: string) => ({ workload: { versions: { list: [{ deployment: 'web-v1' }, { deployment: 'web-v2' }], want, old: 'Delete' as const } } });

/** By what happens in them. */
export const stories: Readonly<Record<string, Story>> = {
  'blue/green completes': { prepare: (driver) => settle(driver, { policy: blueGreen }), begin, ends: 'Completed' },
  'blue/green is taken back while the old set stands by': {
    prepare: (driver) => settle(driver, { policy: blueGreen }),
    begin,
    people: (driver, release) => (present(release) === 2 ? command(driver, release, { abort: true }) : Promise.resolve()),
    ends: 'Aborted',
  },
  'rolling completes': {
    prepare: (driver) => settleWithHistory(driver, rolling),
    begin,
    people: (driver, release) => (present(release) === 1 ? command(driver, release, { advanceTo: 2 }) : Promise.resolve()),
    ends: 'Completed',
  },
  'rolling is taken back at a batch': {
    prepare: (driver) => settleWithHistory(driver, rolling),
    begin,
    people: (driver, release) => (present(release) === 1 ? command(driver, release, { abort: true }) : Promise.resolve()),
    ends: 'Aborted',
  },
  'versions replace one another, and the old one is deleted': {
    async prepare(driver) {
      const own = policyWith({ canary: { steps: [{ weight: 50 }] } }, versions('web-v1'));
      await driver.run(async () => {
        await driver.client.create(resources.services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace }, spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] } });
        await driver.client.create(resources.virtualServices, virtualService);
        await driver.client.create(resources.deployments, version('v1', 3));
        await driver.client.create(resources.deployments, version('v2', 0));
        await driver.client.create(serinResources.releasePolicies, own);
      });
      await driver.until('the policy rests', () => driver.object(serinResources.releasePolicies, web)?.status?.phase === 'Resting');
    },
    begin: (driver) => driver.run(async () => void (await driver.client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { spec: versions('web-v2') } }))),
    ends: 'Completed',
  },
  'versions with subsets are taken back at a batch, and the new one is deleted': {
    async prepare(driver) {
      const list = ['web-v1', 'web-v2'].map((name) => ({ deployment: name, subset: name }));
      const own = policyWith({ rolling: { batches: [{ pods: 2, weight: 20, pause: {} }, '100%'], maxSurge: 1 } }, { workload: { versions: { list, want: 'web-v1', replicas: 3, old: 'Delete' } } });
      const subsets = ['v1', 'v2'].map((name) => ({ name: `web-${name}`, labels: { version: name } }));
      await driver.run(async () => {
        await driver.client.create(resources.services, service);
        await driver.client.create(resources.virtualServices, virtualService);
        await driver.client.create(resources.destinationRules, { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name: 'web', namespace }, spec: { host: 'web', subsets } });
        await driver.client.create(resources.deployments, version('v1', 3));
        await driver.client.create(resources.deployments, version('v2', 0));
        await driver.client.create(serinResources.releasePolicies, own);
      });
      await driver.until('the policy rests', () => driver.object(serinResources.releasePolicies, web)?.status?.phase === 'Resting');
    },
    begin: (driver) => driver.run(async () => void (await driver.client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { spec: { workload: { versions: { want: 'web-v2' } } } } }))),
    people: (driver, release) => (present(release) === 1 ? command(driver, release, { abort: true }) : Promise.resolve()),
    ends: 'Aborted',
  },
  'a Job, a gate and people are asked': {
    prepare: (driver) => settle(driver, { policy: asking, replicas: 2 }),
    begin,
    async people(driver, release) {
      await finishJobs(driver);
      await approve(driver, release);
    },
    ends: 'Completed',
  },
};
