import { beforeEach, describe, expect, it } from 'vitest';
import { splitOf, type Split } from '../../model/split.js';
import type { TestCluster } from '../testing/cluster.js';
import { reviewsContext } from '../testing/manifests.js';
import type { GatewayApiConfig, Rule } from './objects.js';
import { gatewayApiRouter } from './router.js';
import { route, routedCluster } from './testing/routed-cluster.js';

const whole: Rule = { backendRefs: [{ name: 'reviews', port: 9080 }] };
const foreign: Rule = { matches: [{ path: { type: 'PathPrefix', value: '/ratings' } }], backendRefs: [{ name: 'ratings', port: 9080 }] };
let cluster: TestCluster;
let config: GatewayApiConfig;
beforeEach(() => {
  cluster = routedCluster();
  config = {};
});

describe('gateway-api check', () => {
  const problems = () => gatewayApiRouter.check(config, cluster, reviewsContext()).filter(({ severity }) => severity !== 'warning').map(({ place, problem }) => `${place}: ${problem}`);

  it('names what keeps it from steering', () => {
    cluster.put(route([{ backendRefs: [{ name: 'reviews', port: 80 }] }]));
    expect(problems()).toEqual(['HTTPRoute reviews, spec.rules[0].backendRefs[0].port: Service reviews has no port 80']);
    cluster.put(route([{ backendRefs: [{ name: 'reviews', port: 9080, weight: 1001 }, { name: 'x', port: 1, weight: 1_000_000 }] }]));
    expect(problems()).toEqual(['HTTPRoute reviews, spec.rules[0].backendRefs: has weights too large to split to the per mille (at most 1000000)']);
    cluster.put(route([{ ...whole, filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'reviews-canary', port: 9080 } } }] }]));
    expect(problems()).toEqual(['HTTPRoute reviews, spec.rules[0].filters: mirrors to Service reviews-canary already']);
    cluster.put(route([foreign]));
    expect(problems()).toEqual(['Service reviews: no HTTPRoute or GRPCRoute of this namespace leads to it']);
    config = { routes: [{ name: 'reviews' }, { name: 'gone', kind: 'GRPCRoute' }] };
    expect(problems()).toEqual(['router.gatewayApi.routes[0]: HTTPRoute reviews has no rule that leads to Service reviews or reviews-canary', 'router.gatewayApi.routes[1]: GRPCRoute gone does not exist']);
    cluster.remove('Gateway', 'web');
    cluster.put(route([whole]));
    config = {};
    expect(problems()).toEqual(['HTTPRoute reviews, spec.parentRefs[0]: Gateway web does not exist']);
    cluster.unserved.add('HTTPRoute');
    expect(problems()).toEqual(['HTTPRoute (gateway.networking.k8s.io/v1): the cluster does not know this kind']);
  });

  it('says of what is in a namespace that is not looked at that it cannot be seen, not that it is missing', () => {
    const attached = route([whole]);
    const elsewhereAttached = { ...attached, spec: { ...attached.spec, parentRefs: [{ name: 'web', namespace: 'edge' }] } };
    cluster.put(elsewhereAttached);
    cluster.outOfSight.add('edge');
    cluster.remove('Gateway', 'web', 'edge');
    config = { routes: [{ name: 'reviews' }, { name: 'shop', namespace: 'edge' }] };
    const elsewhere = { remedy: 'move it to namespace shop, or install Serin without watchNamespace' };
    expect(gatewayApiRouter.check(config, cluster, reviewsContext())).toEqual([
      { place: 'HTTPRoute edge/shop', problem: 'is in namespace edge, and this controller sees namespace shop only', ...elsewhere },
      { place: 'Gateway edge/web', problem: 'is in namespace edge, and this controller sees namespace shop only: what its class can do is not known beforehand', severity: 'warning', ...elsewhere },
    ]);
  });

  it('refuses matches that the API cannot say', () => {
    const ask = (match: NonNullable<Split['matches']>[number]) => gatewayApiRouter.inexpressible?.(config, { ...splitOf(0), matches: [match] }, reviewsContext()).map(({ problem }) => problem);
    const cookie = (name: string) => ({ name, exact: '1' });
    expect(ask({ cookies: ['a', 'b', 'c'].map(cookie) })).toEqual([]);
    expect(ask({ cookies: ['a', 'b', 'c', 'd'].map(cookie) })).toEqual(['asks for 4 cookies at once; more than 3 do not fit one pattern']);
    expect(ask({ headers: [{ name: 'X', exact: '1' }, { name: 'x', prefix: '1' }] })).toEqual(['asks twice for header x, which can be matched once']);
    expect(ask({ headers: [{ name: 'x', regex: '(?=a)b' }] })).toEqual(['has a regular expression for x that looks ahead or behind']);
    expect(ask({ headers: [{ name: 'x y', exact: 'a' }] })).toEqual(['asks for header "x y", which is no name of a header']);
    expect(ask({ cookies: [{ name: 'x=y' }] })).toEqual(['asks for cookie "x=y", which is no name of a cookie']);
    expect(ask({ cookies: [{ name: 'x', exact: 'a;b' }] })).toEqual(['asks for cookie x with the value "a;b", which ends at a space or semicolon']);
  });
});
