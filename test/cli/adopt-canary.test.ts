import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canaries, type LiveCanary } from '../../src/cli/adopt/canary-view.js';
import type { CustomResourceDefinition } from '../../src/kubernetes/generated/apiextensions-v1.js';
import type { Deployment } from '../../src/kubernetes/generated/apps-v1.js';
import type { VirtualService } from '../../src/kubernetes/generated/istio-v1.js';
import { controllerReference } from '../../src/kubernetes/owners.js';
import { resources, serinResources } from '../driver/driver.js';
import { AdoptStage, namespace, serviceOf } from './adopt-stage.js';

const web = { namespace, name: 'web' };

const definition: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'canaries.flagger.app' },
  spec: {
    group: 'flagger.app', scope: 'Namespaced', names: { kind: 'Canary', plural: 'canaries', singular: 'canary', listKind: 'CanaryList' },
    versions: [{ name: 'v1beta1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
  },
};

function deployment(name: string, image: string, replicas: number): Deployment {
  const config = name === 'web' ? 'settings' : 'settings-primary';
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace },
    spec: {
      replicas, selector: { matchLabels: { app: name } },
      template: { metadata: { name: '', labels: { app: name }, ...(name === 'web' ? {} : { annotations: { 'flagger-id': 'b3a1' } }) }, spec: { containers: [{ name: 'web', image, envFrom: [{ configMapRef: { name: config } }] }] } },
    },
  };
}

describe('adopt canary/NAME', () => {
  let stage: AdoptStage;
  beforeEach(async () => {
    stage = new AdoptStage();
    await stage.start();
  });
  afterEach(() => stage.stop());

  /** A Canary as Flagger leaves it at rest: a copy that serves, three Services and a VirtualService of its own. */
  async function flagger(phase = 'Succeeded', image = 'web:v1'): Promise<void> {
    const { client } = stage.driver;
    await stage.driver.run(async () => {
      await client.create(resources.customResourceDefinitions, definition);
      const spec = { provider: 'istio', targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, service: { port: 80 }, analysis: { interval: '30s', threshold: 5, maxWeight: 50, stepWeight: 10 } };
      const made = { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', metadata: { ...web, finalizers: ['finalizer.flagger.app'] }, spec } as LiveCanary & { metadata: { name: string } };
      const canary = await client.create(canaries, made);
      await client.patch(canaries, web, { kind: 'merge', body: { status: { phase } } }, { subresource: 'status', fieldManager: 'flagger' });
      const owned = { ownerReferences: [controllerReference({ ...canary, metadata: { ...canary.metadata, name: 'web' } })] };
      await client.create(resources.deployments, deployment('web', 'web:v1', 0));
      const primary = deployment('web-primary', image, 3);
      await client.create(resources.deployments, { ...primary, metadata: { ...primary.metadata, ...owned } });
      for (const [name, app] of [['web', 'web-primary'], ['web-primary', 'web-primary'], ['web-canary', 'web']] as const) {
        const service = serviceOf(name, { app });
        await client.create(resources.services, { ...service, metadata: { ...service.metadata, ...owned } });
      }
      const routes = { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { ...web, ...owned }, spec: { hosts: ['web'], http: [{ route: [{ destination: { host: 'web-primary' }, weight: 100 }, { destination: { host: 'web-canary' }, weight: 0 }] }] } } as VirtualService;
      await client.create(resources.virtualServices, routes);
    });
    await stage.served('web', 'web-primary');
  }

  const remains = async (): Promise<unknown> => {
    await stage.driver.pass(5);
    const { driver } = stage;
    return {
      deployments: driver.objects(resources.deployments, namespace).map(({ metadata, spec, status }) => [metadata.name, spec.replicas, status?.readyReplicas]),
      services: driver.objects(resources.services, namespace).map(({ metadata, spec }) => [metadata.name, spec?.selector, metadata.ownerReferences ?? []]),
      routes: driver.object(resources.virtualServices, web)?.spec.http,
      canaries: driver.objects(canaries, namespace).length,
      policies: driver.objects(serinResources.releasePolicies, namespace).map(({ metadata, spec }) => [metadata.name, spec.workload, spec.service]),
    };
  };
  const after = { deployments: [['web', 3, 3]], services: [['web', { app: 'web' }, []]], routes: [{ route: [{ destination: { host: 'web' } }] }], canaries: 0, policies: [['web', { deployment: 'web' }, 'web']] };
  /** Its copy's Service goes at last, when nothing leads there. */
  const unserved = (): string[] => stage.unserved.filter((each) => !each.endsWith('undefined'));

  it('lets the Deployment serve again, takes the copy away, and a controller of Serin goes on with it', async () => {
    await flagger();
    const { code, err } = await stage.adopt('canary/web');
    expect(code, err).toBe(0);
    expect(await remains()).toEqual(after);
    expect(unserved()).toEqual([]);
    await stage.driver.startController();
    await stage.driver.pass(5);
    expect((await stage.driver.run(() => stage.driver.client.get(serinResources.releasePolicies, web))).status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
  });

  it('ends the same wherever it is interrupted', async () => {
    let ended = false;
    for (let writes = 1; !ended; writes++) {
      await stage.stop();
      stage = new AdoptStage();
      await stage.start();
      await flagger();
      const { code, err } = await stage.interrupted('canary/web', writes);
      ended = code === 0;
      const again = await stage.adopt('canary/web');
      expect(again.code, `after ${writes} writes: ${err} ${again.err}`).toBe(0);
      expect(await remains(), `after ${writes} writes`).toEqual(after);
      expect(unserved()).toEqual([]);
      expect(writes).toBeLessThan(40);
    }
  }, 120_000);

  it('keeps a Service that an Ingress of others leads to', async () => {
    await flagger();
    const { ingressOf } = await import('./adopt-stage.js');
    await stage.driver.run(() => stage.driver.client.create(resources.ingresses, ingressOf('other', 'web-primary')));
    expect((await stage.adopt('canary/web')).code).toBe(0);
    expect(await remains()).toMatchObject({ services: [['web', { app: 'web' }, []], ['web-primary', { app: 'web' }, []]] });
    expect(stage.unserved).toEqual([]);
  });

  it.each([
    ['while an analysis runs', 'Progressing', 'web:v1', 'Canary web is Progressing'],
    ['where the Deployment was changed since', 'Succeeded', 'web:v0', 'Deployment web asks for other Pods than web-primary runs'],
  ])('refuses %s', async (_, phase, image, text) => {
    await flagger(phase, image);
    const { version } = stage.driver;
    expect(await stage.adopt('canary/web')).toMatchObject({ code: 1, err: expect.stringContaining(text) as string });
    expect(stage.driver.version).toBe(version);
  });
});
