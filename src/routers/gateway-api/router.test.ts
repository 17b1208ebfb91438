import { beforeEach, describe, expect, it } from 'vitest';
import { resources } from '../../kubernetes/resources.js';
import { splitOf, type Split } from '../../model/split.js';
import type { Claim, ReleaseContext, RouterContext } from '../router.js';
import type { TestCluster } from '../testing/cluster.js';
import { CANARY, STABLE, reviewsContext, reviewsService } from '../testing/manifests.js';
import { routeResource, type GatewayApiConfig, type Route, type RouteKind, type Rule } from './objects.js';
import { gatewayApiRouter } from './router.js';
import { followRoutes, grant, pinOf, route, routedCluster, settle } from './testing/routed-cluster.js';

let cluster: TestCluster;
let claims: readonly Claim[];
let context: RouterContext;
let config: GatewayApiConfig;

const plan = (split: Split) => {
  const next = gatewayApiRouter.write(config, split, cluster, claims, context);
  claims = structuredClone(next.claims);
  return next;
};
const go = (split: number | Split) => followRoutes(cluster, () => plan(typeof split === 'number' ? splitOf(split) : split));
const release = (after?: ReleaseContext['after']) => followRoutes(cluster, () => gatewayApiRouter.release(config, cluster, claims, { ...context, ...(after ? { after } : {}) }));
const read = (lastWritten?: Split) => gatewayApiRouter.read(config, cluster, claims, lastWritten ? { ...context, lastWritten } : context);
const get = (name = 'reviews', kind: RouteKind = 'HTTPRoute', namespace?: string): Route | undefined => cluster.get(routeResource(kind), name, namespace)?.object;
const rules = (name?: string, kind?: RouteKind, namespace?: string): readonly Rule[] => get(name, kind, namespace)?.spec.rules ?? [];
const sayings = () => gatewayApiRouter.check(config, cluster, context);
const errors = () => sayings().filter(({ severity }) => severity !== 'warning');

const api: Rule = {
  name: 'api',
  matches: [{ path: { type: 'PathPrefix', value: '/api' } }, { path: { type: 'Exact', value: '/status' }, method: 'GET' }],
  filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-via', value: 'edge' }] } }],
  backendRefs: [{ name: 'reviews', port: 9080, filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { remove: ['x-debug'] } }] }],
};
const whole: Rule = { backendRefs: [{ name: 'reviews', port: 9080 }] };
/** A rule that leads nobody to the canary, but names it. */
const named = (rule: Rule): Rule => ({ ...rule, backendRefs: (rule.backendRefs ?? []).flatMap((ref) => [{ ...ref, weight: 100 }, { ...ref, name: 'reviews-canary', weight: 0 }]) });
/** The same before the weights of others are written anew. */
const justNamed = (rule: Rule): Rule => ({ ...rule, backendRefs: (rule.backendRefs ?? []).flatMap((ref) => [ref, { ...ref, name: 'reviews-canary', weight: 0 }]) });
const foreign: Rule = { matches: [{ path: { type: 'PathPrefix', value: '/ratings' } }], backendRefs: [{ name: 'ratings', port: 9080 }] };
const moved: Rule = { matches: [{ path: { type: 'Exact', value: '/old' } }], filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'new.example.com' } }] };

beforeEach(() => {
  cluster = routedCluster();
  claims = [];
  context = reviewsContext();
  config = {};
  cluster.put(route([api, foreign, moved, whole], { hostnames: ['reviews.example.com', 'www.example.com'] }));
});

describe('gateway-api router', () => {
  it('pins, makes the canary Service, writes weights, waits for all of it, and puts all back', () => {
    expect(errors()).toEqual([]);
    const first = plan(splitOf(100));
    expect(first.claims).toMatchObject([
      { kind: 'HTTPRoute', name: 'reviews', found: { rules: [{ name: 'api', index: 0, backendRefs: api.backendRefs }, { index: 3, backendRefs: whole.backendRefs }] } },
      { kind: 'Service', name: 'reviews' },
    ]);
    expect(first.stages.map(({ name }) => name)).toEqual(['pin', 'canary-service', 'named', 'routes']);
    expect(go(100)).toBeUndefined();
    expect(pinOf(cluster, 'reviews')).toBe(STABLE);
    expect(pinOf(cluster, 'reviews-canary')).toBe(CANARY);
    const filters = api.backendRefs?.[0]?.filters;
    expect(rules()).toEqual([
      { ...api, backendRefs: [{ name: 'reviews', port: 9080, weight: 90, filters }, { name: 'reviews-canary', port: 9080, weight: 10, filters }] },
      foreign,
      moved,
      { backendRefs: [{ name: 'reviews', port: 9080, weight: 90 }, { name: 'reviews-canary', port: 9080, weight: 10 }] },
    ]);
    expect(read(splitOf(100))).toEqual({ written: splitOf(100), accepted: splitOf(100), problems: [] });
    const count = cluster.writes.length;
    expect(go(100)).toBeUndefined();
    expect(cluster.writes.length).toBe(count);

    expect(go(1)).toBeUndefined();
    expect(rules()[3]?.backendRefs?.map(({ weight }) => weight)).toEqual([999, 1]);
    expect(go(0)).toBeUndefined();
    expect(rules()).toEqual([named(api), foreign, moved, named(whole)]);
    expect(read(splitOf(0))).toEqual({ written: splitOf(0), accepted: splitOf(0), problems: [] });

    expect(go(1000)).toBeUndefined();
    expect(rules()[3]?.backendRefs).toEqual([{ name: 'reviews', port: 9080, weight: 0 }, { name: 'reviews-canary', port: 9080, weight: 100 }]);
    expect(pinOf(cluster, 'reviews')).toBe(CANARY);
    expect(read(splitOf(1000))).toEqual({ written: splitOf(1000), accepted: splitOf(1000), problems: [] });

    expect(release()).toBeUndefined();
    expect(rules()).toEqual([api, foreign, moved, whole]);
    expect(pinOf(cluster, 'reviews')).toBeUndefined();
    expect(cluster.get(resources.services, 'reviews-canary')).toBeUndefined();
  });

  it('keeps what goes to others to the per mille', () => {
    cluster.put(route([{ backendRefs: [{ name: 'reviews', port: 9080, weight: 3 }, { name: 'legacy', port: 80, weight: 1 }] }]));
    expect(sayings()).toContainEqual(expect.objectContaining({ severity: 'warning', problem: 'leads to Service legacy, too: shares are of the part that goes to the Service' }));
    go(50);
    expect(rules()[0]?.backendRefs).toEqual([
      { name: 'reviews', port: 9080, weight: 57 },
      { name: 'reviews-canary', port: 9080, weight: 3 },
      { name: 'legacy', port: 80, weight: 20 },
    ]);
    expect(read().written).toEqual(splitOf(50));
    release();
    expect(rules()[0]?.backendRefs).toEqual([{ name: 'reviews', port: 9080, weight: 3 }, { name: 'legacy', port: 80, weight: 1 }]);
  });

  it('adds rules for matches before the rule, and takes them out again', () => {
    const matches = [{ headers: [{ name: 'x-group', exact: 'testers' }] }, { headers: [{ name: 'user', prefix: 'a.b' }], cookies: [{ name: 'beta', exact: 'yes' }] }];
    expect(go({ ...splitOf(0), matches })).toBeUndefined();
    const canary = [{ name: 'reviews-canary', port: 9080, weight: 100 }];
    const cookie = { name: 'Cookie', type: 'RegularExpression', value: String.raw`^(?:.*;\s*)?beta=yes(?:;.*)?$` };
    const user = { name: 'user', type: 'RegularExpression', value: String.raw`^a\.b.*$` };
    const group = { name: 'x-group', type: 'Exact', value: 'testers' };
    expect(rules()).toEqual([
      {
        name: 'serin.reviews.0',
        matches: [
          { path: { type: 'PathPrefix', value: '/api' }, headers: [group] },
          { path: { type: 'Exact', value: '/status' }, method: 'GET', headers: [group] },
          { path: { type: 'PathPrefix', value: '/api' }, headers: [user, cookie] },
          { path: { type: 'Exact', value: '/status' }, method: 'GET', headers: [user, cookie] },
        ],
        filters: api.filters,
        backendRefs: [{ ...api.backendRefs?.[0], name: 'reviews-canary', weight: 100 }],
      },
      named(api),
      foreign,
      moved,
      { name: 'serin.reviews.1', matches: [{ path: { type: 'PathPrefix', value: '/' }, headers: [group] }, { path: { type: 'PathPrefix', value: '/' }, headers: [user, cookie] }], backendRefs: canary },
      named(whole),
    ]);
    expect(read().written).toEqual(splitOf(0));
    go({ ...splitOf(100), matches: matches.slice(0, 1) });
    expect(rules().map(({ matches: all }) => all?.length ?? 0)).toEqual([2, 2, 1, 1, 1, 0]);
    const count = cluster.writes.length;
    go({ ...splitOf(100), matches: matches.slice(0, 1) });
    expect(cluster.writes.length).toBe(count);
    release();
    expect(rules()).toEqual([api, foreign, moved, whole]);
  });

  it('lets a later rule of the user win the ties that it won before', () => {
    const admin: Rule = { matches: [{ headers: [{ name: 'x-admin', value: '1' }] }], backendRefs: [{ name: 'admin', port: 80 }] };
    const split = { ...splitOf(0), matches: [{ headers: [{ name: 'x', exact: '1' }] }] };
    cluster.put(route([whole, admin]));
    go(split);
    expect(rules().map(({ backendRefs }) => backendRefs?.[0]?.name)).toEqual(['reviews', 'admin', 'reviews-canary']);
    cluster.put(route([admin, whole]));
    go(split);
    expect(rules().map(({ backendRefs }) => backendRefs?.[0]?.name)).toEqual(['admin', 'reviews-canary', 'reviews']);
  });

  it('finds its rules where a server drops their names', () => {
    const split = { ...splitOf(200), matches: [{ headers: [{ name: 'x', exact: '1' }] }] };
    go(split);
    cluster.edit(routeResource('HTTPRoute'), 'reviews', ({ spec }) => spec.rules?.forEach((rule) => Reflect.deleteProperty(rule, rule.name?.startsWith('serin.') ? 'name' : 'none')), 'serin');
    expect(rules().some(({ name }) => name?.startsWith('serin.'))).toBe(false);
    const count = cluster.writes.length;
    expect(go(split)).toBeUndefined();
    expect(cluster.writes.length).toBe(count);
    release();
    expect(rules()).toEqual([api, foreign, moved, whole]);
  });

  it('keeps users with the version they met', () => {
    cluster.put(route([whole]));
    const split: Split = { ...splitOf(250), sticky: { cookie: 'serin', maxAgeSeconds: 60 } };
    expect(go(split)).toBeUndefined();
    const filters = (hash: string) => [{ type: 'ResponseHeaderModifier', responseHeaderModifier: { add: [{ name: 'Set-Cookie', value: `serin=${hash}; Path=/; Max-Age=60; SameSite=Lax` }] } }];
    const stays = (hash: string) => [{ path: { type: 'PathPrefix', value: '/' }, headers: [{ name: 'Cookie', type: 'RegularExpression', value: String.raw`^(?:.*;\s*)?serin=${hash}(?:;.*)?$` }] }];
    expect(rules()).toEqual([
      { name: 'serin.reviews.0', matches: stays(CANARY), backendRefs: [{ name: 'reviews-canary', port: 9080, weight: 100 }] },
      { name: 'serin.reviews.1', matches: stays(STABLE), backendRefs: whole.backendRefs },
      { backendRefs: [{ name: 'reviews', port: 9080, weight: 75, filters: filters(STABLE) }, { name: 'reviews-canary', port: 9080, weight: 25, filters: filters(CANARY) }] },
    ]);
    expect(read(split)).toEqual({ written: splitOf(250), accepted: splitOf(250), problems: [] });
    go(1000);
    expect(rules()).toHaveLength(1);
    release();
    expect(rules()).toEqual([whole]);
  });

  it('mirrors all or a part', () => {
    for (const [mirror, amount] of [[1000, {}], [250, { percent: 25 }], [5, { fraction: { numerator: 5, denominator: 1000 } }]] as const) {
      expect(go({ ...splitOf(0), mirror })).toBeUndefined();
      expect(rules()[0]).toEqual({ ...named(api), filters: [...(api.filters ?? []), { type: 'RequestMirror', requestMirror: { backendRef: { name: 'reviews-canary', port: 9080 }, ...amount } }] });
      expect(rules()[3]?.filters).toHaveLength(1);
      expect(read().written).toEqual(splitOf(0));
    }
    go(0);
    expect(rules()).toEqual([named(api), foreign, moved, named(whole)]);
    release();
    expect(rules()).toEqual([api, foreign, moved, whole]);
  });

  it('shows the canary under a path and on a host', () => {
    const split: Split = { ...splitOf(0), preview: { path: '/green', host: 'green.example.com', service: 'reviews-preview' } };
    expect(go(split)).toBeUndefined();
    const toCanary = [{ name: 'reviews-canary', port: 9080, weight: 100 }];
    const apiCanary = [{ ...api.backendRefs?.[0], name: 'reviews-canary', weight: 100 }];
    const rewrite = (path: object) => ({ type: 'URLRewrite', urlRewrite: { path } });
    expect(rules().slice(3)).toEqual([named(api), foreign, moved, named(whole)]);
    expect(rules().slice(0, 3)).toEqual([
      { name: 'serin.reviews.0', matches: [{ path: { type: 'PathPrefix', value: '/green/api' } }], filters: [...(api.filters ?? []), rewrite({ type: 'ReplacePrefixMatch', replacePrefixMatch: '/api' })], backendRefs: apiCanary },
      { name: 'serin.reviews.1', matches: [{ path: { type: 'Exact', value: '/green/status' }, method: 'GET' }], filters: [...(api.filters ?? []), rewrite({ type: 'ReplaceFullPath', replaceFullPath: '/status' })], backendRefs: apiCanary },
      { name: 'serin.reviews.2', matches: [{ path: { type: 'PathPrefix', value: '/green' } }], filters: [rewrite({ type: 'ReplacePrefixMatch', replacePrefixMatch: '/' })], backendRefs: toCanary },
    ]);
    expect(get('reviews-serin-preview')).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'serin', 'serin.dev/policy': 'reviews' } },
      spec: { parentRefs: [{ name: 'web' }], hostnames: ['green.example.com'], rules: [{ matches: api.matches, filters: api.filters, backendRefs: apiCanary }, { backendRefs: toCanary }] },
    });
    expect(pinOf(cluster, 'reviews-preview')).toBe(CANARY);
    const count = cluster.writes.length;
    expect(go(split)).toBeUndefined();
    expect(cluster.writes.length).toBe(count);
    go(500);
    expect(get('reviews-serin-preview')).toBeUndefined();
    expect(rules()).toHaveLength(4);
    go(split);
    release();
    expect(rules()).toEqual([api, foreign, moved, whole]);
    expect(get('reviews-serin-preview')).toBeUndefined();
    expect(cluster.get(resources.services, 'reviews-preview')).toBeUndefined();
  });

  it('refuses a preview path that hides a live one, and more rules than a server takes', () => {
    cluster.put(route([whole, { ...foreign, matches: [{ path: { type: 'Exact', value: '/green/leaf' } }] }]));
    expect(go({ ...splitOf(0), preview: { path: '/green' } })).toContain('has path /green/leaf, which is live where the preview path /green would be');
    expect(rules()).toHaveLength(2);
    const many = Array.from({ length: 12 }, (_, index): Rule => ({ matches: [{ path: { type: 'PathPrefix', value: `/${index}` } }], backendRefs: [{ name: 'reviews', port: 9080 }] }));
    claims = [];
    cluster.put(route(many));
    expect(go({ ...splitOf(0), matches: [{ headers: [{ name: 'x', exact: '1' }] }] })).toBe('HTTPRoute reviews, spec.rules: would be 24, 12 of them added for matches, staying users and previews; an API server takes 16');
    expect(go(100)).toBeUndefined();
  });

  it('steers GRPCRoutes', () => {
    cluster.remove('HTTPRoute', 'reviews');
    const rule: Rule = { matches: [{ method: { service: 'shop.Reviews' } }], backendRefs: [{ name: 'reviews', port: 9080 }] };
    cluster.put(route([rule], { kind: 'GRPCRoute' }));
    expect(errors()).toEqual([]);
    expect(go({ ...splitOf(300), matches: [{ headers: [{ name: 'x', exact: '1' }] }] })).toBeUndefined();
    expect(rules('reviews', 'GRPCRoute')).toEqual([
      { name: 'serin.reviews.0', matches: [{ method: { service: 'shop.Reviews' }, headers: [{ name: 'x', type: 'Exact', value: '1' }] }], backendRefs: [{ name: 'reviews-canary', port: 9080, weight: 100 }] },
      { ...rule, backendRefs: [{ name: 'reviews', port: 9080, weight: 70 }, { name: 'reviews-canary', port: 9080, weight: 30 }] },
    ]);
    release();
    expect(rules('reviews', 'GRPCRoute')).toEqual([rule]);
  });

  it('splits between the versions own Services, and stays with the new one at the end', () => {
    for (const name of ['web-v1', 'web-v2']) cluster.put({ ...reviewsService(), metadata: { name } });
    const { stable, canary } = context.versions;
    context = { ...context, service: '', canaryService: '', versions: { stable: { ...stable, service: 'web-v1' }, canary: { ...canary, service: 'web-v2' } } };
    const found: Rule = { name: 'web', backendRefs: [{ name: 'web-v1', port: 9080, weight: 100 }, { name: 'web-v2', port: 9080, weight: 0 }] };
    cluster.put(route([found, foreign]));
    expect(errors()).toEqual([]);
    expect(plan(splitOf(100)).stages.map(({ name }) => name)).toEqual(['named', 'routes']);
    expect(go(100)).toBeUndefined();
    expect(rules()[0]?.backendRefs).toEqual([{ name: 'web-v1', port: 9080, weight: 90 }, { name: 'web-v2', port: 9080, weight: 10 }]);
    expect(read(splitOf(100))).toEqual({ written: splitOf(100), accepted: splitOf(100), problems: [] });
    const before = structuredClone(claims);
    expect(release({ lead: 'stable' })).toBeUndefined();
    expect(rules()).toEqual([found, foreign]);
    claims = before;
    expect(go(1000)).toBeUndefined();
    expect(release({ lead: 'canary' })).toBeUndefined();
    expect(rules()).toEqual([{ name: 'web', backendRefs: [{ name: 'web-v2', port: 9080, weight: 100 }] }, foreign]);
  });

  it('reaches into another namespace only with its consent', () => {
    cluster.remove('HTTPRoute', 'reviews');
    const rule: Rule = { backendRefs: [{ name: 'reviews', namespace: 'shop', port: 9080 }] };
    cluster.put(route([rule], { name: 'site', namespace: 'edge' }));
    config = { routes: [{ name: 'site', namespace: 'edge' }] };
    const remedy = 'create a ReferenceGrant in namespace edge: from {group: serin.dev, kind: ReleasePolicy, namespace: shop} to {group: gateway.networking.k8s.io, kind: HTTPRoute, name: site}';
    expect(errors()).toEqual([{ place: 'HTTPRoute edge/site', problem: 'belongs to namespace edge, which does not let policies of namespace shop steer it', remedy }]);
    expect(go(100)).toContain('does not let policies of namespace shop steer it');
    cluster.put(grant('edge', { group: 'serin.dev', kind: 'ReleasePolicy', namespace: 'another' }, { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' }));
    cluster.put({ ...grant('edge', { group: 'serin.dev', kind: 'ReleasePolicy', namespace: 'shop' }, { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'other' }) });
    expect(errors()).toMatchObject([{ place: 'HTTPRoute edge/site' }]);
    expect(cluster.writes).toEqual([]);
    cluster.put(grant('edge', { group: 'serin.dev', kind: 'ReleasePolicy', namespace: 'shop' }, { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'site' }));
    cluster.put(grant('shop', { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'edge' }, { group: '', kind: 'Service', name: 'reviews' }));
    expect(errors()).toMatchObject([{ place: 'HTTPRoute edge/site, backendRefs', problem: 'may not lead to Service reviews-canary of namespace shop' }]);
    cluster.put(grant('shop', { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'edge' }, { group: '', kind: 'Service' }));
    expect(errors()).toEqual([]);
    claims = [];
    expect(go(100)).toBeUndefined();
    expect(claims.find(({ kind }) => kind === 'HTTPRoute')).toMatchObject({ name: 'site', namespace: 'edge' });
    expect(rules('site', 'HTTPRoute', 'edge')[0]?.backendRefs).toEqual([{ name: 'reviews', namespace: 'shop', port: 9080, weight: 90 }, { name: 'reviews-canary', namespace: 'shop', port: 9080, weight: 10 }]);
    expect(release()).toBeUndefined();
    expect(rules('site', 'HTTPRoute', 'edge')).toEqual([rule]);
  });
});

describe('a Service that a route names for the first time, and for the last', () => {
  const refs = () => rules()[3]?.backendRefs?.map(({ name, weight }) => `${name} ${weight ?? 1}`);
  /** What the rule says, each time that it says something else. */
  const watched = (walk: (after: () => void) => void): string[] => {
    const said: string[] = [];
    walk(() => {
      const now = (refs() ?? []).join(', ');
      if (said.at(-1) !== now) said.push(now);
    });
    return said;
  };
  const going = (split: Split) => watched((after) => void followRoutes(cluster, () => plan(split), after));
  const leaving = () => watched((after) => void followRoutes(cluster, () => gatewayApiRouter.release(config, cluster, claims, context), after));

  it('is named with weight 0 before it gets requests, and after', () => {
    expect(going(splitOf(0))).toEqual(['reviews 1']);
    expect(going(splitOf(100))).toEqual(['reviews 1', 'reviews 1, reviews-canary 0', 'reviews 90, reviews-canary 10']);
    expect(going(splitOf(1000))).toEqual(['reviews 0, reviews-canary 100']);
    expect(going(splitOf(0)).at(-1)).toBe('reviews 100, reviews-canary 0');
    go(500);
    expect(leaving()).toEqual(['reviews 50, reviews-canary 50', 'reviews 1, reviews-canary 0', 'reviews 1']);
    expect(rules()).toEqual([api, foreign, moved, whole]);
  });

  it('is handed out before anything is sent there', () => {
    go(0);
    for (let round = 0; round < 10 && !refs()?.includes('reviews-canary 0'); round++) followOnce(splitOf(100));
    expect(rules()).toEqual([justNamed(api), foreign, moved, justNamed(whole)]);
    settle(cluster);
    expect(plan(splitOf(100)).stages.find(({ waitsFor }) => waitsFor !== undefined)).toMatchObject({ name: 'named', waitsUntil: cluster.now + 2000 });
    // What goes nowhere new waits for nothing.
    expect(plan(splitOf(0)).stages.map(({ name, writes }) => `${name} ${writes.length}`)).toContain('routes 1');
    cluster.now += 2000;
    expect(plan(splitOf(100)).stages.find(({ writes }) => writes.length > 0)?.name).toBe('routes');
  });

  it('lets a share fall and rise at once where one was before', () => {
    go(100);
    cluster.edit(routeResource('HTTPRoute'), 'reviews', ({ spec }) => void Object.assign(spec, { hostnames: ['other.example.com'] }));
    for (const share of [0, 50, 900, 1000]) expect(plan(splitOf(share)).stages.find(({ writes, waitsFor }) => writes.length > 0 || waitsFor !== undefined)).toMatchObject({ name: 'routes', writes: [{ action: 'patch' }] });
  });

  it('is not named any more when it is gone, or a parent refuses it', () => {
    go(100);
    cluster.remove('Service', 'reviews-canary');
    go(0);
    expect(refs()).toEqual(['reviews 1']);
    go(100);
    const [conditions] = get()?.status?.parents.map((parent) => parent.conditions) ?? [];
    cluster.edit(routeResource('HTTPRoute'), 'reviews', ({ status }) => void Object.assign(status?.parents[0] ?? {}, { conditions: conditions?.map((each) => ({ ...each, status: 'False', reason: 'BackendNotFound' })) }), 'gateway');
    const { stages } = gatewayApiRouter.release(config, cluster, claims, context);
    expect(stages.find(({ name }) => name === 'routes')?.writes).toEqual(stages.find(({ name }) => name === 'unnamed')?.writes);
  });

  function followOnce(split: Split): void {
    settle(cluster);
    const stage = plan(split).stages.find(({ writes, waitsFor }) => writes.length > 0 || waitsFor !== undefined);
    stage?.writes.forEach((write) => cluster.apply(write));
  }
});

describe('acceptance', () => {
  it('waits for every parent and this generation, then lets it settle', () => {
    go(100);
    expect(read().accepted).toEqual(splitOf(100));
    const routes = () => plan(splitOf(200)).stages.find(({ name }) => name === 'routes');
    routes()?.writes.forEach((write) => cluster.apply(write));
    const generation = get()?.metadata.generation ?? 0;
    expect(routes()).toMatchObject({ writes: [], waitsFor: `Gateway web has not taken HTTPRoute reviews as it is now (Accepted, ResolvedRefs of generation ${generation})` });
    expect(read()).toMatchObject({ written: splitOf(200), accepted: undefined });
    setCondition('Accepted', 'True', 'Accepted', '');
    expect(routes()?.waitsFor).toContain('(ResolvedRefs of');
    setCondition('ResolvedRefs', 'True', 'ResolvedRefs', '');
    expect(routes()).toMatchObject({ waitsFor: 'HTTPRoute reviews has changed, and its parents are given 2 s to hand it out', waitsUntil: cluster.now + 2000 });
    cluster.now += 2000;
    expect(read()).toMatchObject({ accepted: splitOf(200), problems: [] });
    cluster.edit(routeResource('HTTPRoute'), 'reviews', ({ spec }) => void Object.assign(spec, { parentRefs: [{ name: 'web' }, { name: 'other' }] }));
    setCondition('Accepted', 'True', 'Accepted', '');
    setCondition('ResolvedRefs', 'True', 'ResolvedRefs', '');
    expect(routes()?.waitsFor).toBe('HTTPRoute reviews has no word from Gateway other');
  });

  it('hears the controller of the class of a Gateway, and nobody else who speaks of it', () => {
    go(100);
    const stray = { controllerName: 'stray.example.com/gateway', parentRef: { name: 'web' }, conditions: [{ type: 'Accepted', status: 'False', reason: 'NotAllowedByListeners', message: 'not mine', lastTransitionTime: '', observedGeneration: 100 }] };
    cluster.edit(routeResource('HTTPRoute'), 'reviews', ({ status }) => void Object.assign(status ?? {}, { parents: [...(status?.parents ?? []), stray] }), 'stray');
    expect(read().accepted).toBeUndefined();
    cluster.put({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass', metadata: { name: 'serin-local' }, ...{ spec: { controllerName: 'serin.dev/local' } } });
    expect(read()).toMatchObject({ accepted: splitOf(100), problems: [] });
    expect(errors().map(({ problem }) => problem).join()).not.toContain('not mine');
  });

  it('names what a parent refuses', () => {
    go(100);
    setCondition('ResolvedRefs', 'False', 'BackendNotFound', 'no Service reviews-canary');
    const problem = { place: 'HTTPRoute reviews', problem: 'refers to what is not there or not allowed, says Gateway web: BackendNotFound: no Service reviews-canary' };
    expect(read().problems).toMatchObject([{ ...problem, severity: 'warning' }]);
    expect(plan(splitOf(0)).stages[0]).toMatchObject({ name: 'routes', writes: [{ action: 'patch' }] });
    expect(read().accepted).toBeUndefined();
    expect(errors()).toContainEqual(expect.objectContaining(problem));
  });

  function setCondition(type: string, status: 'True' | 'False', reason: string, message: string): void {
    cluster.edit(routeResource('HTTPRoute'), 'reviews', ({ status: state, metadata }) =>
      state?.parents[0]?.conditions?.forEach((condition) => condition.type === type && Object.assign(condition, { status, reason, message, observedGeneration: metadata.generation })), 'gateway');
  }
});

describe('others who write', () => {
  it('says who put weights back and which setting ends it', () => {
    go(100);
    cluster.put({ ...route([api, foreign, moved, whole], { hostnames: ['reviews.example.com', 'www.example.com'] }), metadata: { ...get()?.metadata, name: 'reviews' } }, 'argocd-controller');
    const [problem, ...more] = read(splitOf(100)).problems;
    expect(problem).toMatchObject({ place: 'HTTPRoute reviews, spec.rules[0].backendRefs', problem: 'field manager "argocd-controller" put back its backendRefs; Serin does not fight over it' });
    expect(problem?.remedy).toContain(`ignoreDifferences {group: gateway.networking.k8s.io, kind: HTTPRoute, name: reviews, jqPathExpressions: ['.spec.rules[] | select(.name == "api") | .backendRefs']}`);
    expect(more).toHaveLength(1);
  });

  it('says who took out its rules', () => {
    const split = { ...splitOf(0), matches: [{ headers: [{ name: 'x', exact: '1' }] }] };
    go(split);
    cluster.edit(routeResource('HTTPRoute'), 'reviews', ({ spec }) => void Object.assign(spec, { rules: [api, foreign, moved, whole] }), 'flux');
    expect(read(split).problems).toMatchObject([{ problem: 'field manager "flux" took out the rules that Serin had added; Serin does not fight over it' }]);
  });

  it('finds rules that were moved, leaves what was edited, and says so', () => {
    go(100);
    cluster.edit(routeResource('HTTPRoute'), 'reviews', ({ spec }) => void Object.assign(spec, { rules: (spec.rules ?? []).toReversed() }));
    expect(read().written).toEqual(splitOf(100));
    expect(go(300)).toBeUndefined();
    cluster.edit(routeResource('HTTPRoute'), 'reviews', ({ spec }) => void Object.assign(spec, { rules: (spec.rules ?? []).map((rule) => (rule.name === 'api' ? { ...rule, backendRefs: [...(rule.backendRefs ?? []), { name: 'ratings', port: 1 }] } : rule)) }));
    expect(go(0)).toContain('HTTPRoute reviews, spec.rules[3] ("api").backendRefs: was edited while a release steers by it');
    expect(rules()[0]).toEqual(named(whole));
    expect(release()).toContain('was edited');
    cluster.edit(routeResource('HTTPRoute'), 'reviews', ({ spec }) => void Object.assign(spec, { rules: [api, whole] }));
    expect(release()).toBeUndefined();
    expect(rules()).toEqual([api, whole]);
  });
});
