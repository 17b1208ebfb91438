import { dirname } from 'node:path';
import type { Container } from '../../../kubernetes/generated/core-v1.js';
import { freePort } from '../../addresses/free-port.js';
import { ConfigurationSource } from '../environment/configuration-source.js';
import { containerEnvironment } from '../environment/container-environment.js';
import { expandVariables } from '../environment/expansion.js';
import { serviceVariables, toldServices } from '../environment/service-variables.js';
import type { LocalImage } from '../images/image-table.js';
import type { NodeServices, PodScope } from '../node-services.js';
import { placeFiles } from '../volumes/container-files.js';
import { containerMounts } from '../volumes/container-mounts.js';
import { assertUsable } from '../volumes/pod-root.js';

/** Where the local gateway listens for each Pod, as the mesh's sidecar would. */
const PROXY_PORT = 15001;

/** A container, ready to be started. */
export interface ContainerLaunch {
  readonly command: readonly string[];
  /** Goes before any command that is to find the container's volumes: its own, probes, hooks. */
  readonly prefix: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
}

/**
 * Command, environment and folder of a container's process. `container.command` replaces the image's command and drops
 * its arguments, `container.args` replaces its arguments.
 * @throws ContainerConfigError when something the container refers to is missing
 */
export async function prepareLaunch(container: Container, image: LocalImage, scope: PodScope, services: NodeServices, signal: AbortSignal): Promise<ContainerLaunch> {
  const { pod, podIP, home, volumes, containerFolder } = scope;
  const namespace = pod.metadata.namespace ?? 'default';
  const { addresses } = services;
  const proxy = addresses.toSocketAddress(podIP, PROXY_PORT);
  const env = await containerEnvironment({
    pod,
    container,
    image,
    home,
    volumes,
    podRoot: services.mounts.kind === 'folder' ? containerFolder(container.name) : '',
    network: {
      podHost: addresses.toSocketAddress(podIP, 1).host,
      nodeHost: addresses.toSocketAddress(services.pool.node, 1).host,
      port: await listeningPort(container, podIP, services),
      proxy: `http://${proxy.host}:${proxy.port}`,
    },
    serviceVariables: serviceVariables(toldServices(services.servicesOf, namespace, pod.spec.enableServiceLinks), addresses),
    configuration: new ConfigurationSource(services.client, namespace, signal),
    allocatable: services.allocatable,
  });
  const { command = [], args = [] } = container;
  const program = command.length > 0 ? command : image.command;
  const rest = args.length > 0 ? args : command.length > 0 ? [] : image.args;
  const { workingDir = '' } = container;
  const workingDirectory = workingDir === '' ? image.workingDirectory : workingDir;
  assertUsable(services.mounts, container, pod, image);
  const placed = await placeFiles({
    mode: services.mounts,
    mounts: await containerMounts(container, pod, volumes, env),
    folder: containerFolder(container.name),
    workingDirectory,
    keep: [home, dirname(process.execPath), ...(workingDir === '' ? [workingDirectory] : []), ...Object.values(volumes)],
  });
  return { command: [...program, ...rest].map((part) => expandVariables(part, env)), env, ...placed };
}

async function listeningPort({ ports }: Container, podIP: string, { addresses }: NodeServices): Promise<number> {
  const declared = ports?.[0]?.containerPort;
  if (declared !== undefined) return addresses.toSocketAddress(podIP, declared).port;
  return freePort(addresses.toSocketAddress(podIP, 1).host);
}
