import { expect, it } from 'vitest';
import type { Ingress } from '../../kubernetes/generated/networking-v1.js';
import { splitOf } from '../../model/split.js';
import type { RouterContext } from '../router.js';
import { ingressNginxRouter } from './router.js';
import { PREFIX, Rig, ingress, nginxClass, ownVersions, service, to, webapp } from './testing/manifests.js';

const check = (rig: Rig, context: RouterContext = rig.context): string[] =>
  ingressNginxRouter.check(rig.config, rig.cluster, context).map(({ place, problem, remedy, severity }) => {
    expect(remedy).not.toBe('');
    return `${severity ?? 'error'}: ${place}: ${problem}. ${remedy}`;
  });
const rigWith = (...ingresses: Ingress[]): Rig => {
  const rig = new Rig();
  ingresses.forEach((each) => rig.cluster.put(each));
  return rig;
};
/** As the API server has it, with an address of the controller. */
const served = (object: Ingress): Ingress => ({ ...object, metadata: { ...object.metadata, uid: 'u' }, status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } } });

it('has nothing to say of plain Ingresses, with TLS or without', () => {
  expect(check(rigWith(served(ingress('webapp', [to('webapp')], { 'cert-manager.io/cluster-issuer': 'x' }, { tls: [{ hosts: ['webapp.example.com'], secretName: 't' }] }))))).toEqual([]);
});

it.each<[string, Ingress[], string]>([
  ['no Ingress', [ingress('other', [to('elsewhere')])], 'error: Service webapp: no Ingress of this namespace has a path to it'],
  ['a default backend alone', [ingress('webapp', [to('elsewhere')], {}, { defaultBackend: { service: { name: 'webapp', port: { number: 80 } } } })], 'error: Ingress webapp, spec.defaultBackend: leads to the Service by a default backend'],
  ['an unknown class', [served(ingress('webapp', [to('webapp')], {}, { ingressClassName: 'ngin' }))], 'error: Ingress webapp, spec.ingressClassName: there is no IngressClass ngin, so that no controller serves it. choose of nginx'],
  ['no class', [served({ ...ingress('webapp', [to('webapp')]), spec: { rules: [{ http: { paths: [to('webapp')] } }] } })], 'names no class, and there is no default one'],
  ['TLS passed through', [ingress('webapp', [to('webapp')], { 'ssl-passthrough': 'true' })], `error: Ingress webapp, ${PREFIX}/ssl-passthrough: passes TLS through`],
  ['a snippet', [ingress('webapp', [to('webapp')], { 'server-snippet': 'return 418;' })], `warning: Ingress webapp, ${PREFIX}/server-snippet: is a piece of nginx configuration`],
  ['affinity', [ingress('webapp', [to('webapp')], { affinity: 'cookie' })], `warning: Ingress webapp, ${PREFIX}/affinity: keeps users`],
  ['a resource backend', [ingress('webapp', [to('webapp'), { path: '/files', pathType: 'Prefix', backend: { resource: { kind: 'Bucket', name: 'b' } } }])], 'warning: Ingress webapp, spec.rules[0].http.paths[1].backend.resource: is a resource backend'],
  ['every request to /', [ingress('webapp', [to('webapp', '/*', 'ImplementationSpecific')], { 'rewrite-target': '/$2' })], 'every request arrives as /. write path: "/()(.*)" (pathType ImplementationSpecific)'],
  ['an old API', [{ ...ingress('webapp', []), apiVersion: 'networking.k8s.io/v1beta1', spec: { rules: [{ http: { paths: [{ path: '/', backend: { serviceName: 'webapp', servicePort: 80 } }] } }] } } as unknown as Ingress], 'error: Ingress webapp, apiVersion: is written for networking.k8s.io/v1beta1'],
  ['a canary of someone else', [ingress('webapp', [to('webapp')]), ingress('webapp-canary', [to('webapp-v2')], { canary: 'true' })], 'error: Ingress webapp-canary: is a canary for webapp.example.com/ already'],
  ['a taken name', [ingress('webapp', [to('webapp')]), ingress('webapp-serin-canary', [to('x', '/x')])], 'error: Ingress webapp-serin-canary: was not made by Serin'],
  ['no address', [{ ...ingress('webapp', [to('webapp')]), metadata: { name: 'webapp', uid: 'u' } }], 'warning: Ingress webapp, status.loadBalancer: holds no address'],
])('%s', (_what, ingresses, words) => {
  expect(check(rigWith(...ingresses)).join('\n')).toContain(words);
});

it("refuses classes of other products, by name where it is F5's", () => {
  const rig = rigWith(ingress('webapp', [to('webapp')]));
  rig.cluster.put({ ...nginxClass, spec: { controller: 'nginx.org/ingress-controller' } } as typeof nginxClass);
  expect(check(rig)).toEqual([expect.stringContaining("the class nginx is F5's NGINX Ingress Controller")]);
  rig.cluster.put({ ...nginxClass, spec: { controller: 'traefik.io/ingress-controller' } } as typeof nginxClass);
  expect(check(rig)).toEqual([expect.stringContaining('traefik.io/ingress-controller, which is not ingress-nginx')]);
  rig.cluster.put({ ...nginxClass, spec: { controller: 'k8s.io/internal-ingress-nginx' } } as typeof nginxClass);
  expect(check(rig)).toEqual([]);
});

it('refuses Service names with dots', () => {
  expect(check(new Rig(ownVersions('nginx-v1.22.0', 'nginx-v1.24.0'))).slice(0, 2)).toEqual([
    expect.stringMatching(/^error: Service nginx-v1\.22\.0: no API server accepts this name.*call it nginx-v1-22-0$/),
    expect.stringContaining('call it nginx-v1-24-0'),
  ]);
});

it('refuses a canary Service that users are sent to', () => {
  const rig = rigWith(ingress('webapp', [to('webapp')]), ingress('beta', [to('webapp-canary', '/beta')]));
  rig.cluster.put(service('webapp-canary', { app: 'webapp' }));
  expect(check(rig).join()).toContain('Service webapp-canary: is to lead to the canary alone, but Ingress beta sends users to it');
  const own = new Rig(ownVersions('a', 'b'));
  for (const name of ['a', 'b']) own.cluster.put(service(name, { app: name }));
  own.cluster.put(ingress('main', [to('a'), to('b', '/green(/|$)(.*)', 'ImplementationSpecific')]));
  expect(check(own).join()).toContain('Ingress main, spec.rules[0].http.paths[1]: sends users to Service b of the canary already');
});

it('has nothing against an Ingress that leads to the stable version where that is the one that is wanted', () => {
  const rig = new Rig(ownVersions('a', 'a'));
  rig.cluster.put(service('a', { app: 'a' }));
  rig.cluster.put(ingress('main', [to('a')]));
  expect(check(rig)).toEqual([]);
});

it('asks only named Ingresses, and says what is split beside them', () => {
  const rig = new Rig(webapp, { ingresses: ['webapp', 'gone', 'other'] });
  for (const each of [ingress('webapp', [to('webapp')]), ingress('other', [to('elsewhere')]), ingress('admin', [to('webapp', '/admin')])]) rig.cluster.put(each);
  expect(check(rig).map((line) => line.split('.')[0])).toEqual([
    'error: router', 'error: router', expect.stringContaining('warning: Ingress admin: is not among the Ingresses to steer'),
  ]);
});

it('refuses by name what a split asks beside what is there', () => {
  const rig = rigWith(ingress('webapp', [to('webapp'), to('webapp', '/green/tea')]));
  const ask = (extra: object): string => (ingressNginxRouter.inexpressible?.(rig.config, { ...splitOf(100), ...extra }, webapp, rig.cluster) ?? []).map(({ place, problem }) => `${place} ${problem}`).join();
  expect(ask({})).toBe('');
  expect(ask({ preview: { path: '/green' } })).toContain('preview.path /green hides the live path /green/tea of Ingress webapp');
  expect(ask({ preview: { host: 'webapp.example.com' } })).toContain('is a live host already');
  expect(ask({ sticky: { cookie: 'version', maxAgeSeconds: 60 } })).toContain('sets no affinity cookie');
  rig.cluster.put(ingress('webapp', [to('webapp')], { affinity: 'cookie', 'session-cookie-name': 'version' }));
  expect(ask({ sticky: { cookie: 'version', maxAgeSeconds: 60 }, preview: { path: '/green' } })).toBe('');
  expect(ask({ sticky: { cookie: 'other', maxAgeSeconds: 60 } })).toContain('keeps users by the cookie version');
});
