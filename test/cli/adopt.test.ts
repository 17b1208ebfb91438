import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controllerReference } from '../../src/kubernetes/owners.js';
import type { DestinationRule, VirtualService } from '../../src/kubernetes/generated/istio-v1.js';
import type { HorizontalPodAutoscaler } from '../../src/kubernetes/generated/autoscaling-v2.js';
import type { RolloutSpec } from '../../src/frontends/argo/kinds/rollout.js';
import { ROLLOUTS_HASH_LABEL } from '../../src/frontends/argo/pod-template-hash.js';
import { argoResources } from '../../src/frontends/argo/resources.js';
import { resources, serinResources } from '../driver/driver.js';
import { AdoptStage, hash, ingressOf, namespace, serviceOf, template } from './adopt-stage.js';

const web = { namespace, name: 'web' };
const versioned = { app: 'web', [ROLLOUTS_HASH_LABEL]: hash };
const steps: NonNullable<NonNullable<RolloutSpec['strategy']>['canary']>['steps'] = [{ setWeight: 10 }, { pause: {} }, { setWeight: 50 }];
const behindNginx: Partial<RolloutSpec> = { workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, strategy: { canary: { stableService: 'web', canaryService: 'web-canary', trafficRouting: { nginx: { stableIngress: 'web' } }, steps } } };

describe('adopt rollout/NAME', () => {
  let stage: AdoptStage;
  beforeEach(async () => {
    stage = new AdoptStage();
    await stage.start();
  });
  afterEach(() => stage.stop());

  /** Two Services, an Ingress and the one of the canary, and a Deployment at 0. */
  async function nginx(weight = '0'): Promise<void> {
    const { client } = stage.driver;
    await stage.driver.run(async () => {
      await client.create(resources.deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: web, spec: { replicas: 0, selector: { matchLabels: { app: 'web' } }, template } });
      for (const name of ['web', 'web-canary']) {
        const service = serviceOf(name, versioned);
        await client.create(resources.services, { ...service, metadata: { ...service.metadata, annotations: { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'web' } } });
      }
      await client.create(resources.ingressClasses, { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } });
      await client.create(resources.ingresses, ingressOf('web', 'web'));
    });
    const rollout = await stage.rollout(behindNginx);
    const made = ingressOf('web-web-canary', 'web-canary', { 'nginx.ingress.kubernetes.io/canary': 'true', 'nginx.ingress.kubernetes.io/canary-weight': weight });
    await stage.driver.run(() => client.create(resources.ingresses, { ...made, metadata: { ...made.metadata, ownerReferences: [controllerReference({ ...rollout, metadata: { ...rollout.metadata, name: 'web' } })] } }));
    await stage.served('web', 'web-canary');
  }

  /** All that is left, once those who clean up have been. */
  async function remains(): Promise<unknown> {
    const { driver } = stage;
    await driver.pass(5);
    const deployment = driver.object(resources.deployments, web);
    return {
      deployment: [deployment?.spec.replicas, deployment?.status?.readyReplicas, deployment?.spec.paused ?? false],
      services: driver.objects(resources.services, namespace).map(({ metadata, spec }) => [metadata.name, spec?.selector, metadata.annotations ?? {}]),
      ingresses: driver.objects(resources.ingresses, namespace).map(({ metadata }) => metadata.name),
      rollouts: driver.objects(argoResources.rollouts, namespace).length,
      owners: [...new Set(driver.objects(resources.replicaSets, namespace).map(({ metadata }) => metadata.ownerReferences?.[0]?.kind))],
      policies: driver.objects(serinResources.releasePolicies, namespace).map(({ metadata, spec }) => [metadata.name, spec.workload, spec.service, spec.router]),
    };
  }
  const plain = (name: string): unknown => [name, { app: 'web' }, {}];
  const afterNginx = {
    deployment: [3, 3, false], services: [plain('web'), plain('web-canary')], ingresses: ['web'], rollouts: 0, owners: ['Deployment'],
    policies: [['web', { deployment: 'web' }, 'web', { ingressNginx: { ingresses: ['web'] } }]],
  };

  it('takes over what workloadRef names, behind ingress-nginx, and a controller of Serin goes on with it', async () => {
    await nginx();
    const { code, out, err } = await stage.adopt('rollout/web');
    expect({ code, out }, err).toMatchObject({ code: 0, out: expect.stringContaining('Rollout web is ReleasePolicy web now.') as string });
    expect(await remains()).toEqual(afterNginx);
    expect(stage.unserved).toEqual([]);
    expect(await stage.adopt('rollout/web')).toMatchObject({ code: 0, out: 'Rollout web is gone, and ReleasePolicy web is there: nothing is left to do.\n' });
    await stage.driver.startController();
    await stage.driver.pass(5);
    expect((await stage.driver.run(() => stage.driver.client.get(serinResources.releasePolicies, web))).status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    expect(stage.unserved).toEqual([]);
  });

  it('ends the same wherever it is interrupted', async () => {
    let ended = false;
    for (let writes = 1; !ended; writes++) {
      await stage.stop();
      stage = new AdoptStage();
      await stage.start();
      await nginx();
      const { code, err } = await stage.interrupted('rollout/web', writes);
      ended = code === 0;
      if (!ended) {
        expect(code).toBe(130);
        expect(err).toContain('Go on with: serin adopt rollout/web -n default');
        expect(stage.driver.objects(argoResources.rollouts, namespace).length + stage.driver.objects(serinResources.releasePolicies, namespace).length).toBeGreaterThan(0);
        const again = await stage.adopt('rollout/web');
        expect(again.code, `after ${writes} writes: ${again.err}`).toBe(0);
      }
      expect(await remains(), `after ${writes} writes`).toEqual(afterNginx);
      expect(stage.unserved).toEqual([]);
      expect(writes).toBeLessThan(40);
    }
  }, 120_000);

  it('makes a Deployment where the Rollout has the template, and hands its autoscaler over', async () => {
    const { client } = stage.driver;
    const autoscaler: HorizontalPodAutoscaler = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: web, spec: { minReplicas: 3, maxReplicas: 3, scaleTargetRef: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web' } } };
    await stage.driver.run(() => client.create(resources.services, serviceOf('web', versioned)));
    await stage.driver.run(() => client.create(resources.horizontalPodAutoscalers, autoscaler));
    await stage.rollout({ template, minReadySeconds: 1, strategy: { blueGreen: { activeService: 'web' } } });
    await stage.served('web');
    const { code, err } = await stage.adopt('rollout/web');
    expect(code, err).toBe(0);
    expect(await remains()).toMatchObject({ deployment: [3, 3, false], services: [plain('web')], rollouts: 0, policies: [['web', { deployment: 'web' }, 'web', { service: {} }]] });
    expect(stage.driver.object(resources.horizontalPodAutoscalers, web)?.spec?.scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    expect(stage.driver.object(resources.deployments, web)?.spec.minReadySeconds).toBe(1);
    expect(stage.unserved).toEqual([]);
  });

  it('lets a VirtualService lead to one Service, and takes the subsets out of the DestinationRule', async () => {
    const { client } = stage.driver;
    const destination = (subset: string): object => ({ host: 'web', subset });
    const virtualService = { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: web, spec: { hosts: ['web'], http: [{ name: 'primary', timeout: '5s', route: [{ destination: destination('stable'), weight: 100 }, { destination: destination('canary'), weight: 0 }] }] } } as VirtualService;
    const subset = (name: string): object => ({ name, labels: { [ROLLOUTS_HASH_LABEL]: hash } });
    const rule = { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: web, spec: { host: 'web', trafficPolicy: { loadBalancer: { simple: 'RANDOM' } }, subsets: [subset('stable'), subset('canary')] } } as DestinationRule;
    await stage.driver.run(async () => {
      await client.create(resources.services, serviceOf('web', { app: 'web' }));
      await client.create(resources.virtualServices, virtualService);
      await client.create(resources.destinationRules, rule);
    });
    const istio = { virtualService: { name: 'web', routes: ['primary'] }, destinationRule: { name: 'web', stableSubsetName: 'stable', canarySubsetName: 'canary' } };
    await stage.rollout({ template, strategy: { canary: { trafficRouting: { istio }, steps } } });
    await stage.served('web');
    const { code, err } = await stage.adopt('rollout/web');
    expect(code, err).toBe(0);
    expect(stage.driver.object(resources.virtualServices, web)?.spec).toEqual({ hosts: ['web'], http: [{ name: 'primary', timeout: '5s', route: [{ destination: { host: 'web' } }] }] });
    expect(stage.driver.object(resources.destinationRules, web)?.spec).toEqual({ host: 'web', trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } });
    expect(await remains()).toMatchObject({ deployment: [3, 3, false], rollouts: 0 });
    expect(stage.unserved).toEqual([]);
  });

  it('prints the steps, and does nothing', async () => {
    await nginx();
    const { version } = stage.driver;
    const { code, out } = await stage.adopt('rollout/web', '--dry-run');
    expect(code).toBe(0);
    expect(out).toContain(' 1. Deployment web runs 3 Pods of the stable version\n');
    expect(out).toMatch(/\d+\. Rollout web is deleted, with its ReplicaSets\n$/);
    expect(stage.driver.version).toBe(version);
  });

  describe('refuses', () => {
    const refused = async (text: string | RegExp, ...args: string[]): Promise<void> => {
      const { version } = stage.driver;
      const { code, err } = await stage.adopt('rollout/web', ...args);
      expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(text) as string });
      expect(stage.driver.version).toBe(version);
    };
    it.each([
      ['an update under way', { currentPodHash: 'other' }, /an update of Rollout web is under way/],
      ['what was aborted', { abort: true }, /Rollout web is aborted/],
    ])('%s', async (_, status, text) => {
      await stage.rollout({ template, strategy: { canary: { steps } } }, status);
      await refused(text);
    });
    it('what no policy can say', async () => {
      await stage.rollout({ template, strategy: { canary: { steps: [{ plugin: { name: 'a/b' } }] as never } } });
      await refused(/no policy can be made of Rollout web:\n {2}spec\.strategy\.canary\.steps/);
    });
    it('a canary Ingress with a weight', async () => {
      await nginx('10');
      await refused(/Ingress web-web-canary still leads requests to the canary/);
    });
    it('while the status was written lately, or the Deployment of the controller runs', async () => {
      await stage.rollout({ template, strategy: { canary: { steps } } });
      const { serin } = await import('./driven-shell.js');
      expect(await serin(stage.driver, ['adopt', 'rollout/web'])).toMatchObject({ code: 1, err: expect.stringMatching(/rollouts-controller wrote the status of Rollout web at .* add --stopped/) as string });
      await stage.driver.run(() => stage.driver.client.create(resources.deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'argo-rollouts', namespace }, spec: { selector: { matchLabels: { app: 'argo' } }, template: { metadata: { name: '', labels: { app: 'argo' } }, spec: { containers: [{ name: 'a', image: 'a' }] } } } }));
      await stage.driver.pass(3);
      await refused(/Argo Rollouts' own controller runs: Deployment default\/argo-rollouts has 1 Pods/);
    });
    it('a template that was changed since', async () => {
      await nginx();
      await stage.driver.run(() => stage.driver.client.patch(resources.deployments, web, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:v2' }] } } } } }));
      await stage.driver.pass(1);
      await refused(/asks for another template than its Pods have/);
    });
    it('what is not there', async () => {
      await refused(/there is no Rollout web in namespace default/);
    });
  });
});
