import { expect, it } from 'vitest';
import { resources } from '../../kubernetes/resources.js';
import { EndpointPool, podKey, readServices } from '../../local/gateway/configuration/endpoints.js';
import { chooseDestination } from '../../local/gateway/configuration/http-routes.js';
import { IngressNginxCompiler } from '../../local/gateway/configuration/ingress-nginx/ingress-nginx.js';
import { findRoute } from '../../local/gateway/configuration/route-tables.js';
import { backendKeyOf } from '../../local/gateway/configuration/session-affinity.js';
import { splitOf, WHOLE } from '../../model/split.js';
import { nginxClass } from '../ingress-nginx/testing/manifests.js';
import { HASH, HASHES, Rig, ingress, path } from './testing/rig.js';

// What the router writes, read by something that knows only ingress-nginx's own documentation: the local gateway.

const DRAWS = 1000;

function site(annotations: Record<string, string> = {}): Rig {
  const rig = new Rig({ ingresses: [{ name: 'main', canaryName: 'shop-main-canary' }] });
  const main = ingress('main', [{ host: 'shop.example.com', http: { paths: [path('shop'), path('elsewhere', '/other')] } }]);
  rig.cluster.put({ ...main, metadata: { ...main.metadata, annotations } });
  rig.rest();
  rig.cluster.now += 10_000;
  return rig;
}

/** The versions that answer, each with its part of the requests in per mille. */
function answers({ cluster }: Rig, headers: Record<string, string> = {}, at = '/'): Record<string, number> {
  const ingresses = cluster.list(resources.ingresses).map((each, index) => ({ ...each, metadata: { ...each.metadata, creationTimestamp: new Date(1_700_000_000_000 + index * 1000).toISOString() } }));
  const services = cluster.list(resources.services);
  const slices = cluster.list(resources.endpointSlices);
  const pods = new Map(cluster.list(resources.pods).map((pod) => [podKey(pod.metadata.namespace, pod.metadata.name), pod]));
  const routes = new IngressNginxCompiler().compile({ ingresses, ingressClasses: [nginxClass], secrets: [] }, services, readServices(services, slices, pods, new EndpointPool()));
  expect(routes.refused).toEqual([]);
  const request = { method: 'GET', path: at, query: undefined, authority: 'shop.example.com', scheme: 'http', remoteAddress: '127.0.0.1', header: (name: string) => headers[name] };
  const table = routes.table(80, request.authority);
  const route = table && findRoute(table, request, { namespace: 'shop', labels: {} });
  if (route?.action.kind !== 'forward') return { [route?.action.kind === 'direct' ? String(route.action.status) : 'none']: DRAWS };
  const seen: Record<string, number> = {};
  for (let index = 0; index < DRAWS; index++) {
    const name: string = chooseDestination(route.action, (index + 0.5) / DRAWS, request)?.destination.host.split('.')[0] ?? '';
    const endpoints = slices.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name).flatMap((slice) => slice.endpoints ?? []);
    const hashes = new Set(endpoints.map(({ targetRef }) => pods.get(podKey('shop', targetRef?.name))?.metadata.labels?.[HASH]));
    const version = hashes.size === 0 ? 'nobody' : hashes.size > 1 ? 'both' : hashes.has(HASHES.canary) ? 'canary' : 'stable';
    seen[version] = (seen[version] ?? 0) + 1;
  }
  return seen;
}

const shares = (canary: number): Record<string, number> => ({ ...(canary < WHOLE ? { stable: WHOLE - canary } : {}), ...(canary > 0 ? { canary } : {}) });

it('gives each share exactly, and no request is lost on the way, promoted or taken back', () => {
  const rig = site();
  const look = (): void => expect(Object.keys(answers(rig)).filter((who) => who !== 'stable' && who !== 'canary')).toEqual([]);
  for (const share of [0, 200, 1, 500, WHOLE, 300, 0, WHOLE]) {
    for (let round = 0; round < 40 && rig.advance(rig.plan(splitOf(share))) !== undefined; round++) look();
    expect(answers(rig)).toEqual(shares(share));
  }
  // Stable's Pods go only now; the main backend must not need them.
  for (const name of ['s1', 's2']) rig.cluster.remove('Pod', name);
  rig.sync();
  expect(answers(rig)).toEqual(shares(WHOLE));
  for (let round = 0; round < 40 && rig.advance(rig.release('canary')) !== undefined; round++) expect(answers(rig)).toEqual(shares(WHOLE));
});

it('gives matches to the canary whatever its share', () => {
  const rig = site();
  rig.to({ ...splitOf(0), matches: [{ headers: [{ name: 'X-Tester', exact: 'jane' }] }] });
  expect([answers(rig), answers(rig, { 'x-tester': 'jane' })]).toEqual([shares(0), shares(WHOLE)]);
});

it('lets users go whom an affinity cookie binds to a canary that is taken back', () => {
  const rig = site({ 'nginx.ingress.kubernetes.io/affinity': 'cookie' });
  const bound = { cookie: `INGRESSCOOKIE=1.2.3.4|${backendKeyOf('shop-shop-canary-80')}` };
  rig.to(200);
  expect([answers(rig), answers(rig, bound)]).toEqual([shares(200), shares(WHOLE)]);
  rig.advance(rig.plan(splitOf(0)));
  expect([answers(rig), answers(rig, bound)]).toEqual([shares(0), shares(0)]);
});
