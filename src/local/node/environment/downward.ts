import type { Container, ObjectFieldSelector, Pod, ResourceFieldSelector } from '../../../kubernetes/generated/core-v1.js';
import { parseQuantity, quantityAsNumber } from '../../../kubernetes/quantity.js';
import { ContainerConfigError } from './container-config-error.js';

/** Addresses at which Pod and node are really reached on this machine. */
export interface PodAddresses {
  readonly podHost: string;
  readonly nodeHost: string;
}

/**
 * A field of the Pod for one of its containers.
 * @throws ContainerConfigError when there is no such field
 */
export function podField({ fieldPath }: ObjectFieldSelector, pod: Pod, { podHost, nodeHost }: PodAddresses): string {
  const entry = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(fieldPath);
  if (entry !== null) {
    const from = entry[1] === 'labels' ? pod.metadata.labels : pod.metadata.annotations;
    return from?.[entry[2] ?? ''] ?? '';
  }
  const fields: Record<string, string | undefined> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': pod.spec.nodeName,
    'spec.serviceAccountName': pod.spec.serviceAccountName,
    'status.podIP': podHost,
    'status.podIPs': podHost,
    'status.hostIP': nodeHost,
    'status.hostIPs': nodeHost,
  };
  if (!Object.hasOwn(fields, fieldPath)) throw new ContainerConfigError(`unsupported fieldPath: ${fieldPath}`);
  return fields[fieldPath] ?? '';
}

/**
 * A request or limit of a container, divided by the divisor and rounded up; where a limit is missing, what the node can
 * give.
 * @throws ContainerConfigError when the container or the resource is unknown
 */
export function containerResource(selector: ResourceFieldSelector, container: Container, pod: Pod, allocatable: Readonly<Record<string, string>>): string {
  const { containerName, resource, divisor } = selector;
  const of = containerName === undefined || containerName === '' ? container : pod.spec.containers.find(({ name }) => name === containerName);
  if (of === undefined) throw new ContainerConfigError(`container ${containerName ?? ''} not found in pod ${pod.metadata.name}`);
  const [, kind, name] = /^(limits|requests)\.(cpu|memory|ephemeral-storage)$/.exec(resource) ?? [];
  if (name === undefined) throw new ContainerConfigError(`unsupported container resource : ${resource}`);
  const amount = kind === 'limits' ? (of.resources?.limits?.[name] ?? allocatable[name]) : of.resources?.requests?.[name];
  const by = divisor === undefined || divisor === '' || parseQuantity(divisor).nano === 0n ? 1 : quantityAsNumber(divisor);
  return String(Math.ceil(quantityAsNumber(amount ?? '0') / by));
}
