/** How an Envoy is told apart by the control plane that steers it. */
export interface EnvoyNode {
  readonly id: string;
  readonly cluster: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** The xDS server that steers an Envoy. */
export interface XdsServer {
  readonly host: string;
  readonly port: number;
  /** What it calls itself in the sources that it names. */
  readonly cluster: string;
  /** Whether all kinds of resources come in one stream (ADS). */
  readonly aggregated: boolean;
}

/** A bootstrap that takes everything from a control plane, unencrypted. @param admin the port of its admin page, which is also the cluster `envoy-admin` */
export function dynamicBootstrap(node: EnvoyNode, control: XdsServer, admin: number): object {
  const grpc = { api_type: 'GRPC', transport_api_version: 'V3', set_node_on_first_message_only: true, grpc_services: [{ envoy_grpc: { cluster_name: control.cluster } }] };
  const source = { ...(control.aggregated ? { ads: {} } : { api_config_source: grpc }), initial_fetch_timeout: '0s', resource_api_version: 'V3' };
  return {
    node,
    admin: adminOn(admin),
    dynamic_resources: { ...(control.aggregated ? { ads_config: grpc } : {}), cds_config: source, lds_config: source },
    static_resources: { clusters: [{ ...staticCluster(control.cluster, [control]), ...http2 }, staticCluster('envoy-admin', [{ host: '127.0.0.1', port: admin }])] },
  };
}

/** A bootstrap with one listener that splits requests between clusters by weight. */
export function weightedBootstrap(listener: number, shares: Readonly<Record<string, { readonly weight: number; readonly host: string; readonly port: number }>>, admin: number): object {
  const clusters = Object.entries(shares);
  const route = { weighted_clusters: { clusters: clusters.map(([name, { weight }]) => ({ name, weight })) } };
  const manager = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'lab',
    route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route }] }] },
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' } }],
  };
  return {
    admin: adminOn(admin),
    static_resources: {
      listeners: [{ name: 'lab', address: socket('127.0.0.1', listener), filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }] }],
      clusters: clusters.map(([name, each]) => staticCluster(name, [each])),
    },
  };
}

const socket = (address: string, port: number): object => ({ socket_address: { address, port_value: port } });
const adminOn = (port: number): object => ({ address: socket('127.0.0.1', port) });

const http2 = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
};

function staticCluster(name: string, addresses: readonly { readonly host: string; readonly port: number }[]): object {
  const endpoints = [{ lb_endpoints: addresses.map(({ host, port }) => ({ endpoint: { address: socket(host, port) } })) }];
  return { name, type: 'STATIC', connect_timeout: '5s', load_assignment: { cluster_name: name, endpoints } };
}
