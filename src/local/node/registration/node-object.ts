import os from 'node:os';
import { createHash } from 'node:crypto';
import type { Node, NodeCondition, NodeStatus } from '../../../kubernetes/generated/core-v1.js';

export interface NodeIdentity {
  readonly name: string;
  /** `10.244.n.1` */
  readonly address: string;
  /** `10.244.n.0/24` */
  readonly podRange: string;
}

const MAXIMUM_PODS = 110;
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };
const VERSION = 'v1.36.2';

const architecture = (): string => ARCHITECTURES[process.arch] ?? process.arch;

/** What this machine can give, as Kubernetes writes it. */
export function machineCapacity(): Record<string, string> {
  return { cpu: String(os.cpus().length), memory: `${Math.floor(os.totalmem() / 1024)}Ki`, pods: String(MAXIMUM_PODS) };
}

/** The Node as it is first registered. */
export function nodeObject({ name, podRange }: NodeIdentity): Node {
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': process.platform, 'kubernetes.io/arch': architecture() };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { podCIDR: podRange, podCIDRs: [podRange] } };
}

/** @param problem why the node is not ready; undefined when it is. @param now RFC 3339 @param before for the times of its conditions */
export function nodeStatus({ name, address }: NodeIdentity, problem: string | undefined, now: string, before: NodeStatus | undefined): NodeStatus {
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string): NodeCondition => {
    const known = before?.conditions?.find((each) => each.type === type);
    const since = known?.status === status ? known.lastTransitionTime : undefined;
    return { type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime: since ?? now };
  };
  return {
    addresses: [{ type: 'InternalIP', address }, { type: 'Hostname', address: name }],
    capacity: machineCapacity(),
    allocatable: machineCapacity(),
    conditions: [
      condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
      condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
      condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
      problem === undefined
        ? condition('Ready', 'True', 'KubeletReady', 'containers run as local processes')
        : condition('Ready', 'False', 'KubeletNotReady', problem),
    ],
    nodeInfo: {
      architecture: architecture(),
      bootID: '',
      containerRuntimeVersion: `local://${process.version}`,
      kernelVersion: os.release(),
      kubeProxyVersion: VERSION,
      kubeletVersion: VERSION,
      machineID: createHash('sha256').update(`${os.hostname()} ${name}`).digest('hex').slice(0, 32),
      operatingSystem: process.platform,
      osImage: os.type(),
      systemUUID: '',
    },
  };
}
