import { describe, expect, it } from 'vitest';
import type { Ingress } from '../../kubernetes/generated/networking-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { splitOf } from '../../model/split.js';
import type { RouterContext } from '../router.js';
import { CHANGED_AT } from './objects.js';
import { CANARY, PREFIX, Rig, STABLE, ingress, ownVersions, service, to, webapp } from './testing/manifests.js';

const found = (rig: Rig, name: string): Ingress | undefined => rig.cluster.get(resources.ingresses, name)?.object;
const selector = (rig: Rig, name: string): unknown => rig.cluster.get(resources.services, name)?.object.spec?.selector;
const names = (rig: Rig): string[] => rig.cluster.list(resources.ingresses).map(({ metadata }) => metadata.name);
const annotations = (rig: Rig, name = 'webapp-serin-canary'): Record<string, string> =>
  Object.fromEntries(Object.entries(found(rig, name)?.metadata.annotations ?? {}).filter(([key]) => key !== CHANGED_AT).map(([key, value]) => [key.replace(`${PREFIX}/`, ''), value]));
const tls = { tls: [{ hosts: ['webapp.example.com'], secretName: 'webapp-tls' }] };

describe('one Deployment behind one Service', () => {
  const start = (): Rig => {
    const rig = new Rig();
    rig.cluster.put(ingress('webapp', [to('webapp'), to('other', '/other')], { 'cert-manager.io/cluster-issuer': 'letsencrypt-staging' }, tls));
    return rig;
  };

  it('pins first, makes a canary Service, then a canary Ingress; takes them away in the other order', () => {
    const rig = start();
    const before = found(rig, 'webapp');
    expect(rig.to(0)).toEqual({ stages: ['pin', 'canary-service', 'settle settles'], waitsFor: undefined });
    expect(selector(rig, 'webapp')).toEqual({ app: 'webapp', 'pod-template-hash': STABLE });
    expect(rig.cluster.get(resources.services, 'webapp-canary')?.object).toMatchObject({
      metadata: { labels: { 'serin.dev/policy': 'webapp', 'app.kubernetes.io/managed-by': 'serin' } },
      spec: { type: 'ClusterIP', selector: { app: 'webapp', 'pod-template-hash': CANARY }, ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }] },
    });
    expect(rig.read()).toMatchObject({ written: splitOf(0), accepted: splitOf(0), problems: [] });

    expect(rig.to(300)).toEqual({ stages: ['weights', 'weights settles'], waitsFor: undefined });
    expect(found(rig, 'webapp-serin-canary')).toMatchObject({
      metadata: { labels: { 'serin.dev/policy': 'webapp' } },
      spec: { ingressClassName: 'nginx', rules: [{ host: 'webapp.example.com', http: { paths: [to('webapp-canary')] } }] },
    });
    expect(found(rig, 'webapp-serin-canary')?.spec.tls).toBeUndefined();
    expect(annotations(rig)).toEqual({ canary: 'true', 'canary-weight': '300', 'canary-weight-total': '1000' });
    expect(rig.read()).toMatchObject({ written: splitOf(300), accepted: splitOf(300), problems: [] });

    expect(rig.to(1000).stages).toEqual(['pin', 'settle settles', 'leftovers']);
    expect(selector(rig, 'webapp')).toEqual({ app: 'webapp', 'pod-template-hash': CANARY });
    expect(names(rig)).toEqual(['webapp']);
    expect(rig.read()).toMatchObject({ written: splitOf(1000), accepted: splitOf(1000), problems: [] });

    rig.cluster.remove('Pod', 's1');
    rig.cluster.remove('Pod', 's2');
    expect(rig.go(() => rig.release({ lead: 'canary' })).waitsFor).toBeUndefined();
    expect(selector(rig, 'webapp')).toEqual({ app: 'webapp' });
    expect(rig.cluster.list(resources.services).map(({ metadata }) => metadata.name)).toEqual(['webapp']);
    expect(found(rig, 'webapp')).toEqual(before);
  });

  it('changes only annotations between shares, and counts time from then', () => {
    const rig = start();
    rig.to(100);
    rig.advance(rig.plan(splitOf(250)));
    expect(rig.cluster.writes.at(-1)).toMatchObject({ action: 'patch', name: 'webapp-serin-canary', patch: [{ op: 'add', path: '/metadata/annotations/nginx.ingress.kubernetes.io~1canary-weight', value: '250' }, { path: '/metadata/annotations/serin.dev~1changed-at' }] });
    expect(rig.read()).toMatchObject({ written: splitOf(250), accepted: undefined });
    expect(rig.plan(splitOf(250)).stages.find(({ waitsFor }) => waitsFor !== undefined)).toMatchObject({ waitsUntil: rig.cluster.now + 3000 });
    const count = rig.cluster.writes.length;
    rig.to(250);
    expect(rig.cluster.writes.length).toBe(count);
  });

  it('lets go of the canary at once on an abort, also of users whom a cookie binds', () => {
    const rig = start();
    rig.to({ ...splitOf(300), matches: [{ cookies: [{ name: 'canary', exact: 'always' }] }] });
    expect(rig.advance(rig.plan(splitOf(0)))).toBe('weights');
    expect(annotations(rig)).toEqual({ canary: 'true', 'canary-weight': '0', 'canary-weight-total': '1000', 'affinity-canary-behavior': 'legacy' });
    expect(rig.read()).toMatchObject({ written: splitOf(0), accepted: undefined });
    expect(rig.to(0).stages).toEqual(['weights settles', 'leftovers']);
    expect(names(rig)).toEqual(['webapp']);
  });

  it('leads back to stable before anything else when everything was with the canary', () => {
    const rig = start();
    rig.to(300);
    rig.to(1000);
    expect(rig.to(0).stages[0]).toBe('pin');
    expect(selector(rig, 'webapp')).toEqual({ app: 'webapp', 'pod-template-hash': STABLE });
  });

  it('uses a canary Service of the user, and puts its selector back', () => {
    const rig = start();
    const theirs = { ...service('webapp-canary', { app: 'webapp' }), metadata: { name: 'webapp-canary', annotations: { 'managed-by-rollouts': 'webapp' } } };
    rig.cluster.put(theirs);
    rig.to(100);
    expect(selector(rig, 'webapp-canary')).toEqual({ app: 'webapp', 'pod-template-hash': CANARY });
    rig.go(() => rig.release());
    expect(selector(rig, 'webapp-canary')).toEqual({ app: 'webapp' });
    expect(rig.cluster.get(resources.services, 'webapp-canary')?.object.metadata.annotations).toEqual({ 'managed-by-rollouts': 'webapp' });
  });

  it('keeps a Service of ours while a route still leads to it', () => {
    const rig = start();
    rig.to(100);
    rig.cluster.put(ingress('foreign', [to('webapp-canary', '/x')]));
    expect(rig.go(() => rig.release()).waitsFor).toBe('Ingress foreign still leads to Service webapp-canary');
    rig.cluster.remove('Ingress', 'foreign');
    expect(rig.go(() => rig.release()).waitsFor).toBeUndefined();
  });

  it('makes one canary Ingress for each main one, of the same class and with what backends read', () => {
    const rig = start();
    const spec = { ingressClassName: 'internal' };
    rig.cluster.put(ingress('inside', [{ path: '/api/(.*)', pathType: 'ImplementationSpecific', backend: { service: { name: 'webapp', port: { name: 'http' } } } }], { 'use-regex': 'true', affinity: 'cookie', 'affinity-canary-behavior': 'sticky', 'upstream-hash-by': '$remote_addr' }, spec));
    rig.to(1);
    expect(names(rig)).toEqual(['webapp', 'inside', 'webapp-serin-canary', 'inside-serin-canary']);
    expect(annotations(rig, 'inside-serin-canary')).toEqual({ canary: 'true', 'canary-weight': '1', 'canary-weight-total': '1000', 'affinity-canary-behavior': 'sticky', 'upstream-hash-by': '$remote_addr' });
    expect(found(rig, 'inside-serin-canary')?.spec).toEqual({
      ingressClassName: 'internal',
      rules: [{ host: 'webapp.example.com', http: { paths: [{ path: '/api/(.*)', pathType: 'ImplementationSpecific', backend: { service: { name: 'webapp-canary', port: { name: 'http' } } } }] } }],
    });
  });

  it('holds and names who stands in the way', () => {
    const rig = start();
    rig.to(100);
    rig.cluster.edit(resources.ingresses, 'webapp-serin-canary', ({ metadata }) => void (metadata.annotations = { ...metadata.annotations, [`${PREFIX}/canary-weight`]: '900' }), 'argocd-controller');
    const [problem] = rig.read().problems;
    expect(problem).toMatchObject({ place: `Ingress webapp-serin-canary, ${PREFIX}/canary-weight`, problem: expect.stringContaining('field manager "argocd-controller" set it to 900') });
    expect(problem?.remedy).toContain('group: networking.k8s.io');
    rig.cluster.edit(resources.services, 'webapp', ({ spec }) => void (spec && (spec.selector = { app: 'webapp' })), 'flux');
    expect(rig.read().problems.map(({ place }) => place)).toContain('Service webapp, spec.selector');
    rig.cluster.put(ingress('theirs', [to('webapp-v9')], { canary: 'true', 'canary-weight': '10' }));
    expect(rig.read().problems.map(({ place }) => place)).toContain('Ingress theirs');
    rig.cluster.remove('Ingress', 'webapp-serin-canary');
    rig.lastWritten = splitOf(100);
    expect(rig.read().problems.map(({ problem: words }) => words)).toContain('was deleted while it sent a share to the canary');
  });
});

describe('previews', () => {
  const regex = { 'rewrite-target': '/$2', 'use-regex': 'true' };
  const preview = { path: '/green' };

  it('puts a path into the main Ingress where its rewriting fits, over a Service of its own', () => {
    const rig = new Rig();
    rig.cluster.put(ingress('webapp', [to('webapp', '/()(.*)', 'ImplementationSpecific')], regex));
    rig.to({ ...splitOf(0), preview });
    expect(found(rig, 'webapp')?.spec.rules?.[0]?.http?.paths).toEqual([to('webapp', '/()(.*)', 'ImplementationSpecific'), to('webapp-canary-preview', '/green(/|$)(.*)', 'ImplementationSpecific')]);
    expect(selector(rig, 'webapp-canary-preview')).toEqual({ app: 'webapp', 'pod-template-hash': CANARY });
    rig.to({ ...splitOf(200), preview });
    expect(found(rig, 'webapp-serin-canary')?.spec.rules?.[0]?.http?.paths).toEqual([to('webapp-canary', '/()(.*)', 'ImplementationSpecific')]);
    expect(rig.to(1000).waitsFor).toBeUndefined();
    expect(found(rig, 'webapp')?.spec.rules?.[0]?.http?.paths).toEqual([to('webapp', '/()(.*)', 'ImplementationSpecific')]);
    rig.go(() => rig.release({ lead: 'canary' }));
    expect(rig.cluster.list(resources.services).map(({ metadata }) => metadata.name)).toEqual(['webapp']);
  });

  it('makes an Ingress beside where live paths are plain, and refuses where they would be read anew', () => {
    const rig = new Rig();
    rig.cluster.put(ingress('webapp', [to('webapp')], { 'proxy-read-timeout': '7' }));
    rig.to({ ...splitOf(0), preview: { path: '/v1.2', host: 'green.example.com' } });
    expect(annotations(rig, 'webapp-serin-preview')).toEqual({ 'proxy-read-timeout': '7', 'rewrite-target': '/$2', 'use-regex': 'true' });
    expect(found(rig, 'webapp-serin-preview')?.spec.rules).toEqual([{ host: 'webapp.example.com', http: { paths: [to('webapp-canary-preview', '/v1[.]2(/|$)(.*)', 'ImplementationSpecific')] } }]);
    expect(found(rig, 'webapp-serin-preview-host')?.spec.rules).toEqual([{ host: 'green.example.com', http: { paths: [to('webapp-canary-preview')] } }]);
    rig.go(() => rig.release());
    expect(names(rig)).toEqual(['webapp']);
    rig.cluster.put(ingress('plain', [to('elsewhere', '/api')]));
    expect(rig.to({ ...splitOf(0), preview }).waitsFor).toContain('would change live paths');
  });

  it.each(['an Ingress of its own', 'the main Ingress'])('goes on while a certificate is proved by a path of %s', (where) => {
    const rig = new Rig();
    const solver = to('cm-acme-http-solver', '/.well-known/acme-challenge/Ab_1-x', 'ImplementationSpecific');
    const own = where === 'an Ingress of its own';
    rig.cluster.put(ingress('webapp', own ? [to('webapp')] : [solver, to('webapp')]));
    if (own) rig.cluster.put(ingress('cm-acme-http-solver', [solver]));
    expect(rig.to({ ...splitOf(100), preview }).waitsFor).toBeUndefined();
    expect(names(rig).sort()).toEqual([...(own ? ['cm-acme-http-solver'] : []), 'webapp', 'webapp-serin-canary', 'webapp-serin-preview']);
    // Only what leads to the Service is led elsewhere.
    expect(found(rig, 'webapp-serin-canary')?.spec.rules?.[0]?.http?.paths).toEqual([to('webapp-canary')]);
    expect(found(rig, own ? 'cm-acme-http-solver' : 'webapp')?.spec.rules?.[0]?.http?.paths?.[0]).toEqual(solver);
  });

  it("leaves the certificate to the main Ingress: none of Serin's asks cert-manager for one", () => {
    const rig = new Rig();
    const main = ingress('webapp', [to('webapp')], {}, { tls: [{ hosts: ['*.example.com'], secretName: 'webapp-tls' }] });
    const asks = { 'cert-manager.io/cluster-issuer': 'authority', 'kubernetes.io/tls-acme': 'true', 'acme.cert-manager.io/http01-edit-in-place': 'true' };
    rig.cluster.put({ ...main, metadata: { ...main.metadata, annotations: asks } });
    rig.to({ ...splitOf(100), preview: { path: '/green', host: 'green.example.com' } });
    const ours = names(rig).filter((name) => name.includes('-serin-'));
    expect(ours).toHaveLength(3);
    for (const name of ours) expect(Object.keys(found(rig, name)?.metadata.annotations ?? {}).filter((key) => key in asks)).toEqual([]);
    // The host of a preview is served with the certificate that is there.
    expect(found(rig, 'webapp-serin-preview-host')?.spec.tls).toEqual([{ hosts: ['green.example.com'], secretName: 'webapp-tls' }]);
    expect(found(rig, 'webapp-serin-canary')?.spec.tls).toBeUndefined();
  });

  it('refuses a path that hides a live one', () => {
    const rig = new Rig();
    rig.cluster.put(ingress('webapp', [to('webapp', '/()(.*)', 'ImplementationSpecific'), to('shop', '/green/tea', 'ImplementationSpecific')], regex));
    expect(rig.to({ ...splitOf(0), preview }).waitsFor).toContain('hides the live path /green/tea of Ingress webapp');
  });

  it('leads a named Service to the canary alone', () => {
    const rig = new Rig();
    rig.cluster.put(ingress('webapp', [to('webapp')]));
    rig.to({ ...splitOf(0), preview: { service: 'look' } });
    expect(selector(rig, 'look')).toEqual({ app: 'webapp', 'pod-template-hash': CANARY });
    rig.to(0);
    expect(rig.cluster.get(resources.services, 'look')).toBeUndefined();
  });
});

describe('versions with Services of their own', () => {
  const blueGreen: RouterContext = ownVersions('nginx-v1-22-0', 'nginx-v1-24-0');
  const start = (live = to('nginx-v1-22-0', '/()(.*)', 'ImplementationSpecific')): Rig => {
    const rig = new Rig(blueGreen);
    rig.cluster.put(service('nginx-v1-22-0', { app: 'webapp', 'pod-template-hash': STABLE }));
    rig.cluster.put(service('nginx-v1-24-0', { app: 'webapp', 'pod-template-hash': CANARY }));
    rig.cluster.put(ingress('nginx', [live], { 'rewrite-target': '/$2', 'use-regex': 'true' }, {}, 'example.com'));
    return rig;
  };
  const paths = (rig: Rig) => found(rig, 'nginx')?.spec.rules?.[0]?.http?.paths;
  const blue = to('nginx-v1-22-0', '/()(.*)', 'ImplementationSpecific');
  const green = to('nginx-v1-24-0', '/green(/|$)(.*)', 'ImplementationSpecific');

  it('previews by path, and promotes in one update of the one Ingress', () => {
    const rig = start();
    rig.to({ ...splitOf(0), preview: { path: '/green' } });
    expect(paths(rig)).toEqual([blue, green]);
    const count = rig.cluster.writes.length;
    rig.to(1000);
    expect(rig.cluster.writes.slice(count).map(({ action }) => action)).toEqual(['patch']);
    expect(paths(rig)).toEqual([to('nginx-v1-24-0', '/()(.*)', 'ImplementationSpecific')]);
    expect(rig.read()).toMatchObject({ written: splitOf(1000), accepted: splitOf(1000), problems: [] });
    rig.go(() => rig.release({ lead: 'canary' }));
    expect(paths(rig)).toEqual([to('nginx-v1-24-0', '/()(.*)', 'ImplementationSpecific')]);
    expect(names(rig)).toEqual(['nginx']);
    expect(selector(rig, 'nginx-v1-24-0')).toEqual({ app: 'webapp', 'pod-template-hash': CANARY });
  });

  it('leaves the live path alone when the preview is rejected', () => {
    const rig = start();
    const before = found(rig, 'nginx')?.spec;
    rig.to({ ...splitOf(0), preview: { path: '/green' } });
    rig.to(0);
    expect(found(rig, 'nginx')?.spec).toEqual(before);
    rig.go(() => rig.release({ lead: 'stable' }));
    expect(found(rig, 'nginx')?.spec).toEqual(before);
  });

  it('goes by weight, leads the main Ingress over at the end, and back again', () => {
    const rig = start();
    rig.to(100);
    expect(found(rig, 'nginx-serin-canary')?.spec.rules?.[0]?.http?.paths[0]?.backend.service?.name).toBe('nginx-v1-24-0');
    expect(rig.to(1000).stages).toEqual(['main', 'main settles', 'leftovers']);
    expect(rig.read().written).toEqual(splitOf(1000));
    rig.to(0);
    expect(paths(rig)).toEqual([blue]);
    expect(rig.read().written).toEqual(splitOf(0));
  });

  it('takes several preview paths out of one rule without touching what stands between', () => {
    const rig = start();
    const between = to('elsewhere', '/between');
    rig.cluster.edit(resources.ingresses, 'nginx', ({ spec }) => void (spec.rules = [{ host: 'example.com', http: { paths: [green, between, { ...green, path: '/red(/|$)(.*)' }, blue] } }]));
    rig.claims = [{ kind: 'Ingress', name: 'nginx', found: { preview: ['/green(/|$)(.*)', '/red(/|$)(.*)'] } }];
    rig.go(() => rig.release());
    expect(paths(rig)).toEqual([between, blue]);
  });

  it('names who put the Ingress back', () => {
    const rig = start();
    rig.to(1000);
    rig.cluster.edit(resources.ingresses, 'nginx', ({ spec }) => void (spec.rules = [{ host: 'example.com', http: { paths: [blue] } }]), 'kustomize-controller');
    expect(rig.read().problems).toMatchObject([{ place: 'Ingress nginx, spec.rules[0].http.paths[0].backend', problem: expect.stringContaining('"kustomize-controller" set it to Service nginx-v1-22-0') }]);
  });

  it('does not let a canary Ingress that is older make the main backend disappear', () => {
    const rig = start();
    rig.to(100);
    const born = (name: string, at: string): void => rig.cluster.edit(resources.ingresses, name, ({ metadata }) => void (metadata.creationTimestamp = at));
    born('nginx', '2026-01-02T00:00:00Z');
    born('nginx-serin-canary', '2026-01-01T00:00:00Z');
    expect(rig.to(1000).stages.slice(0, 2)).toEqual(['leftovers', 'main']);
  });
});

it('keeps names within what Kubernetes takes', () => {
  const rig = new Rig();
  const long = 'w'.repeat(253);
  rig.cluster.put(ingress(long, [to('webapp')]));
  rig.to(100);
  const [, canary] = names(rig);
  expect(canary).toHaveLength(253);
  expect(canary).toMatch(/-serin-canary$/);
  expect(webapp.policy).toBe('webapp');
});
