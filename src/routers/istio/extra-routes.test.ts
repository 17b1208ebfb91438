import { beforeEach, describe, expect, it } from 'vitest';
import { splitOf, type Split } from '../../model/split.js';
import { CANARY, STABLE, reviewsPod, reviewsSlice, virtualService } from '../testing/manifests.js';
import type { HttpRoute } from './objects.js';
import { istioRouter } from './router.js';
import { Steering } from './testing/steering.js';

let steering: Steering;
const toStable = `serin-${STABLE}`;
const toCanary = `serin-${CANARY}`;
const split = (share: number, rest: Omit<Split, 'shares'>): Split => ({ ...splitOf(share), ...rest });
const tester: Split['matches'] = [{ cookies: [{ name: 'tester', exact: 'yes' }] }];

const ratings: HttpRoute = { match: [{ uri: { prefix: '/ratings' } }], route: [{ destination: { host: 'ratings' } }] };
const api: HttpRoute = { name: 'api', match: [{ uri: { prefix: '/api' } }, { uri: { exact: '/v1' }, headers: { 'x-region': { exact: 'eu' } } }], timeout: '2s', route: [{ destination: { host: 'reviews' } }] };
const rest: HttpRoute = {
  name: 'rest',
  retries: { attempts: 2 },
  corsPolicy: { maxAge: '1h' },
  fault: { delay: { fixedDelay: '1s', percentage: { value: 1 } } },
  headers: { request: { set: { via: 'x' } } },
  mirror: { host: 'shadow' },
  mirrorPercentage: { value: 20 },
  route: [{ destination: { host: 'reviews', port: { number: 9080 } }, headers: { response: { add: { a: 'b' } } } }],
};
const user = [ratings, api, rest];
const names = (): (string | undefined)[] => steering.http().map(({ name }) => name);

beforeEach(() => {
  steering = new Steering();
  steering.cluster.put(virtualService(structuredClone(user)));
});

describe('copies of some requests', () => {
  const mirrors: Split['mirrors'] = [{ share: 250, matches: [{ method: { exact: 'GET' }, path: { prefix: '/api/items' } }, { path: { exact: '/v1' }, headers: [{ name: 'X-Copy' }] }] }];

  it('have a route of their own that splits as the one it is made of', () => {
    expect(steering.go(split(200, { mirrors }))).toBeUndefined();
    expect(names()).toEqual([undefined, 'serin-reviews-copy-0', 'api', 'serin-reviews-copy-16', 'rest']);
    const [, ours, users, ofRest] = steering.http();
    expect(ours).toEqual({
      ...api, name: 'serin-reviews-copy-0',
      match: [{ method: { exact: 'GET' }, uri: { prefix: '/api/items' } }, { uri: { exact: '/v1' }, headers: { 'x-region': { exact: 'eu' }, 'x-copy': {} } }],
      route: users?.route, mirrors: [{ destination: { host: 'reviews', subset: toCanary }, percentage: { value: 25 } }],
    });
    expect(ofRest?.mirrors).toEqual([{ destination: { host: 'shadow' }, percentage: { value: 20 } }, { destination: { host: 'reviews', port: { number: 9080 }, subset: toCanary }, percentage: { value: 25 } }]);
    expect(users?.mirrors).toBeUndefined();
    expect(steering.read(splitOf(200))).toEqual({ written: splitOf(200), accepted: splitOf(200), problems: [] });
    expect(steering.go(splitOf(1000))).toBeUndefined();
    expect(names()).toEqual([undefined, 'api', 'rest']);
  });

  it('are refused where they cannot be said', () => {
    const problems = (asked: Omit<Split, 'shares'>): string[] => (istioRouter.inexpressible?.({}, split(0, asked), steering.context, steering.cluster) ?? []).map(({ place, problem }) => `${place}: ${problem}`);
    expect(problems({ mirrors, sticky: { cookie: 'v', maxAgeSeconds: 60 } })).toEqual(['mirrors: copies of some requests alone cannot stand beside users who stay with their version']);
    expect(problems({ mirrors: [{ share: 1, matches: [{ path: { regex: '(?=a)' } }] }] })[0]).toContain('mirrors[0].matches[0].path.regex');
    expect(problems({ mirrors: [{ share: 1, matches: [{ path: { regex: '/a.*' } }] }] })).toEqual(['VirtualService reviews, spec.http[1] ("api").match: has its own condition on uri, which cannot be joined with that of the copies']);
  });
});

describe('matches', () => {
  it('send who carries them to the canary, with all else of the route', () => {
    expect(steering.go(split(0, { matches: [{ headers: [{ name: 'End-User', exact: 'jason' }] }, { headers: [{ name: 'x-a', prefix: 'b' }, { name: 'x-there' }], cookies: [{ name: 'tester', exact: 'yes' }] }] }))).toBeUndefined();
    expect(names()).toEqual([undefined, 'serin-reviews-match-0', 'api', 'serin-reviews-match-1', 'rest']);
    const [, ours, , last] = steering.http();
    expect(ours?.match).toHaveLength(4);
    expect(ours?.match?.[2]).toEqual({ uri: { exact: '/v1' }, headers: { 'x-region': { exact: 'eu' }, 'end-user': { exact: 'jason' } } });
    expect(last).toEqual({ ...rest, name: 'serin-reviews-match-1', match: expect.any(Array), route: [{ ...rest.route?.[0], destination: { host: 'reviews', port: { number: 9080 }, subset: toCanary }, weight: 100 }] });
    expect(steering.reach('/x')?.[0]).toBe(toStable);
    expect(steering.reach('/x', { 'end-user': 'jason' })?.[0]).toBe(toCanary);
    expect(steering.reach('/x', { 'end-user': 'jasons' })?.[0]).toBe(toStable);
    expect(steering.reach('/x', { 'x-a': 'bc', 'x-there': '', cookie: 'tester=yes' })?.[0]).toBe(toCanary);
    expect(steering.reach('/x', { 'x-a': 'bc', cookie: 'tester=yes' })?.[0]).toBe(toStable);
    expect(steering.reach('/ratings', { 'end-user': 'jason' })?.[0]).toBe('ratings.shop.svc.cluster.local');
    expect(steering.route('/api', { 'end-user': 'jason' })?.timeout).toBe(2000);
    expect(steering.read(splitOf(0))).toEqual({ written: splitOf(0), accepted: splitOf(0), problems: [] });
    expect(steering.go(splitOf(0))).toBeUndefined();
    expect(names()).toEqual([undefined, 'api', 'rest']);
  });

  it.each<[string, NonNullable<Split['matches']>[number], readonly string[], readonly string[]]>([
    ['exact', { cookies: [{ name: 'a', exact: 'x.y' }] }, ['a=x.y', 'b=1; a=x.y', 'a=x.y; b=1', 'b=1;a=x.y;c=2'], ['a=xzy', 'ba=x.y', 'a=x.yy', 'b=a=x.y', 'b=1 a=x.y']],
    ['prefix', { cookies: [{ name: 'a', prefix: 'v2' }] }, ['a=v2', 'a=v2-3; b=1'], ['a=v1; b=v2', 'a=av2']],
    ['present', { cookies: [{ name: 'a' }] }, ['a=', 'b=1; a=2'], ['b=1', 'aa=1']],
    ['regex', { cookies: [{ name: 'a', regex: '^v.*2$' }] }, ['a=v2', 'a=vx2; b=1'], ['a=v1; b=2', 'a=v2x']],
    ['alternatives', { cookies: [{ name: 'a', regex: '^x$|^y$' }] }, ['a=x', 'b=2; a=y'], ['a=xy', 'x']],
    ['not a character', { cookies: [{ name: 'a', regex: '[^1-]+' }] }, ['a=xx', 'a=x; b=1'], ['a=x1', 'a=x-']],
    ['two', { cookies: [{ name: 'a', exact: '1' }, { name: 'b', regex: '.*' }] }, ['a=1; b=2', 'b=2; x=3; a=1', 'b=;a=1'], ['a=1', 'b=2', 'a=1b=2', 'a=1; xb=2']],
  ])('of cookies: %s', (_, match, passing, failing) => {
    expect(istioRouter.inexpressible?.({}, split(0, { matches: [match] }), steering.context)).toEqual([]);
    steering.go(split(0, { matches: [match] }));
    for (const cookie of passing) expect([cookie, steering.reach('/x', { cookie })?.[0]]).toEqual([cookie, toCanary]);
    for (const cookie of failing) expect([cookie, steering.reach('/x', { cookie })?.[0]]).toEqual([cookie, toStable]);
  });

  it('meet the conditions of the route, or say which one cannot be met', () => {
    const on = (headers: NonNullable<HttpRoute['match']>[number]['headers'], match: NonNullable<Split['matches']>[number]): [string | undefined, unknown] => {
      steering = new Steering();
      steering.cluster.put(virtualService([{ match: [{ headers: headers ?? {} }], route: [{ destination: { host: 'reviews' } }] }]));
      return [steering.go(split(0, { matches: [match] })), steering.http().length === 2 ? steering.http()[0]?.match?.[0]?.headers : undefined];
    };
    const user1 = (value: object): NonNullable<Split['matches']>[number] => ({ headers: [{ name: 'user', ...value }] });
    expect(on({ user: { exact: 'a' } }, user1({ exact: 'b' }))).toEqual([undefined, undefined]);
    expect(on({ user: { exact: 'ab' } }, user1({ prefix: 'a' }))).toEqual([undefined, { user: { exact: 'ab' } }]);
    expect(on({ user: { prefix: 'a' } }, user1({ prefix: 'abc' }))).toEqual([undefined, { user: { prefix: 'abc' } }]);
    expect(on({ user: { prefix: 'a' } }, user1({}))).toEqual([undefined, { user: { prefix: 'a' } }]);
    expect(on({}, user1({ regex: 'a|b' }))).toEqual([undefined, { user: { regex: '(?:a|b)' } }]);
    expect(on({ user: { regex: 'a|b' } }, user1({ regex: 'a|b' }))).toEqual([undefined, { user: { regex: 'a|b' } }]);
    expect(on({ user: { regex: 'a.*' } }, user1({ exact: 'ab' }))[0]).toContain('has its own condition on header "user"');
  });

  it('are found again and moved when routes are, and put in order when someone edits them', () => {
    steering.go(split(0, { matches: tester }));
    steering.cluster.put({ ...virtualService(steering.http().toReversed()) });
    expect(steering.go(split(0, { matches: tester }))).toBeUndefined();
    expect(names()).toEqual(['serin-reviews-match-1', 'rest', 'serin-reviews-match-0', 'api', undefined]);
    steering.cluster.put(virtualService(steering.http().map((route) => (route.name?.startsWith('serin-') ? { ...route, timeout: '9s' } : route))));
    expect(steering.go(split(0, { matches: tester }))).toBeUndefined();
    expect(steering.http().map(({ timeout }) => timeout)).toEqual([undefined, undefined, '2s', '2s', undefined]);
    steering.release();
    expect(steering.http()).toEqual(user.toReversed());
  });

  it.each<[string, Omit<Split, 'shares'>]>([
    ['looks ahead', { matches: [{ headers: [{ name: 'a', regex: '(?=b)' }] }] }],
    ['refers back', { matches: [{ cookies: [{ name: 'a', regex: '(b)\\1' }] }] }],
    ['is no regular expression', { matches: [{ headers: [{ name: 'a', regex: '(' }] }] }],
    ['more than 1000', { matches: [{ headers: [{ name: 'a', regex: 'b{1,1001}' }] }] }],
    ['a class that takes ";"', { matches: [{ cookies: [{ name: 'a', regex: '[ -~]+b' }] }] }],
    ['a class that takes ";"', { matches: [{ cookies: [{ name: 'a', regex: '[[:punct:]]b' }] }] }],
    ['has "^" in the middle', { matches: [{ cookies: [{ name: 'a', regex: '(^b)' }] }] }],
    ['is no name of a header', { matches: [{ headers: [{ name: '@request.auth.claims.sub', exact: 'a' }] }] }],
    ['does not look for a header "Method"', { matches: [{ headers: [{ name: 'Method', exact: 'GET' }] }] }],
    ['no cookie has the value', { matches: [{ cookies: [{ name: 'a', exact: 'b; c' }] }] }],
    ['in two ways at once', { matches: [{ headers: [{ name: 'a', exact: 'b' }, { name: 'A', prefix: 'c' }] }] }],
    ['for cookies and for header cookie', { matches: [{ headers: [{ name: 'Cookie', exact: 'b' }], cookies: [{ name: 'a' }] }] }],
    ['more than the 3', { matches: [{ cookies: ['a', 'b', 'c', 'd'].map((name) => ({ name })) }] }],
    ['more than 4096', { matches: [{ cookies: ['a', 'b', 'c'].map((name) => ({ name, exact: 'x'.repeat(1000) })) }] }],
    ['is no name of a cookie', { sticky: { cookie: 'a=b', maxAgeSeconds: 1 } }],
  ])('are refused where Istio cannot say them: %s', (words, rest) => {
    const problems = istioRouter.inexpressible?.({}, split(0, rest), steering.context) ?? [];
    expect(problems.map(({ problem }) => problem)).toEqual([expect.stringContaining(words)]);
    expect(problems[0]?.remedy).not.toBe('');
  });
});

describe('mirror', () => {
  it("adds the canary to the user's mirrors, and leaves theirs", () => {
    expect(steering.go(split(0, { mirror: 125 }))).toBeUndefined();
    expect(steering.http().map(({ mirror, mirrorPercentage, mirrors }) => ({ mirror, mirrorPercentage, mirrors }))).toEqual([
      {},
      { mirrors: [{ destination: { host: 'reviews', subset: toCanary }, percentage: { value: 12.5 } }] },
      { mirrors: [{ destination: { host: 'shadow' }, percentage: { value: 20 } }, { destination: { host: 'reviews', port: { number: 9080 }, subset: toCanary }, percentage: { value: 12.5 } }] },
    ]);
    expect(steering.read(splitOf(0)).problems).toEqual([]);
    steering.go(split(0, { mirror: 500 }));
    expect(steering.http()[1]?.mirrors).toMatchObject([{ percentage: { value: 50 } }]);
    steering.go(split(1000, { mirror: 500 }));
    expect(steering.http()[2]).toMatchObject({ mirror: rest.mirror, mirrorPercentage: rest.mirrorPercentage });
    expect(steering.http()[1]?.mirrors).toBeUndefined();
  });

  it('keeps a subset that somebody else mirrors to', () => {
    steering.go(split(0, { mirror: 500 }));
    steering.cluster.put(virtualService([{ route: [{ destination: { host: 'ratings' } }], mirror: { host: 'reviews', subset: toCanary } }], { hosts: ['copy'] }, 'copy'));
    expect(steering.release()).toContain(`routes still name subset ${toCanary}`);
    steering.cluster.remove('VirtualService', 'copy');
    expect(steering.release()).toBeUndefined();
    expect(steering.subsets()).toBeUndefined();
  });

  it('keeps mirrors that the user adds or removes meanwhile', () => {
    steering.go(split(0, { mirror: 100 }));
    const added = { destination: { host: 'audit' } };
    steering.cluster.put(virtualService(steering.http().map((route) => (route.name === 'api' ? { ...route, mirrors: [added, ...(route.mirrors ?? [])] } : route.name === 'rest' ? { ...route, mirrors: route.mirrors?.slice(1) ?? [] } : route))));
    expect(steering.go(split(100, { mirror: 200 }))).toBeUndefined();
    steering.release();
    const { mirror: _mirror, mirrorPercentage: _percentage, ...unmirrored } = rest;
    expect(steering.http()).toEqual([ratings, { ...api, mirrors: [added] }, unmirrored]);
  });
});

describe('sticky', () => {
  const sticky: Split['sticky'] = { cookie: 'serin', maxAgeSeconds: 600 };

  it('keeps users with the version that they met, while both have a share', () => {
    expect(steering.go(split(100, { sticky, matches: tester, mirror: 10 }))).toBeUndefined();
    expect(names()).toEqual([undefined, ...[0, 1].flatMap((k) => [`serin-reviews-match-${k}`, `serin-reviews-canary-${k}`, `serin-reviews-stable-${k}`, ['api', 'rest'][k]])]);
    expect(steering.reach('/x')?.[0]).toBe(`${toStable} ${toCanary}`);
    expect(steering.reach('/x', { cookie: `serin=${CANARY}` })?.[0]).toBe(toCanary);
    expect(steering.reach('/x', { cookie: `a=b; serin=${STABLE}` })?.[0]).toBe(toStable);
    expect(steering.reach('/x', { cookie: 'serin=another' })?.[0]).toBe(`${toStable} ${toCanary}`);
    expect(steering.reach('/x', { cookie: `serin=${STABLE}; tester=yes` })?.[0]).toBe(toCanary);
    expect(steering.route('/x', { cookie: `serin=${STABLE}` })?.mirrors).toHaveLength(2);
    expect(steering.route('/x', { cookie: `serin=${CANARY}` })?.mirrors).toHaveLength(1);
    expect(steering.http().at(-1)?.route?.map(({ headers }) => headers?.response)).toEqual([
      { add: { a: 'b', 'set-cookie': `serin=${STABLE}; Path=/; Max-Age=600` } },
      { add: { a: 'b', 'set-cookie': `serin=${CANARY}; Path=/; Max-Age=600` } },
    ]);
    expect(steering.read(splitOf(100))).toEqual({ written: splitOf(100), accepted: splitOf(100), problems: [] });
    for (const share of [0, 1000]) {
      expect(steering.go(split(share, { sticky }))).toBeUndefined();
      expect(steering.http()).toHaveLength(3);
      expect(JSON.stringify(steering.http())).not.toContain('set-cookie');
      expect(steering.reach('/x', { cookie: `serin=${CANARY}` })?.[0]).toBe(share === 0 ? toStable : toCanary);
    }
  });

  it('holds where a destination sets cookies itself', () => {
    steering.cluster.put(virtualService([{ route: [{ destination: { host: 'reviews' }, headers: { response: { add: { 'Set-Cookie': 'a=b' } } } }] }]));
    expect(steering.go(split(100, { sticky }))).toContain('already adds a set-cookie header');
  });
});

describe('preview', () => {
  it.each([
    ['/green', toCanary, '/'],
    ['/green/', toCanary, '/'],
    ['/green/a/b', toCanary, '/a/b'],
    ['/green/api', toCanary, '/api'],
    ['/green/api/x', toCanary, '/api/x'],
    ['/greenish', toStable, '/greenish'],
    ['/', toStable, '/'],
  ])('by path: %s', (path, subset, rewritten) => {
    expect(steering.go(split(0, { preview: { path: '/green' } }))).toBeUndefined();
    expect(steering.reach(path)).toEqual([subset, rewritten]);
    if (path === '/green/api') expect(steering.route(path)?.timeout).toBe(2000);
  });

  it.each<[string, HttpRoute, string, string, string]>([
    ['a prefix that is rewritten', { match: [{ uri: { prefix: '/a/' } }], rewrite: { uri: '/z/' } }, '/green/a/b', '/a/b', '/z/b'],
    ['everything, rewritten', { rewrite: { uri: '/z/' } }, '/green/b', '/b', '/z/b'],
    ['an exact path', { match: [{ uri: { exact: '/a' } }] }, '/green/a', '/a', '/a'],
    ['a pattern', { match: [{ uri: { regex: '^/a/[0-9]+$' } }] }, '/green/a/12', '/a/12', '/a/12'],
    ['a pattern that is rewritten', { match: [{ uri: { regex: '/a/[0-9]+' } }], rewrite: { uri: '/z' } }, '/green/a/12', '/a/12', '/z'],
  ])('by path, beneath which live paths mean the same: %s', (_, route, preview, live, program) => {
    steering.cluster.put(virtualService([{ ...route, route: [{ destination: { host: 'reviews' } }] }]));
    expect(steering.go(split(0, { preview: { path: '/green' } }))).toBeUndefined();
    expect(steering.reach(preview)).toEqual([toCanary, program]);
    expect(steering.reach(live)).toEqual([toStable, program]);
  });

  it.each<[string, HttpRoute[]]>([
    ['which the preview path /green would hide', [{ match: [{ uri: { exact: '/green/x' } }], route: [{ destination: { host: 'ratings' } }] }, rest]],
    ['takes ^/green/[0-9]+$, which the preview path /green would hide', [{ match: [{ uri: { regex: '^/green/[0-9]+$' } }], route: [{ destination: { host: 'ratings' } }] }, rest]],
    ['before the routes to steer', [{ match: [{ uri: { prefix: '/' } }], route: [{ destination: { host: 'ratings' } }] }, rest]],
    ['cannot be cut off before', [{ ...rest, rewrite: { uriRegexRewrite: { match: 'a', rewrite: 'b' } } }]],
  ])('by path holds where it would hide or be hidden: %s', (words, http) => {
    steering.cluster.put(virtualService(http));
    expect(steering.go(split(0, { preview: { path: '/green' } }))).toContain(words);
    expect(names().some((name) => name?.includes('preview'))).toBe(false);
  });

  it.each([
    ['/gr(een|ey)/.*', true],
    ['(/api|/green)/x', true],
    ['/red/.*', false],
    ['.*', false],
  ])('by path, with a warning where it cannot be told what a pattern takes: %s', (regex, warns) => {
    steering.cluster.put(virtualService([{ match: [{ uri: { regex } }], route: [{ destination: { host: 'ratings' } }] }, rest]));
    const wanted = split(0, { preview: { path: '/green' } });
    const said = istioRouter.inexpressible?.(steering.config, wanted, steering.context, steering.cluster) ?? [];
    expect(said.map(({ problem, severity }) => [problem, severity])).toEqual(warns ? [[`takes paths by the pattern ${regex}; whether some of them lie beneath the preview path /green cannot be told`, 'warning']] : []);
    expect(steering.go(wanted)).toBeUndefined();
  });

  it('by host, in a VirtualService of our own', () => {
    steering.cluster.put(virtualService(structuredClone(user), { hosts: ['reviews', 'shop.example.com'], gateways: ['mesh', 'edge'] }));
    const preview = { host: 'green.example.com' };
    expect(steering.go(split(0, { preview, mirror: 100, matches: tester }))).toBeUndefined();
    const made = steering.virtualService('reviews-serin-preview');
    expect(made?.spec).toMatchObject({ hosts: ['green.example.com'], gateways: ['mesh', 'edge'] });
    expect(made?.spec.http).toEqual([api, rest].map(({ name: _name, route, ...route2 }) => ({ ...route2, route: [{ ...route?.[0], destination: { ...route?.[0]?.destination, subset: toCanary }, weight: 100 }] })));
    expect(steering.read(splitOf(0))).toEqual({ written: splitOf(0), accepted: splitOf(0), problems: [] });
    expect(steering.refusals().filter((each) => each.includes('preview'))).toEqual([]);
    expect(steering.subsets()).toHaveLength(2);
    steering.go(splitOf(0));
    expect(steering.virtualService('reviews-serin-preview')).toBeUndefined();
    steering.go(split(0, { preview }));
    expect(steering.release()).toBeUndefined();
    expect(steering.virtualService('reviews-serin-preview')).toBeUndefined();
    expect(steering.subsets()).toBeUndefined();
  });

  it('by Service', () => {
    steering.cluster.put(reviewsPod('canary', CANARY));
    expect(steering.go(split(0, { preview: { service: 'reviews-green' } }))).toContain('the EndpointSlices of Service reviews-green');
    const slice = reviewsSlice(['canary']);
    steering.cluster.put({ ...slice, metadata: { name: 'green-1', labels: { 'kubernetes.io/service-name': 'reviews-green' } } });
    expect(steering.go(split(0, { preview: { service: 'reviews-green' } }))).toBeUndefined();
    steering.release();
    expect(steering.cluster.writes.at(-1)).toMatchObject({ action: 'delete', name: 'reviews-green' });
  });
});

it('puts everything back, and writes only what the CRDs allow and the local gateway reads', () => {
  const all = split(300, { matches: [...(tester ?? []), { headers: [{ name: 'there' }, { name: 'a', regex: 'b|c' }, { name: 'p', prefix: 'q' }] }], mirror: 10, sticky: { cookie: 's', maxAgeSeconds: 1 }, preview: { path: '/green', host: 'green.example.com' } });
  const { corsPolicy: _cors, ...plain } = rest;
  steering.cluster.put(virtualService([ratings, api, plain]));
  expect(steering.go(all)).toBeUndefined();
  expect(steering.unsupported()).toEqual([]);
  expect(steering.invalid()).toEqual([]);
  expect(steering.plan(all).stages.flatMap(({ writes }) => writes)).toEqual([]);
  expect(steering.release()).toBeUndefined();
  expect(steering.http()).toEqual([ratings, api, plain]);
});

it('leaves the routes of another policy in the same VirtualService alone', () => {
  const other: HttpRoute = { name: 'serin-reviews-match-1-match-0', match: [{ headers: { a: {} } }], route: [{ destination: { host: 'ratings', subset: 'serin-abc' } }] };
  steering.cluster.put(virtualService([other, { route: [{ destination: { host: 'reviews' } }] }]));
  expect(steering.go(split(100, { matches: tester }))).toBeUndefined();
  expect(steering.read(splitOf(100)).problems).toEqual([]);
  expect(steering.http()[0]).toEqual(other);
  expect(steering.release()).toBeUndefined();
  expect(steering.http()[0]).toEqual(other);
});
