import type { Container, Pod, PodSpec, Toleration } from '../../../../kubernetes/generated/core-v1.js';
import { defaultPodSpec } from '../../../../kubernetes/pod-defaults/pod-spec.js';
import { qualityOfService } from './quality-of-service.js';

const FIVE_MINUTES = 300;

/** Fills in what the server fills in for a Pod; some of it does not hold for Pod templates. */
export function defaultPod({ spec }: Pod): void {
  if (spec === undefined) return;
  defaultPodSpec(spec);
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) requestWhatIsLimited(container);
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork === true) openHostPorts(spec);
}

/** What the server and its usual admission steps set on a new Pod: status, priority and how long it outlives its node. */
export function prepareNewPod(pod: Pod): void {
  if (pod.spec !== undefined) {
    pod.spec.priority ??= 0;
    pod.spec.preemptionPolicy ??= 'PreemptLowerPriority';
    tolerateLostNode(pod.spec);
  }
  pod.status = { phase: 'Pending', qosClass: qualityOfService(pod) };
}

function requestWhatIsLimited({ resources }: Container): void {
  if (resources?.limits === undefined) return;
  resources.requests = { ...resources.limits, ...resources.requests };
}

function openHostPorts(spec: PodSpec): void {
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    for (const port of container.ports ?? []) port.hostPort ??= port.containerPort;
  }
}

function tolerateLostNode(spec: PodSpec): void {
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    const tolerates = (each: Toleration): boolean =>
      (each.key === key || each.key === undefined) && (each.effect === 'NoExecute' || each.effect === undefined);
    if (spec.tolerations?.some(tolerates)) continue;
    spec.tolerations = [...(spec.tolerations ?? []), { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: FIVE_MINUTES }];
  }
}
