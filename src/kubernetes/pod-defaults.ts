import type { PodSpec, ResourceRequirements } from './generated/core-v1.js';
import { containersOf, defaultPodSpec } from './pod-defaults/pod-spec.js';
import { canonicalQuantity, isQuantity } from './quantity.js';

/** What a server makes of a PodSpec by the time a Pod has it, in place: its defaults, and all amounts in their canonical form. */
export function fillPodSpecDefaults(spec: PodSpec): void {
  defaultPodSpec(spec);
  for (const container of containersOf(spec)) {
    container.resources ??= {};
    fillRequests(container.resources);
  }
  if (spec.hostNetwork !== true) return;
  for (const { ports } of spec.containers ?? []) for (const port of ports ?? []) port.hostPort ??= port.containerPort;
}

/** A limit without a request is also the request. */
function fillRequests(resources: ResourceRequirements): void {
  const { limits = {} } = resources;
  if (Object.keys(limits).length > 0) resources.requests = { ...limits, ...resources.requests };
  for (const amounts of [resources.limits, resources.requests]) {
    for (const [name, amount] of Object.entries(amounts ?? {})) if (amounts && isQuantity(amount)) amounts[name] = canonicalQuantity(amount);
  }
}
