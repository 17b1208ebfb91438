import type { ClusterClient } from '../../../src/cluster/client.js';
import type { Pod, Service } from '../../../src/kubernetes/generated/core-v1.js';
import { resources } from '../../../src/kubernetes/resources.js';
import type { RouterContext } from '../../../src/routers/router.js';
import { roles, type Role } from '../../../src/model/version.js';
import { eventually } from '../../scenarios/local-cluster.js';
import { Backend } from './backend.js';
import { startQuietNode } from './quiet-node.js';

/** The port of the programs in their Pods. */
const POD_PORT = 8080;
const name = 'shop';
const labels = { app: name };
const hashes: Readonly<Record<Role, string>> = { stable: '7c9d5b6f44', canary: '5d8b7c9f66' };
/** What each version calls itself in `x-version`. */
export const versionNames: Readonly<Record<Role, string>> = { stable: 'v1', canary: 'v2' };

export interface ProgramOptions {
  readonly namespace: string;
  /** The first three numbers of the addresses of its Pods, such as `10.244.200`. */
  readonly addresses: string;
  /** What its Service calls the port; Istio takes the protocol from it. */
  readonly portName?: 'http' | 'grpc' | 'tcp';
  /** What listens at the addresses of the Pods. */
  readonly listen?: (version: string, addresses: readonly string[], port: number) => Promise<{ stop(): Promise<void> }>;
}

/** A program named `shop`, two Pods of its stable version and one of its canary, and the Service that clients use. */
export interface Program {
  readonly context: RouterContext;
  /** The servers behind the Pods, where they are those of HTTP. */
  readonly backends: Readonly<Record<Role, Backend | undefined>>;
  stop(): Promise<void>;
}

/** Puts it into a namespace of its own, and waits until the cluster has seen its Pods. */
export async function openProgram(client: ClusterClient, { namespace, addresses, portName = 'http', listen = (...each) => Backend.start(...each) }: ProgramOptions): Promise<Program> {
  await client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, spec: {} });
  await eventually(`the ServiceAccount of ${namespace}`, () => client.find(resources.serviceAccounts, { namespace, name: 'default' }));
  const service: Service = { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector: labels, ports: [{ name: portName, port: 80, targetPort: POD_PORT, ...(portName === 'grpc' ? { appProtocol: 'kubernetes.io/h2c' } : {}) }] } };
  await client.create(resources.services, service);
  const node = await startQuietNode(client, namespace);
  const places: Readonly<Record<Role, readonly string[]>> = { stable: [`${addresses}.11`, `${addresses}.12`], canary: [`${addresses}.21`] };
  const servers = { stable: await listen(versionNames.stable, places.stable, POD_PORT), canary: await listen(versionNames.canary, places.canary, POD_PORT) };
  for (const role of roles) for (const [index, address] of places[role].entries()) await runPod(client, podOf(namespace, node.name, role, index), address);
  const version = (role: Role): RouterContext['versions'][Role] => ({ hash: hashes[role], readyPods: places[role].length, podLabels: podLabels(role) });
  const pods = Object.values(places).flat();
  await eventually(`the EndpointSlices of ${namespace} hold ${pods.join(', ')}`, async () => {
    const { items } = await client.list(resources.endpointSlices, { namespace });
    const ready = items.flatMap(({ endpoints }) => endpoints ?? []).filter(({ conditions }) => conditions?.ready);
    return pods.every((address) => ready.some(({ addresses }) => addresses.includes(address)));
  });
  return {
    context: { namespace, policy: name, service: name, canaryService: `${name}-canary`, versions: { stable: version('stable'), canary: version('canary') } },
    backends: { stable: backendOf(servers.stable), canary: backendOf(servers.canary) },
    async stop() {
      for (const role of roles) await servers[role].stop();
      await node.stop();
    },
  };
}

const backendOf = (server: object): Backend | undefined => (server instanceof Backend ? server : undefined);

const podLabels = (role: Role): Record<string, string> => ({ ...labels, 'pod-template-hash': hashes[role] });

/** A Pod whose program listens already. */
function podOf(namespace: string, nodeName: string, role: Role, index: number): Pod {
  const container = { name, image: `example/shop:${versionNames[role]}`, ports: [{ name: 'http', containerPort: POD_PORT }] };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: `${name}-${hashes[role]}-${index}`, namespace, labels: podLabels(role) }, spec: { nodeName, containers: [container] } };
}

async function runPod(client: ClusterClient, pod: Pod, address: string): Promise<void> {
  const created = await client.create(resources.pods, pod);
  const conditions = ['Initialized', 'ContainersReady', 'Ready', 'PodScheduled'].map((type) => ({ type, status: 'True' as const }));
  const status = { phase: 'Running' as const, podIP: address, podIPs: [{ ip: address }], hostIP: '10.244.255.1', conditions };
  await client.patch(resources.pods, { namespace: created.metadata.namespace ?? '', name: created.metadata.name }, { kind: 'merge', body: { status } }, { subresource: 'status' });
}
