import { beforeEach, describe, expect, it } from 'vitest';
import { splitOf, type Split } from '../../model/split.js';
import type { TestCluster } from '../testing/cluster.js';
import { reviewsContext } from '../testing/manifests.js';
import { routeResource, type Filter, type Rule } from './objects.js';
import { gatewayApiRouter } from './router.js';
import { gateway, route, routedCluster } from './testing/routed-cluster.js';

const whole: Rule = { backendRefs: [{ name: 'reviews', port: 9080 }] };
let cluster: TestCluster;
beforeEach(() => {
  cluster = routedCluster();
  cluster.put(route([whole]));
});

describe('what a GatewayClass says that its product has', () => {
  const inexpressible = (split: Split) => gatewayApiRouter.inexpressible?.({}, split, reviewsContext(), cluster) ?? [];
  const mirror = (part: number): Split => ({ ...splitOf(0), mirror: part });
  const preview: Split = { ...splitOf(0), preview: { path: '/green' } };
  const list = (supportedFeatures: readonly unknown[] | undefined, name = 'serin-local', controllerName = 'example.com/gateway') =>
    cluster.put({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass', metadata: { name }, ...{ spec: { controllerName }, status: { ...(supportedFeatures ? { supportedFeatures } : {}) } } });

  it('is all that is asked for, or refused by name', () => {
    list([{ name: 'HTTPRouteRequestMirror' }]);
    expect(inexpressible(mirror(1000))).toEqual([]);
    expect(inexpressible(mirror(200))).toEqual([
      { place: 'mirror', problem: 'GatewayClass serin-local, by which HTTPRoute reviews is served, does not copy a part of the requests, but all or none: HTTPRouteRequestPercentageMirror is not among its supportedFeatures', remedy: 'mirror 100 %, or leave the mirror out' },
    ]);
    expect(inexpressible(preview)).toMatchObject([{ place: 'preview.path', problem: expect.stringContaining('HTTPRoutePathRewrite') as string, remedy: 'choose preview.host or preview.service' }]);
    expect(inexpressible(splitOf(500))).toEqual([]);
    list(['Gateway', 'HTTPRoutePathRewrite']);
    expect(inexpressible(mirror(1000))).toMatchObject([{ problem: expect.stringContaining('HTTPRouteRequestMirror is not') as string }]);
    expect(inexpressible(preview)).toEqual([]);
  });

  it('counts for rules that are mirrored already, and for each Gateway', () => {
    const elsewhere: Filter = { type: 'RequestMirror', requestMirror: { backendRef: { name: 'recorder', port: 1 } } };
    cluster.put(route([{ ...whole, filters: [elsewhere] }]));
    list([{ name: 'HTTPRouteRequestMirror' }]);
    expect(inexpressible(mirror(1000))).toMatchObject([{ problem: expect.stringContaining('HTTPRouteRequestMultipleMirrors') as string }]);
    list([{ name: 'HTTPRouteRequestMirror' }, { name: 'HTTPRouteRequestMultipleMirrors' }]);
    expect(inexpressible(mirror(1000))).toEqual([]);
    const second = gateway();
    cluster.put({ ...second, metadata: { name: 'second' }, ...{ spec: { ...second.spec, gatewayClassName: 'other' } } });
    list([{ name: 'Gateway' }], 'other');
    cluster.edit(routeResource('HTTPRoute'), 'reviews', ({ spec }) => void Object.assign(spec, { parentRefs: [{ name: 'web' }, { name: 'second' }] }));
    expect(inexpressible(mirror(1000)).map(({ problem }) => problem.slice(0, 18))).toEqual(['GatewayClass other', 'GatewayClass other']);
  });

  it('is asked for GRPCRoutes by the names of HTTPRoutes', () => {
    cluster.remove('HTTPRoute', 'reviews');
    cluster.put(route([whole], { kind: 'GRPCRoute' }));
    list([{ name: 'HTTPRouteRequestMirror' }]);
    expect(inexpressible(mirror(1000))).toEqual([]);
    list([{ name: 'GRPCRoute' }]);
    expect(inexpressible(mirror(1000))).toMatchObject([{ problem: expect.stringContaining('by which GRPCRoute reviews is served, does not copy requests: HTTPRouteRequestMirror is not among its supportedFeatures') as string }]);
    expect(inexpressible(splitOf(500))).toEqual([]);
  });

  it('of GRPCRoutes is known of products that were tried', () => {
    const sticky: Split = { ...splitOf(500), sticky: { cookie: 'a', maxAgeSeconds: 1 } };
    list([{ name: 'HTTPRouteRequestMirror' }], 'serin-local', 'traefik.io/gateway-controller');
    expect(inexpressible(sticky)).toEqual([]);
    cluster.remove('HTTPRoute', 'reviews');
    cluster.put(route([whole], { kind: 'GRPCRoute' }));
    expect(inexpressible(sticky)).toMatchObject([{ place: 'sticky', problem: expect.stringContaining('GRPCRoute reviews is served, does not set cookies, as is known of traefik.io/gateway-controller') as string, remedy: 'leave sticky out, or choose another router' }]);
    expect(inexpressible(mirror(1000))).toEqual([]);
    list(undefined, 'serin-local', 'projectcontour.io/gateway-controller');
    expect(inexpressible(sticky)).toEqual([]);
    expect(inexpressible(mirror(1000))).toMatchObject([{ problem: expect.stringContaining('does not copy requests, as is known of projectcontour.io/gateway-controller') as string }]);
  });

  it('is not known of one that lists nothing, but for products that were tried', () => {
    expect(inexpressible(mirror(200))).toEqual([]);
    list(undefined);
    expect(inexpressible({ ...mirror(200), ...preview })).toEqual([]);
    list([]);
    expect(inexpressible(mirror(200))).toEqual([]);
    list(undefined, 'serin-local', 'projectcontour.io/gateway-controller');
    expect(inexpressible(mirror(200))).toMatchObject([{ problem: expect.stringContaining('as is known of projectcontour.io/gateway-controller') as string }]);
    expect(inexpressible(mirror(1000))).toEqual([]);
  });
});
