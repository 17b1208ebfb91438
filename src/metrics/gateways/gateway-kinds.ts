/** Which Pods are meant: all of these labels; any value where it is undefined. */
export type GatewayLabels = Readonly<Record<string, string | undefined>>;

/** A gateway that tells in its metrics which Service, or which Pod, a request went to. */
export interface GatewayKind {
  readonly name: string;
  /** Its Pods have all labels of one of these. */
  readonly labels: readonly GatewayLabels[];
  /** Where metrics are told when no annotation says it. */
  readonly port: number;
  readonly path: string;
  readonly counter: string;
  /** A counter of failures alone; else `status` says which are. */
  readonly failures?: string;
  readonly status?: string;
  /** The histogram of durations, without `_bucket`. */
  readonly durations?: string;
  /** Labels that say where a request went. */
  readonly to: readonly string[];
  /** The Service that they name, of the two that are asked for; undefined for any other. */
  readonly serviceOf?: (values: readonly (string | undefined)[], namespace: string, services: readonly string[]) => string | undefined;
  /** The address of the Pod that they name. */
  readonly addressOf?: (values: readonly (string | undefined)[]) => string | undefined;
}

/** `<before><service><between><port>…`: no hyphen in the port, so that `web` and `web-canary` are told apart. */
const named = (text: string, before: string, services: readonly string[], between: string, after: RegExp): string | undefined =>
  services.find((service) => text.startsWith(`${before}${service}${between}`) && after.test(text.slice(before.length + service.length + between.length)));

/**
 * Names of metrics and labels are those of the products: ingress-nginx 1.12 (socket collector; `canary` is the name of the other
 * upstream, `<namespace>-<Service>-<port>`), Traefik 3 (services of Kubernetes are `<namespace>-<Service>-<port>@kubernetes…`),
 * Contour (its clusters go by `<namespace>_<Service>_<port>`), Istio's gateways (standard metrics), Envoy Gateway (has one cluster
 * for a whole rule, so only its statistics of endpoints tell versions apart; they have no durations).
 */
export const gatewayKinds: readonly GatewayKind[] = [
  {
    name: 'ingress-nginx', labels: [{ 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' }], port: 10_254, path: '/metrics',
    counter: 'nginx_ingress_controller_requests', status: 'status', durations: 'nginx_ingress_controller_request_duration_seconds',
    to: ['namespace', 'service', 'canary'],
    serviceOf([ofNamespace, service, canary = ''], namespace, services) {
      if (ofNamespace !== namespace) return undefined;
      if (canary === '' || canary === '-') return services.find((each) => each === service);
      return named(canary, `${namespace}-`, services, '-', /^[a-z0-9]+$/);
    },
  },
  {
    name: 'traefik', labels: [{ 'app.kubernetes.io/name': 'traefik' }], port: 9100, path: '/metrics',
    counter: 'traefik_service_requests_total', status: 'code', durations: 'traefik_service_request_duration_seconds',
    to: ['service'],
    serviceOf: ([service = ''], namespace, services) => named(service, `${namespace}-`, services, '-', /^(http-)?[a-z0-9]+@kubernetes[a-z]*$/),
  },
  {
    name: 'contour', labels: [{ app: 'envoy' }, { 'app.kubernetes.io/name': 'contour', 'app.kubernetes.io/component': 'envoy' }, { 'projectcontour.io/owning-gateway-name': undefined }], port: 8002, path: '/stats/prometheus',
    counter: 'envoy_cluster_upstream_rq_xx', status: 'envoy_response_code_class', durations: 'envoy_cluster_upstream_rq_time',
    to: ['envoy_cluster_name'],
    serviceOf: ([cluster = ''], namespace, services) => named(cluster, `${namespace}_`, services, '_', /^\d+$/),
  },
  {
    name: 'istio', labels: [{ istio: 'ingressgateway' }, { 'gateway.istio.io/managed': undefined }], port: 15_020, path: '/stats/prometheus',
    counter: 'istio_requests_total', status: 'response_code', durations: 'istio_request_duration_milliseconds',
    to: ['reporter', 'destination_service_namespace', 'destination_service_name'],
    serviceOf: ([reporter, ofNamespace, service], namespace, services) =>
      (reporter === 'source' && ofNamespace === namespace ? services.find((each) => each === service) : undefined),
  },
  {
    name: 'envoy-gateway', labels: [{ 'app.kubernetes.io/managed-by': 'envoy-gateway', 'app.kubernetes.io/component': 'proxy' }], port: 19_001, path: '/stats/prometheus',
    counter: 'envoy_cluster_endpoint_rq_total', failures: 'envoy_cluster_endpoint_rq_error',
    to: ['envoy_endpoint_address'],
    addressOf: ([address = '']) => address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'),
  },
];
