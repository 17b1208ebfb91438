import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RouterName } from '../../src/model/policy/routers.js';
import { strategyNames, type StrategyName } from '../../src/model/policy/strategies.js';
import type { PolicySpec } from '../../src/model/release-policy.js';
import { serinResources } from '../../src/model/resources.js';
import { resources } from '../../src/kubernetes/resources.js';
import { ask, doorOf, shareBounds, shareProblem, startDoorTraffic, untilShare, type Door, type DoorTraffic } from './doors.js';
import { eventually, startTestCluster, type TestCluster } from './local-cluster.js';
import { LiveConnection } from './live-connection.js';
import { hostOf, openShop, policyOf, shopImages, type DoorKind } from './shop-manifests.js';
import { SteeredProgram } from './steered-program.js';

type Routers = NonNullable<PolicySpec['router']>;

/** twoServices steers what users keep for it, which Rollouts bring. */
const ROUTERS: Readonly<Record<Exclude<RouterName, 'twoServices'>, { readonly router: Routers; readonly door: DoorKind }>> = {
  istio: { router: { istio: { settleSeconds: 1 } }, door: 'istio' },
  gatewayApi: { router: { gatewayApi: { settleSeconds: 1 } }, door: 'gatewayApi' },
  ingressNginx: { router: { ingressNginx: { settleSeconds: 1 } }, door: 'ingressNginx' },
  service: { router: { service: {} }, door: 'ingressNginx' },
};
const routerNames = Object.keys(ROUTERS) as (keyof typeof ROUTERS)[];

/** What the release stands at, pause by pause: the share of the new version in per cent. */
interface Course {
  readonly strategy: PolicySpec['strategy'];
  readonly shares: readonly number[];
  /** Requests with this header meet the new version from the first pause on. */
  readonly group?: Readonly<Record<string, string>>;
}

/** Two Pods of the old version and one of the new show a third. */
const first = (router: RouterName): number => (router === 'service' ? 33.3 : 10);
const COURSES: Readonly<Record<StrategyName, (router: RouterName) => Course>> = {
  canary: (router) => ({ strategy: { canary: { steps: [{ weight: first(router) }, { pause: {} }, { weight: 50 }, { pause: {} }] } }, shares: [first(router), 50] }),
  blueGreen: () => ({ strategy: { blueGreen: { before: [{ pause: {} }], after: [{ pause: {} }], keep: '0s' } }, shares: [0, 100] }),
  rolling: () => ({ strategy: { rolling: { batches: ['50%', '100%'], between: [{ pause: {} }], maxSurge: 1 } }, shares: [50] }),
  ab: () => ({
    strategy: { ab: { stages: [{ audience: { matches: [{ headers: [{ name: 'x-group', exact: 'b' }] }] }, checks: [{ pause: {} }] }, { share: 30, checks: [{ pause: {} }] }] } },
    shares: [0, 30],
    group: { 'x-group': 'b' },
  }),
};

const all = routerNames.flatMap((router) => strategyNames.map((strategy) => ({ router, strategy })));
/** Pod counts know no groups of users. */
const isRefused = ({ router, strategy }: { router: RouterName; strategy: StrategyName }): boolean => router === 'service' && strategy === 'ab';

const REQUESTS = 500;
/** Requests per second through each door. */
const RATE = 20;

describe('every strategy by every router, under load', () => {
  let cluster: TestCluster;
  /** Shops that nobody releases, one for each kind of door. */
  const controls = new Map<DoorKind, DoorTraffic>();
  const doorTo = (namespace: string, door: DoorKind, headers = {}): Door => doorOf(cluster.ingress, hostOf(namespace, door), headers);
  const answers = (door: Door): Promise<boolean> => eventually('the door answers', async () => Object.keys((await ask(door, 1)).versions).some((version) => version.startsWith('v')));

  beforeAll(async () => {
    cluster = await startTestCluster('--images', shopImages);
    for (const [index, door] of (['istio', 'gatewayApi', 'ingressNginx'] as const).entries()) {
      const namespace = `control-${index}`;
      await openShop(cluster, { namespace, doors: [door] });
      await answers(doorTo(namespace, door));
      controls.set(door, startDoorTraffic(doorTo(namespace, door), RATE, index));
    }
  }, 120_000);
  afterAll(async () => {
    await Promise.all([...controls.values()].map((traffic) => traffic.stop()));
    await cluster?.stop();
  });

  it.concurrent.each(all.filter((each) => !isRefused(each)).map(({ strategy, router }) => [strategy, router] as const))('%s by %s loses no request and keeps its shares', async (strategy, router) => {
    const { router: config, door } = ROUTERS[router];
    const course = COURSES[strategy](router);
    const namespace = `${strategy}-${router}`.toLowerCase();
    // Users who met B by share stay with it, for which ingress-nginx needs its affinity cookie.
    const affinity = router === 'ingressNginx' && strategy === 'ab' ? { ingress: { 'nginx.ingress.kubernetes.io/affinity': 'cookie', 'nginx.ingress.kubernetes.io/session-cookie-name': 'serin-version' } } : {};
    await openShop(cluster, { namespace, doors: [door], ...affinity }, policyOf(namespace, course.strategy, config));
    const shop = new SteeredProgram(cluster, namespace);
    await shop.atRest();
    const users = doorTo(namespace, door);
    await answers(users);
    const lostByControl = controls.get(door)?.failedSoFar ?? 0;
    const traffic = startDoorTraffic(users, RATE);

    await shop.set('example/shop:v2');
    let step = -1;
    for (const share of course.shares) {
      const { status } = await shop.atPause(step);
      step = status?.step.index ?? step;
      expect(status?.shares).toMatchObject({ asked: { canary: Math.round(share * 10) }, accepted: { canary: Math.round(share * 10) } });
      await untilShare(users, REQUESTS, ['v2', 'v1'], share / 100);
      if (course.group) await untilShare({ ...users, headers: { ...users.headers, ...course.group } }, 50, ['v2', 'v1'], 1);
      await shop.goOn();
    }
    await shop.ends('Completed');
    await shop.atRest();
    expect((await ask(users, 100)).versions).toEqual({ v2: 100 });
    const { sent, failed, errors, statuses } = await traffic.stop();
    const control = (controls.get(door)?.failedSoFar ?? 0) - lostByControl;
    expect(failed, `${JSON.stringify({ sent, errors, statuses })}; the control lost ${control}`).toBeLessThanOrEqual(control);
    expect(sent).toBeGreaterThan(RATE);
  }, 240_000);

  it.concurrent('several routers at once show the same share at every door', async () => {
    const doors = ['istio', 'gatewayApi', 'ingressNginx'] as const;
    const namespace = 'several';
    await openShop(cluster, { namespace, doors }, policyOf(namespace, { canary: { steps: [{ weight: 30 }, { pause: {} }] } }, { ...ROUTERS.istio.router, ...ROUTERS.gatewayApi.router, ...ROUTERS.ingressNginx.router }));
    const shop = new SteeredProgram(cluster, namespace);
    await shop.atRest();
    await Promise.all(doors.map((door) => answers(doorTo(namespace, door))));
    const traffic = doors.map((door, seed) => startDoorTraffic(doorTo(namespace, door), RATE, seed));
    await shop.set('example/shop:v2');
    await shop.atPause();
    for (const door of doors) await untilShare(doorTo(namespace, door), REQUESTS, ['v2', 'v1'], 0.3);
    await shop.goOn();
    await shop.ends('Completed');
    await shop.atRest();
    for (const door of doors) expect((await ask(doorTo(namespace, door), 50)).versions).toEqual({ v2: 50 });
    expect((await Promise.all(traffic.map((each) => each.stop()))).map(({ failed }) => failed)).toEqual([0, 0, 0]);
  }, 240_000);

  it.concurrent('the next release takes another router, with the strategy as it was', async () => {
    const namespace = 'changed';
    await openShop(cluster, { namespace, doors: ['istio', 'ingressNginx'] }, policyOf(namespace, { canary: { steps: [{ weight: 30 }, { pause: {} }] } }, ROUTERS.istio.router));
    const shop = new SteeredProgram(cluster, namespace);
    const strategy = (await shop.atRest()).spec.strategy;
    const released = async (image: string, [version, other]: readonly [string, string], door: DoorKind): Promise<void> => {
      await answers(doorTo(namespace, door));
      await shop.set(image);
      await shop.atPause();
      await untilShare(doorTo(namespace, door), REQUESTS, [version, other], 0.3);
      await shop.goOn();
      await shop.ends('Completed');
      await shop.atRest();
    };
    await released('example/shop:v2', ['v2', 'v1'], 'istio');
    await cluster.client.patch(serinResources.releasePolicies, shop.key, { kind: 'merge', body: { spec: { router: { istio: null, ...ROUTERS.ingressNginx.router } } } });
    await released('example/shop:v1', ['v1', 'v2'], 'ingressNginx');
    const { spec } = await shop.atRest();
    expect(spec.strategy).toEqual(strategy);
    expect((await cluster.client.get(resources.virtualServices, shop.key)).spec.http).toEqual([{ route: [{ destination: { host: 'shop' } }] }]);
    expect((await cluster.client.list(resources.ingresses, { namespace })).items.map(({ metadata }) => metadata.name)).toEqual(['shop']);
  }, 240_000);

  it.concurrent('a WebSocket through an Ingress stays with its Pod until that has drained', async () => {
    const namespace = 'upgraded';
    await openShop(cluster, { namespace, doors: ['ingressNginx'] }, policyOf(namespace, { canary: { steps: [{ weight: 50 }, { pause: {} }] } }, ROUTERS.ingressNginx.router, { drain: '12s' }));
    const shop = new SteeredProgram(cluster, namespace);
    await shop.atRest();
    const users = doorTo(namespace, 'ingressNginx');
    await answers(users);
    const old = await LiveConnection.open(users);
    expect(await old.version()).toBe('v1');
    await shop.set('example/shop:v2');
    await shop.atPause();
    await untilShare(users, REQUESTS, ['v2', 'v1'], 0.5);
    const later = await Promise.all(Array.from({ length: 20 }, () => LiveConnection.open(users)));
    expect(new Set(await Promise.all(later.map((each) => each.version())))).toEqual(new Set(['v1', 'v2']));
    expect(await old.version()).toBe('v1');
    await shop.goOn();
    await eventually('no new request meets the old version', async () => (await ask(users, 20)).versions['v2'] === 20);
    // The old Pods drain now: what is open goes on.
    expect(await old.version()).toBe('v1');
    const { code, reason } = await old.closed;
    expect({ code, reason }).toEqual({ code: 1001, reason: 'the shop closes' });
    await shop.ends('Completed');
    // Those of the other old Pod end when that does, a moment before or after.
    const kept = await eventually('who met the old version is sent away', async () => {
      const versions = await Promise.all(later.map(async (each) => each.isOpen && each.version().catch(() => false as const)));
      return !versions.includes('v1') && versions;
    });
    expect(new Set(kept)).toEqual(new Set([false, 'v2']));
    await Promise.all(later.map((each) => each.close()));
  }, 240_000);

  const testers = { matches: [{ headers: [{ name: 'x-group', exact: 'b' }] }] };
  it.concurrent.each([
    ...all.filter(isRefused).map(({ router, strategy }) => [router, strategy, COURSES[strategy](router).strategy, 'Choose the router istio, gatewayApi or ingressNginx.'] as const),
    ['service', 'a route', { canary: { steps: [{ route: testers }] } }, 'the router service cannot do this: a Service knows Pods, not requests'],
    ['service', 'a mirror', { canary: { steps: [{ mirror: 10 }] } }, 'the router service cannot do this'],
    ['service', 'a share that two Pods cannot show', { canary: { steps: [{ weight: 10 }] } }, '10 %'],
    ['service', 'a preview by path', { blueGreen: { preview: { path: '/green' } } }, 'the router service cannot do this'],
    ['ingressNginx', 'a mirror', { canary: { steps: [{ mirror: 10 }] } }, 'the router ingress-nginx cannot do this: it mirrors all requests to a URL'],
    ['ingressNginx', 'users who stay without an affinity cookie', { ab: { stages: [{ share: 10 }] } }, 'sets no affinity cookie'],
    ['ingressNginx', 'a header and a cookie at once', { canary: { steps: [{ route: { matches: [{ headers: [{ name: 'a', exact: 'b' }], cookies: [{ name: 'c', exact: 'd' }] }] } }] } }, 'cookie'],
  ] as const satisfies readonly (readonly [RouterName, string, PolicySpec['strategy'], string])[])('%s refuses %s by name', async (router, what, strategy, words) => {
    const namespace = `refused-${router}-${what.replaceAll(' ', '-')}`.toLowerCase().slice(0, 63);
    await openShop(cluster, { namespace, doors: [ROUTERS[router].door] }, policyOf(namespace, strategy as PolicySpec['strategy'], ROUTERS[router].router));
    const policy = await eventually('the policy is refused', async () => {
      const found = await cluster.client.get(serinResources.releasePolicies, { namespace, name: 'shop' });
      return found.status?.phase === 'Refused' && found;
    });
    expect(policy.status?.message).toContain(words);
    // So that its Pods do not slow down the others.
    await cluster.client.patch(resources.deployments, { namespace, name: 'shop' }, { kind: 'merge', body: { spec: { replicas: 0 } } });
  });
});

it('shares are wrong beyond what chance does once in a million times', () => {
  expect(shareBounds(500, 0)).toEqual({ least: 0, most: 0 });
  expect(shareBounds(500, 1)).toEqual({ least: 500, most: 500 });
  expect(shareBounds(1, 0.5)).toEqual({ least: 0, most: 1 });
  // About five standard deviations on either side.
  expect(shareBounds(500, 0.5)).toEqual({ least: 196, most: 304 });
  expect(shareProblem(80, 500, 0.1)).toBeUndefined();
  expect(shareProblem(100, 500, 0.1)).toBe('100 of 500 requests, and a share of 0.1 gives 21 to 86');
});
