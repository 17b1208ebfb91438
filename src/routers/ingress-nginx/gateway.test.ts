import { describe, expect, it } from 'vitest';
import { resources } from '../../kubernetes/resources.js';
import { EndpointPool, podKey, readServices } from '../../local/gateway/configuration/endpoints.js';
import { chooseDestination } from '../../local/gateway/configuration/http-routes.js';
import { IngressNginxCompiler } from '../../local/gateway/configuration/ingress-nginx/ingress-nginx.js';
import { findRoute } from '../../local/gateway/configuration/route-tables.js';
import { backendKeyOf } from '../../local/gateway/configuration/session-affinity.js';
import { WHOLE, splitOf, type Split } from '../../model/split.js';
import type { RouterContext, RoutingPlan } from '../router.js';
import { syncSlices } from '../testing/endpoint-slices.js';
import { CANARY, Rig, STABLE, ingress, nginxClass, ownVersions, service, to, webapp } from './testing/manifests.js';

// What the router writes, read by something that knows only ingress-nginx's own documentation: the local gateway.

const DRAWS = 1000;

class Site {
  readonly rig: Rig;
  readonly #births = new Map<string, number>();

  constructor(context: RouterContext, paths: Parameters<typeof ingress>[1], annotations: Record<string, string> = {}) {
    this.rig = new Rig(context);
    for (const [name, hash] of [['v1', STABLE], ['v2', CANARY]] as const) this.rig.cluster.put(service(name, { app: 'webapp', 'pod-template-hash': hash }));
    this.rig.cluster.put(ingress('main', paths, annotations));
    syncSlices(this.rig.cluster);
  }

  /** The versions that answer, each with its part of the requests in per mille, and the path that they see. */
  answers(path: string, headers: Record<string, string> = {}, host = 'webapp.example.com'): Record<string, number> {
    const { cluster } = this.rig;
    const born = (name: string): string => {
      if (!this.#births.has(name)) this.#births.set(name, this.#births.size);
      return new Date(1_700_000_000_000 + (this.#births.get(name) ?? 0) * 1000).toISOString();
    };
    const ingresses = cluster.list(resources.ingresses).map((each) => ({ ...each, metadata: { ...each.metadata, creationTimestamp: born(each.metadata.name) } }));
    const services = cluster.list(resources.services);
    const slices = cluster.list(resources.endpointSlices);
    const pods = new Map(cluster.list(resources.pods).map((pod) => [podKey(pod.metadata.namespace, pod.metadata.name), pod]));
    const routes = new IngressNginxCompiler().compile({ ingresses, ingressClasses: [nginxClass], secrets: [] }, services, readServices(services, slices, pods, new EndpointPool()));
    expect(routes.refused).toEqual([]);
    const request = { method: 'GET', path, query: undefined, authority: host, scheme: 'http', remoteAddress: '127.0.0.1', header: (name: string) => headers[name] };
    const table = routes.table(80, host);
    const route = table && findRoute(table, request, { namespace: 'shop', labels: {} });
    if (route?.action.kind !== 'forward') return { [route?.action.kind === 'direct' ? String(route.action.status) : 'none']: DRAWS };
    const seen: Record<string, number> = {};
    for (let index = 0; index < DRAWS; index++) {
      const name = chooseDestination(route.action, (index + 0.5) / DRAWS, request)?.destination.host.split('.')[0] ?? '';
      const endpoints = slices.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name).flatMap((slice) => slice.endpoints ?? []);
      const hashes = new Set(endpoints.map(({ targetRef }) => pods.get(podKey('shop', targetRef?.name))?.metadata.labels?.['pod-template-hash']));
      const version = hashes.size === 1 ? (hashes.has(CANARY) ? 'canary' : 'stable') : hashes.size === 0 ? 'nobody' : 'both';
      const at = route.rewritePath ? ` ${route.rewritePath(path)}` : '';
      seen[`${version}${at}`] = (seen[`${version}${at}`] ?? 0) + 1;
    }
    return seen;
  }

  /** Goes the way of a plan and looks at a live path before and after each write. */
  go(plan: () => RoutingPlan, path: string, look: (answers: Record<string, number>) => void): void {
    look(this.answers(path));
    for (let round = 0; round < 60 && this.rig.advance(plan()) !== undefined; round++) look(this.answers(path));
    expect(plan().stages.every(({ writes, waitsFor }) => writes.length === 0 && waitsFor === undefined)).toBe(true);
  }
}

/** What is left when nothing has to be said: shares of 0 are not among the answers. */
const shares = (canary: number, rest = ''): Record<string, number> => ({ ...(canary < WHOLE ? { [`stable${rest}`]: WHOLE - canary } : {}), ...(canary > 0 ? { [`canary${rest}`]: canary } : {}) });
const lost = (answers: Record<string, number>): number => Object.entries(answers).filter(([who]) => !/^(stable|canary)/.test(who)).reduce((sum, [, part]) => sum + part, 0);

describe.each([
  ['one Service', webapp, 'webapp'],
  ['own Services', ownVersions('v1', 'v2'), 'v1'],
] as const)('%s', (_what, context, live) => {
  it('gives each share exactly, and no request is lost on the way', () => {
    const site = new Site(context, [to(live)]);
    const { rig } = site;
    for (const share of [0, 1, 100, 999, 300, 0, 500, WHOLE, 0, 250, WHOLE]) {
      let before = -1;
      site.go(() => rig.plan(splitOf(share)), '/', (answers) => {
        if (rig.claims.length > 0 && before >= 0) expect(lost(answers)).toBe(0);
        before = answers['canary'] ?? 0;
      });
      expect(site.answers('/')).toEqual(shares(share));
    }
    // Stable's Pods go only now; the main backend must not need them.
    for (const name of ['s1', 's2']) rig.cluster.remove('Pod', name);
    syncSlices(rig.cluster);
    expect(site.answers('/')).toEqual(shares(WHOLE));
    site.go(() => rig.release({ lead: 'canary' }), '/', (answers) => expect(answers).toEqual(shares(WHOLE)));
  });

  it('gives matches to the canary whatever its share', () => {
    const site = new Site(context, [to(live)]);
    site.rig.to({ ...splitOf(100), matches: [{ cookies: [{ name: 'version', exact: 'v2' }] }, { cookies: [{ name: 'canary', exact: 'always' }] }] });
    expect(site.answers('/', { cookie: 'a=1; version=v2' })).toEqual(shares(WHOLE));
    expect(site.answers('/', { cookie: 'canary=always' })).toEqual(shares(WHOLE));
    expect(site.answers('/', { cookie: 'version=v20' })).toEqual(shares(100));
    expect(site.answers('/')).toEqual(shares(100));
    site.rig.to({ ...splitOf(0), matches: [{ headers: [{ name: 'X-Tester', exact: 'jason@shop' }] }] });
    expect(site.answers('/', { 'x-tester': 'jason@shop' })).toEqual(shares(WHOLE));
    expect(site.answers('/', { 'x-tester': 'jason' })).toEqual(shares(0));
  });

  it('shows previews beside any share, and live paths stay what they are', () => {
    const preview = { path: '/green', host: 'green.example.com' };
    const site = new Site(context, [to(live, '/()(.*)', 'ImplementationSpecific')], { 'rewrite-target': '/$2', 'use-regex': 'true' });
    for (const share of [0, 100]) {
      site.rig.to({ ...splitOf(share), preview });
      expect(site.answers('/foo')).toEqual(shares(share, ' /foo'));
      expect(site.answers('/green')).toEqual({ 'canary /': WHOLE });
      expect(site.answers('/green/tea')).toEqual({ 'canary /tea': WHOLE });
      expect(site.answers('/greenhouse')).toEqual(shares(share, ' /greenhouse'));
      expect(site.answers('/foo', {}, 'green.example.com')).toEqual({ 'canary /foo': WHOLE });
    }
    const promoted: Split = splitOf(WHOLE);
    site.go(() => site.rig.plan(promoted), '/foo', (answers) => expect(lost(answers)).toBe(0));
    expect(site.answers('/green')).toEqual({ 'canary /green': WHOLE });
    const plain = new Site(context, [to(live)]);
    plain.rig.to({ ...splitOf(100), preview });
    expect(plain.answers('/Foo')).toEqual(shares(100));
    expect(plain.answers('/green/tea')).toEqual({ 'canary /tea': WHOLE });
    expect(plain.answers('/foo', {}, 'green.example.com')).toEqual({ canary: WHOLE });
  });

  it('lets users go whom an affinity cookie binds to a canary that is taken back', () => {
    const site = new Site(context, [to(live)], { affinity: 'cookie' });
    site.rig.to(100);
    const bound = (name: string): Record<string, string> => ({ cookie: `INGRESSCOOKIE=1.2.3.4|${backendKeyOf(`shop-${name}-80`)}` });
    const [main, canary] = [bound(live), bound(live === 'v1' ? 'v2' : 'webapp-canary')];
    expect([site.answers('/'), site.answers('/', main), site.answers('/', canary)]).toEqual([shares(100), shares(0), shares(WHOLE)]);
    site.rig.advance(site.rig.plan(splitOf(0)));
    expect([site.answers('/'), site.answers('/', main), site.answers('/', canary)]).toEqual([shares(0), shares(0), shares(0)]);
  });
});
