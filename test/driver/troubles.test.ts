import { describe, expect, it } from 'vitest';
import type { Deployment, StatefulSet } from '../../src/kubernetes/generated/apps-v1.js';
import type { Node, ResourceQuota } from '../../src/kubernetes/generated/core-v1.js';
import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import type { Transport } from '../../src/ports/transport.js';
import { Driver, resources, serinResources, type DriverOptions } from './driver.js';
import { endingOf } from './mid-release/ending.js';
import { deployment, getRelease, namespace, policy, service, setImage, settle, untilPhase, virtualService, web } from './program.js';

const statefulSets: Resource<StatefulSet> = { group: 'apps', version: 'v1', kind: 'StatefulSet', plural: 'statefulsets', namespaced: true };
const quotas: Resource<ResourceQuota> = { group: '', version: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true };

async function withDriver(options: DriverOptions, test: (driver: Driver) => Promise<void>): Promise<void> {
  const driver = new Driver({ seed: 71, ...options });
  await driver.start();
  try {
    await test(driver);
  } finally {
    await driver.stop();
  }
}

/** Waits at most five seconds of virtual time for what a release says. */
const untilSaid = (driver: Driver, says: RegExp) => driver.until(`the release says ${String(says)}, not "${driver.object(serinResources.releases, { namespace, name: 'web-1' })?.status?.message ?? ''}"`, async () => says.test((await getRelease(driver))?.status?.message ?? ''), 12);

describe('what keeps canary Pods from running', () => {
  it('an image that cannot be pulled is named, and ends the release when time is up', () =>
    withDriver({}, async (driver) => {
      await settle(driver);
      await setImage(driver, 'web:missing');
      await untilSaid(driver, /Waits for canary Pods.*0 of 1.*ErrImagePull.*web:missing not found/);
      const { status } = await untilPhase(driver, ['Aborted']);
      expect(status).toMatchObject({ abortReason: 'CanaryNotReady' });
      expect(status?.log?.map(({ arguments: args }) => args['trouble'] ?? '').join()).toContain('ErrImagePull');
      await driver.pass(3);
      expect(endingOf(driver)).toMatchObject({ policy: 'Holding', versions: ['web:missing: 0 ReleasePolicy (Deployment)', 'web:v1: 4 Deployment'], routes: 'as found' });
    }));

  it('a quota is named', () =>
    withDriver({}, async (driver) => {
      await settle(driver);
      await driver.run(() => driver.client.create(quotas, { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'small', namespace }, spec: { hard: { pods: '4' } } }));
      await setImage(driver, 'web:v2');
      await untilSaid(driver, /Waits for canary Pods.*exceeded quota: small/);
    }));

  it('a Pod that no node has room for is named', () =>
    withDriver({ scheduler: true }, async (driver) => {
      const node: Node = {
        apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, spec: {},
        status: { allocatable: { cpu: '4', memory: '4Gi', pods: '4' }, capacity: { cpu: '4', memory: '4Gi', pods: '4' }, conditions: [{ type: 'Ready', status: 'True' }] },
      };
      await driver.run(() => driver.client.create(resources.nodes, node));
      await driver.run(() => driver.client.patch(resources.nodes, { name: 'node-1' }, { kind: 'merge', body: { status: node.status } }, { subresource: 'status' }));
      await settle(driver);
      await setImage(driver, 'web:v2');
      await untilSaid(driver, /Waits for canary Pods.*0\/1 nodes are available/);
    }));

  it('crashing ends the release at once', () =>
    withDriver({}, async (driver) => {
      await settle(driver);
      await setImage(driver, 'web:crash');
      const { status } = await untilPhase(driver, ['Aborted'], 'web-1', 25);
      expect(status).toMatchObject({ abortReason: 'CanaryCrashed' });
      expect(status?.log?.find(({ code }) => code === 'Aborting')?.arguments).toMatchObject({ detail: 'container web ended 3 times, last with exit code 1' });
    }));

  it('never getting ready ends it when the time is up, not before', () =>
    withDriver({}, async (driver) => {
      await settle(driver);
      await setImage(driver, 'web:bad');
      await driver.pass(30);
      expect((await getRelease(driver))?.status?.phase).toBe('Progressing');
      const { status } = await untilPhase(driver, ['Aborted'], 'web-1', 25);
      expect(status).toMatchObject({ abortReason: 'CanaryNotReady' });
    }));
});

describe('what keeps Pods from ending', () => {
  it('a Pod that does not end, as on a node that is gone, is named with its node and what to do', () =>
    withDriver({ scheduler: true }, async (driver) => {
      const node: Node = {
        apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, spec: {},
        status: { allocatable: { cpu: '4', memory: '4Gi', pods: '40' }, capacity: { cpu: '4', memory: '4Gi', pods: '40' }, conditions: [{ type: 'Ready', status: 'True' }] },
      };
      await driver.run(() => driver.client.create(resources.nodes, node));
      await driver.run(() => driver.client.patch(resources.nodes, { name: 'node-1' }, { kind: 'merge', body: { status: node.status } }, { subresource: 'status' }));
      await settle(driver, { policy: policy([{ weight: 50 }]) });
      // Nobody on this node ends Pods.
      await setImage(driver, 'web:v2');
      const says = (): string => driver.object(serinResources.releases, { namespace, name: 'web-1' })?.status?.message ?? '';
      await driver.until('the release waits for them', () => /^Waits for the Pods of the stable version to end; 4 left \(Pod web-\w+-\w+ on node node-1\)\.$/.test(says()), 60);
      await driver.until('they are overdue', () => /; 4 left \(Pod web-\w+-\w+ on node node-1 was to end by \d\d:\d\d:\d\d UTC; if the node is gone for good, delete it: kubectl delete node node-1\)\.$/.test(says()), 90);
      for (const { metadata: { name, deletionTimestamp } } of driver.objects(resources.pods, namespace)) {
        if (deletionTimestamp !== undefined) await driver.run(() => driver.client.delete(resources.pods, { namespace, name }, { gracePeriodSeconds: 0 }));
      }
      await untilPhase(driver, ['Completed']);
    }));
});

describe('a write that is refused for good', () => {
  it('is tried less and less often, said once, and goes on when it is taken', async () => {
    let [refusing, tries] = [true, 0];
    const controllerTransport = (inner: Transport): Transport => ({
      stream: (request) => inner.stream(request),
      request(request) {
        if (request.method !== 'POST' || !request.path.endsWith('/replicasets')) return inner.request(request);
        tries++;
        const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 409, reason: 'AlreadyExists', message: 'replicasets.apps "web-x" already exists' };
        return refusing ? Promise.resolve({ status: 409, headers: {}, body: JSON.stringify(status) }) : inner.request(request);
      },
    });
    await withDriver({ controllerTransport }, async (driver) => {
      await settle(driver);
      await setImage(driver, 'web:v2');
      await driver.pass(90);
      expect(tries).toBeGreaterThan(4);
      expect(tries).toBeLessThan(20);
      const said = driver.events.filter(({ code }) => code === 'WriteRefused');
      expect(said).toHaveLength(1);
      expect(said[0]?.arguments['detail']).toMatch(/POST .*replicasets: .*already exists/);
      expect(driver.errors.filter((error) => error.includes('already exists'))).toHaveLength(1);
      refusing = false;
      await untilPhase(driver, ['Completed']);
    });
  });
});

/** Everything that is there, but for what Serin itself holds. */
const bystanders = (driver: Driver): string[] =>
  [resources.deployments, resources.replicaSets, resources.services, resources.virtualServices, resources.destinationRules, resources.pods].flatMap((resource) => driver.objects<KubernetesObject>(resource, namespace).map((object) => JSON.stringify(object)));

describe('a policy that cannot be run is refused by condition, and nothing is disturbed', () => {
  const refused = async (driver: Driver, name = 'web') => {
    await driver.until(`policy ${name} is refused`, () => driver.object(serinResources.releasePolicies, { namespace, name })?.status?.phase === 'Refused', 20);
    const condition = driver.object(serinResources.releasePolicies, { namespace, name })?.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(condition).toMatchObject({ status: 'False', reason: 'Refused' });
    return condition?.message ?? '';
  };
  const objects = async (driver: Driver, web: Deployment | undefined) => {
    await driver.run(async () => {
      await driver.client.create(resources.services, service);
      await driver.client.create(resources.virtualServices, virtualService);
      if (web) await driver.client.create(resources.deployments, web);
    });
    await driver.pass(3);
  };

  it.each([
    ['no Deployment of that name', undefined, /there is no Deployment web in namespace default/],
    ['a Deployment with strategy Recreate', { ...deployment('web:v1'), spec: { ...deployment('web:v1').spec, strategy: { type: 'Recreate' } } } satisfies Deployment, /Recreate/],
  ])('%s', (_name, web, says) =>
    withDriver({}, async (driver) => {
      await objects(driver, web);
      const before = bystanders(driver);
      await driver.run(() => driver.client.create(serinResources.releasePolicies, policy()));
      expect(await refused(driver)).toMatch(says);
      await driver.pass(20);
      expect(bystanders(driver)).toEqual(before);
    }));

  it('a StatefulSet of that name', () =>
    withDriver({}, async (driver) => {
      await objects(driver, undefined);
      const { spec } = deployment('web:v1', 1);
      await driver.run(() => driver.client.create(statefulSets, { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: web, spec: { serviceName: 'web', selector: spec.selector, template: spec.template } }));
      const before = bystanders(driver);
      await driver.run(() => driver.client.create(serinResources.releasePolicies, policy()));
      expect(await refused(driver)).toMatch(/only Deployments can be named, no StatefulSet/);
      expect(bystanders(driver)).toEqual(before);
    }));

  it('a Service and routes that are missing, and goes on when they come', () =>
    withDriver({}, async (driver) => {
      await driver.run(() => driver.client.create(resources.deployments, deployment('web:v1')));
      await driver.pass(3);
      const before = bystanders(driver);
      await driver.run(() => driver.client.create(serinResources.releasePolicies, policy()));
      expect(await refused(driver)).toMatch(/Service web.*does not exist/s);
      expect(bystanders(driver)).toEqual(before);
      await driver.run(async () => {
        await driver.client.create(resources.services, service);
        await driver.client.create(resources.virtualServices, virtualService);
      });
      await driver.until('the policy rests', () => driver.object(serinResources.releasePolicies, web)?.status?.phase === 'Resting', 20);
    }));

  it('a second policy for the same Deployment, until the first goes', () =>
    withDriver({}, async (driver) => {
      await settle(driver);
      await driver.pass(2);
      const before = bystanders(driver);
      const second = policy();
      await driver.run(() => driver.client.create(serinResources.releasePolicies, { ...second, metadata: { name: 'web-too', namespace } }));
      expect(await refused(driver, 'web-too')).toMatch(/policy web releases Deployment web already/);
      await driver.pass(5);
      expect(bystanders(driver)).toEqual(before);
      await driver.run(() => driver.client.delete(serinResources.releasePolicies, web));
      await driver.until('the second one rests', () => driver.object(serinResources.releasePolicies, { namespace, name: 'web-too' })?.status?.phase === 'Resting', 20);
    }));
});
