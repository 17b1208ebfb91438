import type { KubernetesObject, Resource } from '../../../../src/kubernetes/objects.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import type { Strategy } from '../../../../src/model/policy/strategies.js';
import { serinResources } from '../../../../src/model/resources.js';
import { policyOf } from '../../../scenarios/shop-manifests.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { SteeredProgram } from '../../../scenarios/steered-program.js';
import { httpRoute } from '../../data-planes/http-route.js';
import type { Lab } from '../../lab/open-lab.js';
import { Reconciler, type Ignored, type Manifest, type Way } from './reconciler.js';

/** What steers the users of the shop. */
export type Door = 'istio' | 'gatewayApi' | 'ingressNginx' | 'service';

/** Another class than other lanes use, which nobody serves. */
const INGRESS_CLASS = 'gitops-nginx';
/** Nobody's: the test itself says that routes are accepted. */
const GATEWAY = { namespace: 'gitops-edge', name: 'edge' };
const name = 'shop';
const labels = { app: name };

/** An object as it stands in git. */
export const manifest = <T extends KubernetesObject>(resource: Resource<T>, object: T): Manifest => ({ resource: resource as unknown as Resource<KubernetesObject>, object });

/** Everything of the shop as it stands in git. */
function gitOf(namespace: string, door: Door, image: string, strategy: Strategy): Manifest[] {
  const metadata = { name, namespace };
  const router = { istio: { istio: { settleSeconds: 1 } }, gatewayApi: { gatewayApi: { settleSeconds: 1 } }, ingressNginx: { ingressNginx: { settleSeconds: 1 } }, service: { service: { approximate: true } } }[door];
  return [
    manifest(resources.services, { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] } }),
    manifest(resources.deployments, {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata,
      spec: {
        replicas: 4, selector: { matchLabels: labels },
        template: {
          metadata: { labels } as never,
          spec: { terminationGracePeriodSeconds: 2, containers: [{ name, image, ports: [{ name: 'http', containerPort: 8080 }], readinessProbe: { httpGet: { path: '/health', port: 'http' }, periodSeconds: 1 } }] },
        },
      },
    }),
    ...(door === 'istio' ? [manifest(resources.virtualServices, { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata, spec: { hosts: [name], http: [{ name: 'primary', timeout: '7s', route: [{ destination: { host: name } }] }] } })] : []),
    ...(door === 'gatewayApi' ? [manifest(resources.httpRoutes, httpRoute(metadata, GATEWAY, `${namespace}.example.com`, name))] : []),
    ...(door === 'ingressNginx'
      ? [manifest(resources.ingresses, { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec: { ingressClassName: INGRESS_CLASS, rules: [{ host: `${namespace}.example.com`, http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }] } }] } })]
      : []),
    manifest(serinResources.releasePolicies, policyOf(namespace, strategy, router)),
  ];
}

/** The shop in git, and a tool that keeps the cluster like it. */
export class GitShop extends SteeredProgram {
  readonly tool: Reconciler;
  readonly #door: Door;
  readonly #strategy: Strategy;

  private constructor(lab: Lab, namespace: string, door: Door, strategy: Strategy, tool: Reconciler) {
    super(lab, namespace);
    this.#door = door;
    this.#strategy = strategy;
    this.tool = tool;
  }

  /** Puts it on the cluster by the tool, and waits until its policy rests; from then on the tool goes on by itself. */
  static async open(lab: Lab, namespace: string, door: Door, { way, ignored, strategy }: { readonly way: Way; readonly ignored?: readonly Ignored[]; readonly strategy: Strategy }): Promise<GitShop> {
    if (door === 'ingressNginx') await lab.client.apply(resources.ingressClasses, { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: INGRESS_CLASS }, spec: { controller: 'k8s.io/ingress-nginx' } } as never, { fieldManager: 'test', force: true });
    await lab.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, spec: {} });
    const tool = new Reconciler({ client: lab.client, kubeconfig: lab.kubeconfig, way, ...(ignored ? { ignored } : {}) }, gitOf(namespace, door, 'example/shop:v1', strategy));
    const shop = new GitShop(lab, namespace, door, strategy, tool);
    tool.start();
    try {
      await shop.atRest(120);
      return shop;
    } catch (error) {
      await tool.stop();
      throw new Error(`${String(error)}\n${tool.problems.join('\n')}`, { cause: error });
    }
  }

  /** Puts another image into git. */
  commit(image: string): string {
    this.tool.git = gitOf(this.namespace, this.#door, image, this.#strategy);
    return this.follow();
  }

  goThrough(): Promise<void> {
    return goThrough(this);
  }

  /** Waits until everything was applied this often again. */
  async rounds(count: number): Promise<void> {
    const from = this.tool.rounds;
    await this.until(`is applied ${count} times more`, () => this.tool.rounds >= from + count, 120);
  }
}

/** Says "go on" wherever the release asks for it, until it has come to its end. @throws Error when that is an abort */
export async function goThrough(shop: SteeredProgram): Promise<void> {
  await eventually(`${shop.namespace} goes through`, async () => {
    const release = await shop.get();
    const { phase = 'Preparing', message = '' } = release?.status ?? {};
    if (phase === 'Completed') return true;
    if (phase === 'Aborted') throw new Error(`${shop.namespace}: aborted: ${message}`);
    if (/serin resume|Serin does not fight/.test(message)) await shop.goOn();
    return false;
  }, 120);
}
