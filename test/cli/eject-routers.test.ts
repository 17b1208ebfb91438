import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CustomResourceDefinition } from '../../src/kubernetes/generated/apiextensions-v1.js';
import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import type { PolicySpec } from '../../src/model/release-policy.js';
import { MANAGED_BY, POLICY_LABEL } from '../../src/model/resources.js';
import { Driver, resources, serinResources } from '../driver/driver.js';
import { deployment, getRelease, namespace, policy, service, setImage, virtualService, web } from '../driver/program.js';
import { readyPods } from '../driver/witness.js';
import { serin } from './driven-shell.js';
import { everything, withStops } from './untouched.js';

const edge = 'edge';
const made = (apiVersion: string, kind: string, where: string, name: string, spec: object, metadata: object = {}): KubernetesObject => ({ apiVersion, kind, metadata: { name, ...(where === '' ? {} : { namespace: where }), ...metadata }, spec }) as KubernetesObject;
const gatewayApi = 'gateway.networking.k8s.io/v1';
const ingressTo = (name: string) => ({ ingressClassName: 'nginx', rules: [{ host: 'web.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }] } }] });
const parentRef = { name: 'web', namespace };
const routeTo = (name: string, where?: string) => ({ parentRefs: [parentRef], hostnames: ['web.example.com'], rules: [{ backendRefs: [{ name, port: 80, ...(where === undefined ? {} : { namespace: where }) }] }] });
/** What a policy of the same name makes in another namespace: none of ours. */
const stranger = { labels: { ...MANAGED_BY, [POLICY_LABEL]: 'web' } };

/** The same program behind every product at once, also from another namespace, which agrees. */
const doors: readonly (readonly [Resource<KubernetesObject>, KubernetesObject])[] = [
  [resources.namespaces, made('v1', 'Namespace', '', edge, {})],
  [resources.ingressClasses, made('networking.k8s.io/v1', 'IngressClass', '', 'nginx', { controller: 'k8s.io/ingress-nginx' })],
  [resources.virtualServices, virtualService],
  [resources.virtualServices, made('networking.istio.io/v1', 'VirtualService', edge, 'shop', { hosts: ['shop'], http: [{ name: 'primary', route: [{ destination: { host: 'web.default.svc.cluster.local' } }] }] }, { annotations: { 'serin.dev/allow-release-from': namespace } })],
  [resources.ingresses, made('networking.k8s.io/v1', 'Ingress', namespace, 'web', ingressTo('web'), { annotations: { 'nginx.ingress.kubernetes.io/affinity': 'cookie', 'nginx.ingress.kubernetes.io/session-cookie-name': 'serin-version' } })],
  [resources.gatewayApiGateways, made(gatewayApi, 'Gateway', namespace, 'web', { gatewayClassName: 'any', listeners: [{ name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } }] })],
  [resources.httpRoutes, made(gatewayApi, 'HTTPRoute', namespace, 'web', routeTo('web'))],
  [resources.httpRoutes, made(gatewayApi, 'HTTPRoute', edge, 'shop', routeTo('web', namespace))],
  [resources.referenceGrants, made('gateway.networking.k8s.io/v1beta1', 'ReferenceGrant', edge, 'releases', { from: [{ group: 'serin.dev', kind: 'ReleasePolicy', namespace }], to: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' }] })],
  [resources.referenceGrants, made('gateway.networking.k8s.io/v1beta1', 'ReferenceGrant', namespace, 'routes', { from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: edge }], to: [{ group: '', kind: 'Service' }] })],
  ...['web', 'web-canary'].map((name) => [resources.services, made('v1', 'Service', edge, name, { selector: { app: 'other' }, ports: [{ port: 80 }] }, stranger)] as const),
  [resources.ingresses, made('networking.k8s.io/v1', 'Ingress', edge, 'web-serin-canary', ingressTo('web-canary'), stranger)],
];

const audience = { route: { matches: [{ headers: [{ name: 'x-tester', exact: 'yes' }] }] } };
const istio = { virtualServices: [{ name: 'web' }, { name: 'shop', namespace: edge }] };
const routes = [{ name: 'web' }, { name: 'shop', namespace: edge }];

/** Stands in for the Gateway: takes every route as it is. */
function serveRoutes(driver: Driver): void {
  const told = new Set<string>();
  driver.onTick(() => {
    for (const { metadata: { uid = '', name, namespace: where = '', generation = 0 } } of driver.objects(resources.httpRoutes)) {
      if (told.has(`${uid}/${generation}`)) continue;
      told.add(`${uid}/${generation}`);
      const conditions = ['Accepted', 'ResolvedRefs'].map((type) => ({ type, status: 'True', reason: type, message: '', observedGeneration: generation, lastTransitionTime: '2026-01-01T00:00:00Z' }));
      const body = { status: { parents: [{ parentRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', ...parentRef }, controllerName: 'example.com/gateway', conditions }] } };
      void driver.client.patch(resources.httpRoutes, { namespace: where, name }, { kind: 'merge', body }, { subresource: 'status' }).catch(() => undefined);
    }
  });
}

describe.each(['with', 'without'])('eject %s a controller', (controller) => {
  let driver: Driver;
  beforeEach(async () => {
    driver = new Driver({ seed: 93 });
    await driver.startCluster();
    const definitions = JSON.parse(readFileSync(new URL('../../src/kubernetes/generated/gateway-api-crds.json', import.meta.url), 'utf8')) as CustomResourceDefinition[];
    await driver.run(async () => {
      for (const definition of definitions) await driver.client.create(resources.customResourceDefinitions, definition);
      for (const [resource, object] of [[resources.services, service], [resources.deployments, deployment('web:v1')], ...doors] as const) await driver.client.create<KubernetesObject>(resource, object);
    });
    serveRoutes(driver);
    await driver.startController();
    await driver.until('v1 runs', () => [...readyPods(driver, namespace).values()][0] === 4);
  });
  afterEach(() => driver.stop());

  it.each([
    [
      'Istio, Gateway API and ingress-nginx at once', { istio, gatewayApi: { routes }, ingressNginx: {} },
      { canary: { steps: [audience, { weight: 20 }, { pause: {} }], preview: { service: 'web-next' } } },
      ['HTTPRoute default/web', 'HTTPRoute edge/shop', 'Ingress default/web-serin-canary', 'VirtualService default/web', 'VirtualService edge/shop'],
    ],
    [
      'Istio and Gateway API with a mirror and a preview', { istio, gatewayApi: { routes } },
      { canary: { steps: [audience, { mirror: 10 }, { pause: {} }], preview: { host: 'next.example.com' } } },
      ['HTTPRoute default/web', 'HTTPRoute default/web-serin-preview', 'HTTPRoute edge/shop', 'HTTPRoute edge/shop-serin-preview', 'VirtualService default/web', 'VirtualService default/web-serin-preview', 'VirtualService edge/shop'],
    ],
    [
      'ingress-nginx', { ingressNginx: {} },
      { ab: { stages: [{ audience: audience.route, share: 10, checks: [{ pause: {} }] }], preview: { host: 'next.example.com' } } },
      ['Ingress default/web-serin-canary', 'Ingress default/web-serin-preview-host'],
    ],
  ] satisfies [string, PolicySpec['router'], PolicySpec['strategy'], string[]][])('leaves nothing behind %s', async (_, router, strategy, touched) => {
    const before = everything(driver);
    const base = policy();
    await driver.run(() => driver.client.create(serinResources.releasePolicies, { ...base, spec: { ...base.spec, router, strategy } }));
    const sooner = (error: unknown): never => {
      throw new Error([driver.object(serinResources.releasePolicies, web), driver.objects(serinResources.releases)[0]].map((object) => object?.status?.message).join('\n'), { cause: error });
    };
    await driver.until('the policy is adopted', () => driver.object(resources.deployments, web)?.metadata.labels !== undefined, 30).catch(sooner);
    await setImage(driver, 'web:v2');
    await driver.until('the pause', async () => (await getRelease(driver))?.status?.message?.includes('serin resume web-1') ?? false, 120).catch(sooner);
    const steered = Object.entries(everything(driver)).filter(([name, object]) => /^(Ingress|HTTPRoute|VirtualService) /.test(name) && JSON.stringify(object) !== JSON.stringify(before[name]));
    expect(steered.map(([name]) => name).sort()).toEqual(touched);
    if (controller === 'without') await driver.killController();
    const args = ['eject', 'web', '--restore-template'];
    const { code, err } = await (controller === 'with' ? serin(driver, args) : withStops(driver, args));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    await driver.pass(3);
    expect(everything(driver)).toEqual(before);
  });

  it('ends the canary only when its share of 0 has had the time to be taken over and to drain, and then the Service leads to all Pods again', async () => {
    const [settleSeconds, drain] = [7, 4];
    const base = policy([{ weight: 50 }, { pause: {} }], { ingressNginx: { settleSeconds } });
    await driver.run(() => driver.client.create(serinResources.releasePolicies, { ...base, spec: { ...base.spec, drain: `${drain}s` } }));
    await driver.until('the policy is adopted', () => driver.object(resources.deployments, web)?.metadata.labels !== undefined, 30);
    await setImage(driver, 'web:v2');
    await driver.until('the pause', async () => (await getRelease(driver))?.status?.message?.includes('serin resume web-1') ?? false, 120);
    const { canary } = (await getRelease(driver))?.spec ?? {};
    const pods = () => driver.objects(resources.pods, namespace).filter(({ metadata }) => metadata.labels?.['pod-template-hash'] === canary?.hash);
    expect(pods().length).toBeGreaterThan(0);
    if (controller === 'without') await driver.killController();

    const seen = new Map<string, number>();
    const note = (what: string, holds: boolean): void => void (holds && !seen.has(what) && seen.set(what, driver.clock.now() / 1000));
    driver.onTick(() => {
      note('asked', driver.object(resources.ingresses, { namespace, name: 'web-serin-canary' })?.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight'] === '0');
      note('ends', pods().some(({ metadata }) => metadata.deletionTimestamp !== undefined) || pods().length === 0);
      note('gone', pods().length === 0);
      note('leads to all', driver.object(resources.services, web)?.spec?.selector?.['pod-template-hash'] === undefined);
    });
    expect(await serin(driver, ['eject', 'web', '--restore-template'])).toMatchObject({ code: 0, err: '' });
    const { asked = 0, ends = 0, gone = 0, 'leads to all': leads = 0 } = Object.fromEntries(seen);
    expect(asked).toBeGreaterThan(0);
    // Each is seen at the end of its tenth of a second.
    expect(ends - asked).toBeGreaterThan(settleSeconds + drain - 0.2);
    expect(leads).toBeGreaterThanOrEqual(gone);
  });
});
