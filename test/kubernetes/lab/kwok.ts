import { join } from 'node:path';
import type { ClusterClient } from '../../../src/cluster/client.js';
import { isConditionTrue } from '../../../src/kubernetes/conditions.js';
import { resources } from '../../../src/kubernetes/resources.js';
import { LabProcess } from './lab-process.js';
import type { LabNetwork } from './networks.js';
import { programPath } from './programs.js';

const MARK = 'kwok.x-k8s.io/node';

/** What a Pod's spec says to run on nodes of KWOK and on no others. */
export const onKwok = {
  nodeSelector: { type: 'kwok' },
  tolerations: [{ key: MARK, operator: 'Exists', effect: 'NoSchedule' }],
} as const;

/** Where nodes are wanted. */
export interface KwokPlace {
  /** For the log. */
  readonly directory: string;
  /** Of an administrator. */
  readonly kubeconfig: string;
  readonly network: LabNetwork;
}

/** Nodes of one process of KWOK. */
export interface KwokNodes {
  readonly count: number;
  /** Sets them apart from those of another process; `kwok` when absent. */
  readonly name?: string;
  /** Whether all Pods may run on them, and not only those that say `onKwok`. */
  readonly forAll?: boolean;
}

/** Nodes whose Pods only say that they run and are ready, as many as one likes. Resolves when they are ready. */
export async function startKwok({ directory, kubeconfig, network }: KwokPlace, client: ClusterClient, { count, name: group = 'kwok', forAll = false }: KwokNodes, signal: AbortSignal): Promise<LabProcess> {
  const kwok = LabProcess.start({
    name: 'kwok',
    path: programPath('kwok'),
    args: [
      ...['--config', join(import.meta.dirname, 'kwok-stages.yaml'), '--kubeconfig', kubeconfig, '--manage-nodes-with-annotation-selector', `${MARK}=${group}`, '--node-lease-duration-seconds', '40'],
      // Beyond the nodes that run processes.
      ...['--cidr', network.podRange(128).replace('/24', '/17'), '--node-ip', network.podRange(128).replace('.0/24', '.1')],
    ],
    log: join(directory, `${group}.log`),
  });
  const names = Array.from({ length: count }, (_, index) => `${group}-${index}`);
  for (const name of names) {
    await client.create(resources.nodes, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { type: 'kwok', 'kubernetes.io/hostname': name }, annotations: { [MARK]: group } },
      spec: forAll ? {} : { taints: [{ key: MARK, value: 'fake', effect: 'NoSchedule' }] },
    });
  }
  for (const name of names) {
    await kwok.until(`managing ${name}`, async () => isConditionTrue((await client.get(resources.nodes, { name })).status?.conditions, 'Ready'), { signal });
  }
  return kwok;
}
