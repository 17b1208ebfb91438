import type { Deployment } from '../../src/kubernetes/generated/apps-v1.js';
import type { Service } from '../../src/kubernetes/generated/core-v1.js';
import type { VirtualService } from '../../src/kubernetes/generated/istio-v1.js';
import { API_VERSION } from '../../src/model/resources.js';
import type { Release } from '../../src/model/release.js';
import type { CanaryStep } from '../../src/model/policy/steps.js';
import type { ReleasePolicy } from '../../src/model/release-policy.js';
import { resources, serinResources, type Driver } from './driver.js';
import { webOn, type Stage } from './stage.js';

export const namespace = 'default';
export const web = { namespace, name: 'web' };

export function deployment(image: string, replicas = 4): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { name: '', labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
    },
  };
}

export const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] },
};

export const virtualService: VirtualService = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'web', namespace },
  spec: { hosts: ['web'], http: [{ name: 'primary', route: [{ destination: { host: 'web' } }] }] },
};

export const defaultSteps: CanaryStep[] = [{ weight: 10 }, { analyze: { for: '5s', minimumRequests: 20 } }, { weight: 50 }, { weight: 100 }];

export function policy(steps: CanaryStep[] = defaultSteps, router: ReleasePolicy['spec']['router'] = { istio: {} }): ReleasePolicy {
  return {
    apiVersion: API_VERSION,
    kind: 'ReleasePolicy',
    metadata: { name: 'web', namespace },
    spec: { workload: { deployment: 'web' }, service: 'web', router, strategy: { canary: { steps } }, drain: '2s', readyTimeout: '30s' },
  };
}

/** Brings version v1 up and hands it to a policy, until the policy rests. */
export async function settle(driver: Driver, each: { replicas?: number; policy?: ReleasePolicy; withoutPolicy?: boolean; deployment?: Deployment } = {}): Promise<void> {
  const { client } = driver;
  await driver.run(async () => {
    await client.create(resources.services, service);
    await client.create(resources.virtualServices, virtualService);
    await client.create(resources.deployments, each.deployment ?? deployment('web:v1', each.replicas));
    if (!each.withoutPolicy) await client.create(serinResources.releasePolicies, each.policy ?? policy());
  });
  await driver.until('the policy rests', async () => (await client.get(serinResources.releasePolicies, web)).status?.phase === 'Resting');
  // The label is what makes a change of the template pause the Deployment.
  await driver.until('the Deployment is adopted', async () => (await client.get(resources.deployments, web)).metadata.labels?.['serin.dev/policy'] === 'web');
}

export async function setImage(stage: Stage, image: string): Promise<void> {
  await stage.run(() =>
    stage.client.patch(resources.deployments, webOn(stage), { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } } }),
  );
}

export async function patchRelease(stage: Stage, name: string, spec: Partial<Release['spec']>): Promise<void> {
  await stage.run(() => stage.client.patch(serinResources.releases, { namespace: stage.namespace, name }, { kind: 'merge', body: { spec } }));
}

export async function getRelease(stage: Stage, name = 'web-1'): Promise<Release | undefined> {
  return stage.run(() => stage.client.find(serinResources.releases, { namespace: stage.namespace, name }));
}

/** Waits until a release is in one of these phases. */
export async function untilPhase(driver: Driver, phases: readonly string[], name = 'web-1', seconds = 300): Promise<Release> {
  let last: Release | undefined;
  await driver
    .until(`release ${name} is ${phases.join(' or ')}`, async () => {
      last = await driver.client.find(serinResources.releases, { namespace, name });
      return phases.includes(last?.status?.phase ?? '');
    }, seconds)
    .catch((error: unknown) => {
      throw new Error(`${String(error)}\nlast seen: ${last?.status?.phase ?? 'no release'}: ${last?.status?.message ?? ''}`, { cause: error });
    });
  if (!last) throw new Error('no release');
  return last;
}
