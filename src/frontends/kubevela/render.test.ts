import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Service } from '../../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { fitsPublishedSchema } from './testing/published-schemas.js';
import type { Component } from './application.js';
import { checkApplication } from './check.js';
import { renderComponent, renderDestinationRule, type RenderedComponent } from './render.js';
import { componentOf, created, exampleApplication, oneComponent } from './testing/applications.js';

const first = exampleApplication('first-deploy');
const rendered = (name: string): RenderedComponent => renderComponent(first, componentOf(first, name), `${name}-v1`);
const only = (component: Partial<Component>): RenderedComponent => {
  const app = oneComponent(component);
  expect(checkApplication(app, {})).toEqual([]);
  const result = renderComponent(app, componentOf(app, 'web'), 'web-v1');
  for (const object of [result.workload, ...result.traits]) fitsPublishedSchema(object);
  return result;
};
const find = ({ traits }: RenderedComponent, kind: string): KubernetesObject | undefined => traits.find((each) => each.kind === kind);
const specOf = (object: KubernetesObject | undefined): unknown => object && Reflect.get(object, 'spec');
const container = ({ workload }: RenderedComponent): unknown => workload.spec?.template.spec?.containers[0];

describe('the example', () => {
  it('[S2-06] [S2-07] has a Deployment for each component, with its image, port and volumes', () => {
    expect(rendered('reviews').workload).toMatchObject({
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'reviews-v1', namespace: 'default' },
      spec: {
        selector: { matchLabels: { 'app.oam.dev/component': 'reviews', 'app.oam.dev/revision': 'reviews-v1' } },
        template: {
          metadata: { labels: { 'app.oam.dev/name': 'book-info', 'app.oam.dev/component': 'reviews', 'app.oam.dev/revision': 'reviews-v1' } },
          spec: {
            containers: [{
              name: 'reviews', image: 'docker.io/istio/examples-bookinfo-reviews-v2:1.16.2', ports: [{ containerPort: 9080 }],
              volumeMounts: [{ name: 'wlp-output', mountPath: '/opt/ibm/wlp/output' }, { name: 'tmp', mountPath: '/tmp' }],
            }],
            volumes: [{ name: 'wlp-output', emptyDir: {} }, { name: 'tmp', emptyDir: {} }],
          },
        },
      },
    });
    expect(rendered('reviews').workload.spec).not.toHaveProperty('replicas');
    for (const name of ['productpage', 'ratings', 'details']) {
      expect(rendered(name).workload).toMatchObject({ metadata: { name }, spec: { selector: { matchLabels: { 'app.oam.dev/component': name } } } });
    }
  });

  it('gives Deployments of different revisions different selectors, and those without a rollout one that can stay', () => {
    const second = renderComponent(first, componentOf(first, 'reviews'), 'reviews-v2');
    expect(second.workload.spec?.selector).not.toEqual(rendered('reviews').workload.spec?.selector);
    expect(renderComponent(first, componentOf(first, 'ratings'), 'ratings-v2').workload).toMatchObject({ metadata: { name: 'ratings' }, spec: { selector: rendered('ratings').workload.spec?.selector } });
  });

  it('[S2-08] exposes by Services', () => {
    for (const name of ['reviews', 'productpage', 'ratings', 'details']) {
      expect(find(rendered(name), 'Service')).toMatchObject({ metadata: { name }, spec: { selector: { 'app.oam.dev/component': name }, ports: [{ port: 9080, targetPort: 9080 }], type: 'ClusterIP' } });
    }
  });

  it('[S2-09] begins with a route of the mesh without a subset', () => {
    const { traits, traffic } = rendered('reviews');
    expect(traits.map(({ kind }) => kind)).toEqual(['Service', 'VirtualService']);
    expect(find(rendered('reviews'), 'VirtualService')).toMatchObject({ metadata: { name: 'reviews', namespace: 'default' } });
    expect(specOf(find(rendered('reviews'), 'VirtualService'))).toEqual({ hosts: ['reviews'], http: [{ route: [{ destination: { host: 'reviews', port: { number: 9080 } } }] }] });
    expect(traffic).toEqual({ port: 9080, service: 'reviews', virtualServices: ['reviews'] });
  });

  it('[S2-10] opens a gateway for the paths that are named', () => {
    const page = rendered('productpage');
    expect(specOf(find(page, 'Gateway'))).toEqual({ selector: { istio: 'ingressgateway' }, servers: [{ hosts: ['*'], port: { name: 'http', number: 80, protocol: 'HTTP' } }] });
    expect(find(page, 'VirtualService')?.metadata.name).toBe('productpage');
    expect(specOf(find(page, 'VirtualService'))).toEqual({
      gateways: ['productpage'], hosts: ['*'],
      http: [{
        match: [{ uri: { exact: '/productpage' } }, { uri: { prefix: '/static' } }, { uri: { exact: '/login' } }, { uri: { prefix: '/api/v1/products' } }],
        route: [{ destination: { host: 'productpage', port: { number: 9080 } } }],
      }],
    });
    expect(page).not.toHaveProperty('rollout');
  });

  it('[S2-13] has two Pods, in one batch at first and in two afterwards', () => {
    expect(rendered('reviews').rollout).toEqual({ targetSize: 2, batches: [2] });
    const second = exampleApplication('rollout-v2');
    expect(renderComponent(second, componentOf(second, 'reviews'), 'reviews-v2').rollout).toEqual({ targetSize: 2, batches: [1, 1] });
  });

  it('names a subset for every revision that is asked for', () => {
    const rule = renderDestinationRule(first, componentOf(first, 'reviews'), ['reviews-v1', 'reviews-v2']);
    expect(rule.metadata.name).toBe('reviews');
    expect(rule.spec).toEqual({ host: 'reviews', subsets: [{ name: 'reviews-v1', labels: { 'app.oam.dev/revision': 'reviews-v1' } }, { name: 'reviews-v2', labels: { 'app.oam.dev/revision': 'reviews-v2' } }] });
    fitsPublishedSchema(rule);
  });

  it('carries the labels and the owner by which tools find what belongs together', () => {
    const app = created(first);
    const { workload, traits } = renderComponent(app, componentOf(app, 'productpage'), 'productpage-v1', { name: 'book-info-v1', hash: 'abc' });
    const common = { 'app.oam.dev/name': 'book-info', 'app.oam.dev/namespace': 'default', 'app.oam.dev/component': 'productpage', 'app.oam.dev/appRevision': 'book-info-v1', 'app.oam.dev/app-revision-hash': 'abc' };
    expect(workload.metadata.labels).toMatchObject({ ...common, 'app.oam.dev/resourceType': 'WORKLOAD', 'workload.oam.dev/type': 'webservice', 'app.oam.dev/revision': 'productpage-v1' });
    expect(traits.map(({ metadata }) => [metadata.labels?.['trait.oam.dev/type'], metadata.labels?.['trait.oam.dev/resource']])).toEqual([['expose', 'service'], ['istio-gateway', 'gateway'], ['istio-gateway', 'virtualService']]);
    for (const { metadata } of traits) expect(metadata.labels).toMatchObject({ ...common, 'app.oam.dev/resourceType': 'TRAIT' });
    for (const { metadata } of [workload, ...traits]) expect(metadata.ownerReferences).toEqual([{ apiVersion: 'core.oam.dev/v1beta1', kind: 'Application', name: 'book-info', uid: '3f1c', controller: true, blockOwnerDeletion: true }]);
  });
});

describe('traits together', () => {
  const traffic = (port: number | number[]) => ({ type: 'canary-traffic', properties: { port } });
  const expose = (properties: Record<string, unknown>) => ({ type: 'expose', properties });
  const servicesOf = ({ traits }: RenderedComponent) => traits.filter((each): each is Service => each.kind === resources.services.kind);

  it.each([
    [[traffic(8080)], [8080]],
    [[traffic([8080, 8081])], [8080, 8081]],
    [[expose({ port: [8080] }), traffic(8080)], [8080]],
    [[traffic([8080]), expose({ port: [9000] })], [9000, 8080]],
  ])('canary-traffic beside expose is one Service: %j', (traits, ports) => {
    const services = servicesOf(only({ traits }));
    expect(services).toHaveLength(1);
    expect(services[0]?.spec?.ports?.map(({ port }) => port)).toEqual(ports);
  });

  it('a port that both ask for is as expose says', () => {
    const [service] = servicesOf(only({ traits: [traffic(8080), expose({ ports: [{ port: 8080, name: 'http' }] })] }));
    expect(service?.spec?.ports).toEqual([{ name: 'http', port: 8080, targetPort: 8080, protocol: 'TCP' }]);
  });

  it('canary-traffic beside istio-gateway are two VirtualServices, both of which a release steers', () => {
    const result = only({ traits: [traffic(8080), { type: 'istio-gateway', properties: { hosts: ['*'], match: [{ prefix: '/' }], port: 8080 } }] });
    expect(result.traits.filter(({ kind }) => kind === 'VirtualService').map(({ metadata }) => metadata.name)).toEqual(['web', 'web-gateway']);
    expect(result.traffic?.virtualServices).toEqual(['web', 'web-gateway']);
    expect(result.traits.find(({ metadata }) => metadata.name === 'web-gateway')).toMatchObject({ spec: { gateways: ['web'] } });
  });

  it('keeps what expose says of its Service', () => {
    const ports = [{ port: 8080, name: 'http' }, { port: 53, protocol: 'UDP', nodePort: 30053 }];
    const [service] = servicesOf(only({ traits: [expose({ ports, type: 'NodePort', annotations: { a: 'b' }, matchLabels: { tier: 'web' } })] }));
    expect(service).toMatchObject({ metadata: { annotations: { a: 'b' } }, spec: { type: 'NodePort', selector: { tier: 'web' } } });
    expect(service?.spec?.ports).toEqual([{ name: 'http', port: 8080, targetPort: 8080, protocol: 'TCP' }, { name: 'port-53-udp', port: 53, targetPort: 53, protocol: 'UDP', nodePort: 30053 }]);
  });

  it('makes a Service of ports that the component itself exposes', () => {
    const properties = { image: 'example/web:v1', ports: [{ port: 80, containerPort: 8080, expose: true, nodePort: 30080 }, { port: 9090, name: 'metrics' }], exposeType: 'NodePort' };
    const [service] = servicesOf(only({ properties }));
    expect(service?.spec).toMatchObject({ type: 'NodePort', ports: [{ name: 'port-80', port: 80, targetPort: 8080, nodePort: 30080 }] });
    expect(service?.spec?.ports).toHaveLength(1);
  });
});

describe('a webservice', () => {
  it('is as little as an image', () => {
    expect(only({ properties: { image: 'a' } }).workload.spec?.template).toEqual({ metadata: { labels: { 'app.oam.dev/name': 'shop', 'app.oam.dev/component': 'web' } }, spec: { containers: [{ name: 'web', image: 'a' }] } });
  });

  it('knows commands, variables, amounts, probes and where the image comes from', () => {
    const probe = { httpGet: { path: '/health', port: 8080 }, periodSeconds: 5 };
    const env = [{ name: 'A', value: 'b' }, { name: 'C', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }];
    const result = only({
      properties: {
        image: 'a', imagePullPolicy: 'Always', imagePullSecrets: ['registry'], cmd: ['run'], args: ['--fast'], env, cpu: '0.5', memory: '64Mi', labels: { tier: 'web' }, annotations: { note: 'x' }, addRevisionLabel: true,
        livenessProbe: probe, readinessProbe: { tcpSocket: { port: 8080 } }, hostAliases: [{ ip: '10.0.0.1', hostnames: ['db'] }], ports: [{ port: 80, containerPort: 8080 }, { port: 53, protocol: 'UDP' }],
      },
    });
    expect(container(result)).toEqual({
      name: 'web', image: 'a', imagePullPolicy: 'Always', command: ['run'], args: ['--fast'], env,
      ports: [{ containerPort: 8080, name: 'port-8080', protocol: 'TCP' }, { containerPort: 53, name: 'port-53-udp', protocol: 'UDP' }],
      resources: { limits: { cpu: '0.5', memory: '64Mi' }, requests: { cpu: '0.5', memory: '64Mi' } },
      livenessProbe: { ...probe, initialDelaySeconds: 0, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 3 },
      readinessProbe: { tcpSocket: { port: 8080 }, initialDelaySeconds: 0, periodSeconds: 10, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 3 },
    });
    expect(result.workload.spec?.template).toMatchObject({
      metadata: { labels: { tier: 'web', 'app.oam.dev/revision': 'web-v1' }, annotations: { note: 'x' } },
      spec: { imagePullSecrets: [{ name: 'registry' }], hostAliases: [{ ip: '10.0.0.1', hostnames: ['db'] }] },
    });
  });

  const mounted = [
    { name: 'claim', persistentVolumeClaim: { claimName: 'disk' } },
    { name: 'config', configMap: { name: 'settings', defaultMode: 420, items: [{ key: 'a', path: 'b', mode: 511 }] } },
    { name: 'keys', secret: { secretName: 'token', defaultMode: 256 } },
    { name: 'scratch', emptyDir: { medium: 'Memory' } },
  ];
  const paths = { claim: '/data', config: '/etc/app', keys: '/keys', scratch: '/tmp' };

  it('mounts volumes in the older way', () => {
    const volumes = [
      { name: 'claim', type: 'pvc', mountPath: '/data', claimName: 'disk' },
      { name: 'config', type: 'configMap', mountPath: '/etc/app', cmName: 'settings', items: [{ key: 'a', path: 'b' }] },
      { name: 'keys', type: 'secret', mountPath: '/keys', secretName: 'token', defaultMode: 256 },
      { name: 'scratch', mountPath: '/tmp', medium: 'Memory' },
    ];
    const result = only({ properties: { image: 'a', volumes } });
    expect(result.workload.spec?.template.spec?.volumes).toEqual(mounted);
    expect(container(result)).toMatchObject({ volumeMounts: Object.entries(paths).map(([name, mountPath]) => ({ name, mountPath })) });
  });

  it('mounts volumes by kind, in place of older ones', () => {
    const volumeMounts = {
      pvc: [{ name: 'claim', mountPath: '/data', claimName: 'disk' }],
      configMap: [{ name: 'config', mountPath: '/etc/app', cmName: 'settings', items: [{ key: 'a', path: 'b' }] }],
      secret: [{ name: 'keys', mountPath: '/keys', secretName: 'token', defaultMode: 256 }],
      emptyDir: [{ name: 'scratch', mountPath: '/tmp', medium: 'Memory' }],
      hostPath: [{ name: 'logs', mountPath: '/logs', path: '/var/log' }, { name: 'logs', mountPath: '/app/logs', subPath: 'app', path: '/var/log' }],
    };
    const result = only({ properties: { image: 'a', volumeMounts, volumes: [{ name: 'old', type: 'emptyDir', mountPath: '/old' }] } });
    expect(result.workload.spec?.template.spec?.volumes).toEqual([...mounted, { name: 'logs', hostPath: { path: '/var/log' } }]);
    expect(container(result)).toMatchObject({ volumeMounts: [...Object.entries(paths).map(([name, mountPath]) => ({ name, mountPath })), { name: 'logs', mountPath: '/logs' }, { name: 'logs', mountPath: '/app/logs', subPath: 'app' }] });
  });
});

describe('whatever the check lets pass', () => {
  const name = fc.constantFrom('a', 'b', 'data');
  const port = fc.constantFrom(80, 8080, 9090);
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const place = { name, mountPath: fc.constantFrom('/a', '/b'), subPath: maybe(fc.constant('x')) };
  const probe = fc.record({ httpGet: maybe(fc.record({ path: fc.constant('/'), port })), tcpSocket: maybe(fc.record({ port })), periodSeconds: maybe(fc.integer({ min: 1, max: 9 })) });
  const properties = fc.record({
    image: fc.constant('example/web:v1'), port: maybe(port), cmd: maybe(fc.array(fc.string(), { maxLength: 2 })), cpu: maybe(fc.constantFrom('1', '0.5', '250m')), memory: maybe(fc.constant('64Mi')),
    ports: maybe(fc.array(fc.record({ port, containerPort: maybe(port), name: maybe(name), protocol: maybe(fc.constantFrom('TCP', 'UDP')), expose: maybe(fc.boolean()) }), { maxLength: 3 })),
    labels: maybe(fc.dictionary(name, name)), annotations: maybe(fc.dictionary(name, fc.string())), addRevisionLabel: maybe(fc.boolean()),
    volumes: maybe(fc.array(fc.record({ name, mountPath: place.mountPath, type: maybe(fc.constantFrom('emptyDir', 'pvc')), claimName: maybe(name), medium: maybe(fc.constantFrom('', 'Memory')) }), { maxLength: 2 })),
    volumeMounts: maybe(fc.record({ pvc: maybe(fc.array(fc.record({ ...place, claimName: name }), { maxLength: 2 })), emptyDir: maybe(fc.array(fc.record(place), { maxLength: 2 })) })),
    livenessProbe: maybe(probe), env: maybe(fc.array(fc.record({ name, value: maybe(fc.string()) }), { maxLength: 2 })),
  });
  const traits = fc.record({ expose: maybe(fc.record({ port: fc.uniqueArray(port, { minLength: 1 }) })), 'canary-traffic': maybe(fc.record({ port })), 'istio-gateway': maybe(fc.record({ hosts: fc.constant(['*']), match: fc.constant([{ prefix: '/' }]), port })), rollout: maybe(fc.record({ targetSize: fc.integer({ min: 1, max: 9 }) })) });

  it('becomes objects that a server takes, the same each time, whose Services and subsets find its Pods', () => {
    let passed = 0;
    fc.assert(fc.property(properties, traits, (of, added) => {
      const json = JSON.parse(JSON.stringify({ properties: of, traits: Object.entries(added).flatMap(([type, value]) => (value === undefined ? [] : [{ type, properties: value }])) })) as Partial<Component>;
      const app = oneComponent(json);
      if (checkApplication(app, { revisions: [] }).length > 0) return;
      passed++;
      const component = componentOf(app, 'web');
      const result = renderComponent(app, component, 'web-v1');
      expect(renderComponent(app, component, 'web-v1')).toEqual(result);
      for (const object of [result.workload, ...result.traits]) fitsPublishedSchema(object);
      const labels = result.workload.spec?.template.metadata?.labels;
      expect(labels).toMatchObject(result.workload.spec?.selector.matchLabels ?? {});
      const service = result.traits.find((each): each is Service => each.kind === 'Service');
      if (service) expect(labels).toMatchObject(service.spec?.selector ?? {});
      const names = service?.spec?.ports?.map((each) => each.name) ?? [];
      expect(new Set(names).size).toBe(names.length);
      if (result.traffic) for (const subset of renderDestinationRule(app, component, ['web-v1']).spec.subsets ?? []) expect(labels).toMatchObject(subset.labels ?? {});
      expect(new Set([result.workload, ...result.traits].map(({ kind, metadata }) => `${kind}/${metadata.name}`)).size).toBe(1 + result.traits.length);
    }), { numRuns: 300 });
    expect(passed).toBeGreaterThan(30);
  });
});
