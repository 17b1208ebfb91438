import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CanaryStrategy } from '../../src/frontends/argo/kinds/strategies.js';
import type { Rollout } from '../../src/frontends/argo/kinds/rollout.js';
import { argoResources } from '../../src/frontends/argo/resources.js';
import { resources } from '../../src/kubernetes/resources.js';
import { ask, doorOf, shareProblem, startDoorTraffic } from './doors.js';
import { eventually, logOf, startTestCluster, type TestCluster } from './local-cluster.js';
import { hostOf, shopImages, workload } from './shop-manifests.js';

const REQUESTS = 1000;
/** The new version, the old one, the Service that is stable in the end, and the weights then. There and back takes its time (SERIN_LONG=1). */
const UPDATES = ([['v2', 'v1', 'pong', { ping: 0, pong: 100 }], ['v1', 'v2', 'ping', { ping: 100, pong: 0 }]] as const).slice(0, process.env['SERIN_LONG'] === undefined ? 1 : 2);

describe('Rollouts of Argo behind Istio on a local cluster', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster('--frontends=argo', '--images', shopImages);
  }, 120_000);
  afterAll(() => cluster?.stop());

  /** Two Services behind a VirtualService, and a Rollout of two Pods that is up. */
  async function open(namespace: string, [first, second]: readonly [string, string], strategy: CanaryStrategy) {
    const { client } = cluster;
    const at = { namespace, name: 'shop' };
    const [space, service, { spec }] = workload({ namespace });
    await client.create(resources.namespaces, space);
    for (const name of [first, second]) await client.create(resources.services, { ...service, metadata: { name, namespace } });
    await client.create(resources.gateways, {
      apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: at,
      spec: { selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [hostOf(namespace, 'istio')] }] },
    });
    await client.create(resources.virtualServices, {
      apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: at,
      spec: { hosts: [hostOf(namespace, 'istio')], gateways: ['shop'], http: [{ route: [{ destination: { host: first }, weight: 100 }, { destination: { host: second }, weight: 0 }] }] },
    });
    await client.create(argoResources.rollouts, {
      apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: at,
      spec: { replicas: 2, selector: spec.selector, template: spec.template, strategy: { canary: { trafficRouting: { istio: { virtualService: { name: 'shop' } } }, ...strategy } } },
    });
    const door = doorOf(cluster.ingress, hostOf(namespace, 'istio'));
    const rollout = (): Promise<Rollout> => client.get(argoResources.rollouts, at);
    const shop = {
      door, rollout,
      /** By the last part of the host. */
      async weights(): Promise<Record<string, number>> {
        const [route] = (await client.get(resources.virtualServices, at)).spec.http ?? [];
        return Object.fromEntries(route?.route?.map(({ destination: { host }, weight = 0 }) => [host.split('-').at(-1) ?? '', weight]) ?? []);
      },
      image(version: string) {
        const containers = spec.template.spec?.containers.map((each) => ({ ...each, image: `example/shop:${version}` }));
        return client.patch(argoResources.rollouts, at, { kind: 'merge', body: { spec: { template: { spec: { containers } } } } });
      },
      /** What `kubectl argo rollouts` sends. */
      tell: (status: Record<string, unknown>) => client.patch(argoResources.rollouts, at, { kind: 'merge', body: { status } }, { subresource: 'status', fieldManager: 'kubectl-argo-rollouts' }),
      async until(phase: string, step: number): Promise<void> {
        const isThere = async (): Promise<boolean> => {
          const { metadata, status } = await rollout();
          return status?.phase === phase && status.currentStepIndex === step && status.observedGeneration === String(metadata.generation);
        };
        await eventually(`${phase} at step ${step}`, isThere).catch(async (error: unknown) => {
          throw new Error(`${String(error)} ${JSON.stringify((await rollout()).status)}\n${await logOf(cluster, 'serin')}`, { cause: error });
        });
      },
    };
    await shop.until('Healthy', strategy.steps?.length ?? 0);
    await eventually('v1 alone answers', async () => (await ask(door, 20)).versions['v1'] === 20);
    return shop;
  }

  it('with Services that take turns go from version to version, and no request fails', async () => {
    const steps = [{ setWeight: 30 }, { pause: {} }];
    const shop = await open('turns', ['ping', 'pong'], { pingPong: { pingService: 'ping', pongService: 'pong' }, steps });
    const traffic = startDoorTraffic(shop.door, 40);
    for (const [version, before, turn, weights] of UPDATES) {
      await shop.image(version);
      await shop.until('Paused', 1);
      const { versions } = await ask(shop.door, REQUESTS);
      expect(shareProblem(versions[version] ?? 0, REQUESTS, 0.3)).toBeUndefined();
      expect((versions[version] ?? 0) + (versions[before] ?? 0)).toBe(REQUESTS);
      await shop.tell({ pauseConditions: null });
      await shop.until('Healthy', 2);
      expect((await shop.rollout()).status?.canary?.stablePingPong).toBe(turn);
      expect(await shop.weights()).toEqual(weights);
      expect((await ask(shop.door, 100)).versions).toEqual({ [version]: 100 });
    }
    expect((await traffic.stop()).failed).toBe(0);
  }, 180_000);

  it('lead to an experiment the part of the requests that it is to have, and away again', async () => {
    const templates = [{ name: 'trial', specRef: 'canary' as const, replicas: 1, weight: 20 }];
    const shop = await open('weighed', ['stable', 'canary'], { stableService: 'stable', canaryService: 'canary', steps: [{ experiment: { templates } }, { setWeight: 50 }, { pause: {} }] });
    const traffic = startDoorTraffic(shop.door, 40);
    await shop.image('v2');
    await eventually('the experiment has its part', async () => (await shop.weights())['trial'] === 20);
    expect((await shop.rollout()).status?.canary?.weights).toMatchObject({ canary: { weight: 0 }, stable: { weight: 80 }, additional: [{ weight: 20 }] });
    // The canary of the Rollout itself has nothing yet.
    await eventually('requests reach it', async () => ((await ask(shop.door, 50)).versions['v2'] ?? 0) > 0);
    const { versions } = await ask(shop.door, REQUESTS);
    expect(shareProblem(versions['v2'] ?? 0, REQUESTS, 0.2)).toBeUndefined();
    await shop.tell({ abort: true });
    await shop.until('Degraded', 0);
    await eventually('the routes are as before', async () => JSON.stringify(await shop.weights()) === JSON.stringify({ stable: 100, canary: 0 }));
    await eventually('v1 alone answers', async () => (await ask(shop.door, 50)).versions['v1'] === 50);
    expect((await traffic.stop()).failed).toBe(0);
  }, 180_000);
});
