import { join } from 'node:path';
import type { Deployment } from '../../src/kubernetes/generated/apps-v1.js';
import type { Namespace, Service } from '../../src/kubernetes/generated/core-v1.js';
import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import { resources } from '../../src/kubernetes/resources.js';
import type { PolicySpec, ReleasePolicy } from '../../src/model/release-policy.js';
import { API_VERSION, serinResources } from '../../src/model/resources.js';
import type { TestCluster } from './local-cluster.js';

/** The image table of the shop, whose versions `example/shop:v1`, … say their name in the header `x-version`. */
export const shopImages = join(import.meta.dirname, '../../examples/stages/images.json');

/** The kinds of door through which users come in. */
export type DoorKind = 'istio' | 'gatewayApi' | 'ingressNginx';

export interface Shop {
  readonly namespace: string;
  readonly replicas?: number;
  /** The program, when it is not the shop of the examples. */
  readonly image?: string;
  /** Annotations of its Pods. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Seconds that a Pod goes on serving when it is told to end. */
  readonly lingers?: number;
  readonly doors?: readonly DoorKind[];
  /** Annotations of the Ingress. */
  readonly ingress?: Readonly<Record<string, string>>;
}

/** The host name that leads into a namespace, at each kind of door another one. */
export const hostOf = (namespace: string, door: DoorKind): string => `${door.toLowerCase()}.${namespace}.example.com`;

const name = 'shop';
const labels = { app: name };

/** The namespace of a shop, its Service and its Deployment. */
export function workload({ namespace, replicas = 2, image = 'example/shop:v1', annotations, lingers = 0 }: Shop): [Namespace, Service, Deployment] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, spec: {} },
    { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] } },
    {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace },
      spec: {
        replicas, selector: { matchLabels: labels },
        template: {
          metadata: { name: '', labels, ...(annotations ? { annotations } : {}) },
          spec: {
            terminationGracePeriodSeconds: 10 + lingers,
            containers: [{ name, image, ...(lingers > 0 ? { lifecycle: { preStop: { sleep: { seconds: lingers } } } } : {}), ports: [{ name: 'http', containerPort: 8080 }], readinessProbe: { httpGet: { path: '/health', port: 'http' }, periodSeconds: 1 } }],
          },
        },
      },
    },
  ];
}

const doors: Readonly<Record<DoorKind, (shop: Shop) => readonly (readonly [Resource<KubernetesObject>, KubernetesObject])[]>> = {
  istio: ({ namespace }) => [
    [resources.gateways, made('networking.istio.io/v1', 'Gateway', namespace, { selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [hostOf(namespace, 'istio')] }] })],
    [resources.virtualServices, made('networking.istio.io/v1', 'VirtualService', namespace, { hosts: [hostOf(namespace, 'istio')], gateways: [name], http: [{ route: [{ destination: { host: name } }] }] })],
  ],
  gatewayApi: ({ namespace }) => [
    [resources.gatewayApiGateways, made('gateway.networking.k8s.io/v1', 'Gateway', namespace, { gatewayClassName: 'serin-local', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] })],
    [resources.httpRoutes, made('gateway.networking.k8s.io/v1', 'HTTPRoute', namespace, { parentRefs: [{ name }], hostnames: [hostOf(namespace, 'gatewayApi')], rules: [{ backendRefs: [{ name, port: 80 }] }] })],
  ],
  ingressNginx: ({ namespace, ingress }) => [
    [
      resources.ingresses,
      made('networking.k8s.io/v1', 'Ingress', namespace, {
        ingressClassName: 'nginx',
        rules: [{ host: hostOf(namespace, 'ingressNginx'), http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }] } }],
      }, ingress),
    ],
  ],
};

function made(apiVersion: string, kind: string, namespace: string, spec: object, annotations?: Readonly<Record<string, string>>): KubernetesObject {
  const object = { apiVersion, kind, metadata: { name, namespace, ...(annotations ? { annotations } : {}) }, spec };
  return object;
}

/** A policy of the shop that loses no time. */
export function policyOf(namespace: string, strategy: PolicySpec['strategy'], router?: PolicySpec['router'], more: Partial<PolicySpec> = {}): ReleasePolicy {
  return {
    apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name, namespace },
    spec: { workload: { deployment: name }, service: name, ...(router ? { router } : {}), strategy, drain: '1s', readyTimeout: '60s', ...more },
  };
}

/** Puts a shop and its policy, if there is one, into a namespace of its own. */
export async function openShop({ client }: TestCluster, shop: Shop, policy?: ReleasePolicy): Promise<void> {
  const [namespace, service, deployment] = workload(shop);
  await client.create(resources.namespaces, namespace);
  await client.create(resources.services, service);
  await client.create(resources.deployments, deployment);
  for (const kind of shop.doors ?? []) for (const [resource, object] of doors[kind](shop)) await client.create(resource, object);
  if (policy) await client.create(serinResources.releasePolicies, policy);
}
