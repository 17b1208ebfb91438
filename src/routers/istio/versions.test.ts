import { beforeEach, describe, expect, it } from 'vitest';
import { splitOf } from '../../model/split.js';
import type { VersionTarget } from '../../model/version.js';
import { CANARY, STABLE, destinationRule, reviewsService, virtualService } from '../testing/manifests.js';
import type { HttpRoute } from './objects.js';
import { istioRouter } from './router.js';
import { Steering } from './testing/steering.js';

let steering: Steering;
const version = (hash: string, name: string, service?: string): VersionTarget => ({
  hash, readyPods: 1, podLabels: { app: 'reviews', version: name, 'pod-template-hash': hash }, ...(service === undefined ? {} : { service }),
});
const route = (...destinations: readonly (readonly [string, number])[]): HttpRoute => ({ name: 'primary', route: destinations.map(([subset, weight]) => ({ destination: { host: 'reviews', subset }, weight })) });
const canaryLeads = { lead: 'canary' } as const;

beforeEach(() => {
  steering = new Steering();
});

describe("versions behind one Service, with subsets of the user's by label", () => {
  const outlierDetection = { consecutive5xxErrors: 3 };
  const rule = destinationRule({ subsets: [{ name: 'v1', labels: { version: 'v1' } }, { name: 'v2', labels: { version: 'v2' }, trafficPolicy: { outlierDetection } }] });
  beforeEach(() => {
    steering.cluster.put(rule);
    steering.cluster.put(virtualService([route(['v1', 100], ['v2', 0])]));
    steering.context = { ...steering.context, versions: { stable: version(STABLE, 'v1'), canary: version(CANARY, 'v2') } };
  });

  it("are split by subsets of our own, and the routes stay with the user's subset for the new one", () => {
    expect(steering.refusals()).toEqual([]);
    expect(steering.go(splitOf(100))).toBeUndefined();
    expect(steering.http()).toEqual([route([`serin-${STABLE}-v1`, 90], [`serin-${CANARY}-v1`, 10])]);
    expect(steering.cluster.get({ group: '', version: '', kind: 'DestinationRule', plural: '', namespaced: true }, 'reviews-serin')?.object).toMatchObject({
      spec: { subsets: [{ name: `serin-${CANARY}-v1`, labels: { 'pod-template-hash': CANARY }, trafficPolicy: { outlierDetection } }, { name: `serin-${STABLE}-v1` }] },
    });
    steering.go(splitOf(1000));
    expect(steering.release(canaryLeads)).toBeUndefined();
    expect(steering.http()).toEqual([route(['v2', 100])]);
    expect(steering.subsets()).toBeUndefined();
    const writes = steering.cluster.writes.length;
    expect(steering.release(canaryLeads)).toBeUndefined();
    expect(steering.cluster.writes).toHaveLength(writes);
    expect(steering.cluster.get({ group: '', version: '', kind: 'DestinationRule', plural: '', namespaced: true }, 'reviews')?.object.metadata.generation).toBe(1);
  });

  it('go back to what was found when stable stays', () => {
    steering.go(splitOf(500));
    expect(steering.release({ lead: 'stable' })).toBeUndefined();
    expect(steering.http()).toEqual([route(['v1', 100], ['v2', 0])]);
  });

  it('keep a subset that means both', () => {
    steering.cluster.put(destinationRule({ subsets: [{ name: 'all', labels: { app: 'reviews' } }, { name: 'v2', labels: { version: 'v2' } }] }));
    steering.cluster.put(virtualService([route(['all', 100])]));
    steering.go(splitOf(1000));
    expect(steering.release(canaryLeads)).toBeUndefined();
    expect(steering.http()).toEqual([route(['all', 100])]);
  });

  it('go back to what was found where no subset of the user is the new version, and it is known', () => {
    steering.cluster.put(destinationRule({ subsets: [{ name: 'v1', labels: { version: 'v1' } }] }));
    steering.go(splitOf(1000));
    expect(steering.release(canaryLeads)).toBeUndefined();
    expect(steering.http()).toEqual([route(['v1', 100], ['v2', 0])]);
  });

  it("refuse a route of the user's that leads to the canary already", () => {
    const users: HttpRoute = { name: 'users', match: [{ headers: { 'end-user': { exact: 'jason' } } }], route: [{ destination: { host: 'reviews', subset: 'v2' } }] };
    steering.cluster.put(virtualService([users, route(['v1', 100])]));
    expect(steering.refusals()).toEqual([expect.stringContaining('wants Pods with version=v2, but those of the stable version have version=v1')]);
    steering.config = { virtualServices: [{ name: 'reviews', routes: ['primary'] }] };
    expect(steering.refusals()).toEqual([]);
  });
});

describe('versions with a Service each', () => {
  const webapp = (...destinations: readonly (readonly [string, number?])[]): HttpRoute => ({
    timeout: '3s', route: destinations.map(([host, weight]) => ({ destination: { host, port: { number: 80 } }, ...(weight === undefined ? {} : { weight }) })),
  });
  beforeEach(() => {
    for (const name of ['webapp-v1', 'webapp-v2']) steering.cluster.put({ ...reviewsService(), metadata: { name } });
    steering.context = { ...steering.context, service: '', versions: { stable: version(STABLE, 'v1', 'webapp-v1'), canary: version(CANARY, 'v2', 'webapp-v2') } };
  });

  it.each(['webapp-v1', 'webapp-v1.shop.svc.cluster.local'])('are split by hosts, without a DestinationRule: %s', (host) => {
    const other = host.replace('v1', 'v2');
    steering.cluster.put(virtualService([webapp([host])], { hosts: ['webapp.example.com'], gateways: ['edge'] }));
    expect(steering.refusals()).toEqual([]);
    expect(steering.go({ ...splitOf(100), mirror: 100, matches: [{ cookies: [{ name: 'tester' }] }], sticky: { cookie: 'v', maxAgeSeconds: 9 } })).toBeUndefined();
    expect(steering.http().at(-1)).toMatchObject({ ...webapp([host, 90], [other, 10]), mirrors: [{ destination: { host: other, port: { number: 80 } }, percentage: { value: 10 } }] });
    expect(steering.http().map(({ name }) => name)).toEqual(['serin-reviews-match-0', 'serin-reviews-canary-0', 'serin-reviews-stable-0', undefined]);
    expect(steering.subsets()).toBeUndefined();
    expect(steering.read(splitOf(100))).toEqual({ written: splitOf(100), accepted: splitOf(100), problems: [] });
    steering.go(splitOf(0));
    expect(steering.http()).toEqual([webapp([host, 100])]);
    expect(steering.read(splitOf(0))).toEqual({ written: splitOf(0), accepted: splitOf(0), problems: [] });
    steering.go(splitOf(1000));
    expect(steering.release(canaryLeads)).toBeUndefined();
    expect(steering.http()).toEqual([webapp([other])]);
  });

  it('go back to what was found when stable stays', () => {
    const found = [webapp(['webapp-v1', 100], ['webapp-v2', 0])];
    steering.cluster.put(virtualService(found));
    steering.go(splitOf(300));
    expect(steering.http()).toEqual([webapp(['webapp-v1', 70], ['webapp-v2', 30])]);
    expect(steering.release({ lead: 'stable' })).toBeUndefined();
    expect(steering.http()).toEqual(found);
  });

  it('are told apart where routes look alike', () => {
    const onPort = (number: number): HttpRoute => ({ route: [{ destination: { host: 'webapp-v1', port: { number } } }] });
    const routes = [onPort(80), onPort(81), { route: [{ destination: { host: 'ratings' } }] }];
    steering.cluster.put(virtualService(routes));
    steering.go(splitOf(100));
    steering.cluster.put(virtualService(steering.http().toReversed()));
    expect(steering.read(splitOf(100))).toMatchObject({ written: splitOf(100), problems: [] });
    steering.release();
    expect(steering.http()).toEqual(routes.toReversed());
  });

  it('need one each, or one for all', () => {
    const { stable, canary } = steering.context.versions;
    const { service: _service, ...unserved } = canary;
    steering.context = { ...steering.context, versions: { stable, canary: unserved } };
    steering.cluster.put(virtualService([webapp(['webapp-v1'])]));
    expect(steering.refusals()).toEqual(['workload.versions: not every version has a Service of its own, and no Service for all of them is named']);
    expect(steering.go(splitOf(100))).toContain('no VirtualService has an http route to it');
    expect(istioRouter.check({}, steering.cluster, { namespace: 'shop', policy: 'reviews', service: '', canaryService: '' })).toEqual([]);
  });

  it('say who put routes back', () => {
    steering.cluster.put(virtualService([webapp(['webapp-v1'])]));
    steering.go(splitOf(100));
    steering.cluster.put(virtualService([webapp(['webapp-v1'])]), 'argocd-controller');
    expect(steering.read(splitOf(100)).problems).toMatchObject([{ problem: 'field manager "argocd-controller" changed its weights; Serin does not fight over it' }]);
  });

  it.each<[string, HttpRoute]>([
    ['already splits between Services (webapp-v1, webapp-v2)', webapp(['webapp-v1', 50], ['webapp-v2', 50])],
    ['already leads to Service webapp-v2 of the version on trial', webapp(['webapp-v2'])],
  ])('refuse a route that %s', (words, found) => {
    steering.cluster.put(virtualService([found]));
    expect(steering.refusals()).toEqual([expect.stringContaining(words)]);
    steering.cluster.remove('Service', 'webapp-v2');
    expect(steering.refusals()).toContain('Service webapp-v2: does not exist');
  });
});
