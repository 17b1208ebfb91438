import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterClient } from '../../src/cluster/client.js';
import { createInformer } from '../../src/cluster/create-informer.js';
import type { RunningInformer } from '../../src/cluster/informer.js';
import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import { auditFlags } from '../../test/kubernetes/lab/audit.js';
import type { ControlPlane } from '../../test/kubernetes/lab/control-plane.js';
import { startKwokPlane } from '../../test/kubernetes/lab/kwok-lab.js';
import type { LabProcess } from '../../test/kubernetes/lab/lab-process.js';
import { findTool } from '../../test/kubernetes/lab/programs.js';
import { controllerAccount, startSerinController } from '../../test/kubernetes/lab/serin-controller.js';
import { labUsers } from '../../test/kubernetes/lab/users.js';
import { NotRun, type Bench } from '../harness/subject.js';
import { RequestLog } from './request-log.js';

/** Who is told apart in the requests. */
export const users = {
  serin: `system:serviceaccount:${controllerAccount.namespace}:${controllerAccount.name}`,
  controllerManager: labUsers.controllerManager.username,
} as const;

const START_MILLISECONDS = 300_000;
const PODS_PER_NODE = 800;

/** A control plane for one subject alone, whose Pods are KWOK's. */
export interface BenchCluster {
  readonly plane: ControlPlane;
  /** Of an administrator. */
  readonly client: ClusterClient;
  /** What Serin, the controller manager and whoever approves asked of the API server. */
  readonly requests: RequestLog;
  /** Starts Serin's controller as its own ServiceAccount with the role that is shipped. Resolves when it leads, or at once. */
  startSerin(options?: { readonly name?: string; readonly unready?: boolean }): Promise<LabProcess>;
  /** Told of everything of a kind, until the subject ends. Resolves when the first list is in. */
  watch<T extends KubernetesObject>(resource: Resource<T>): Promise<RunningInformer<T>>;
}

/** @param pods how many there may be at once. @throws NotRun where the laboratory's programs or network are missing */
export async function startBenchCluster({ owner, note }: Bench, name: string, pods: number): Promise<BenchCluster> {
  if (process.env['SERIN_LAB_NETWORK'] !== 'own') throw new NotRun('it has no network of its own: start it with make bench-kubernetes, on Linux with unshare and ip');
  for (const tool of ['kubernetes', 'etcd', 'kwok']) {
    const found = findTool(tool);
    if ('missing' in found) throw new NotRun(`${tool}: ${found.missing}`);
  }
  note('starts a control plane');
  const signal = AbortSignal.timeout(START_MILLISECONDS);
  const audit = await mkdtemp(join(tmpdir(), 'serin-audit-'));
  owner.defer(() => rm(audit, { recursive: true, force: true }));
  const log = join(audit, 'audit.log');
  const flags = await auditFlags(join(audit, 'policy.yaml'), log, Object.values(users), [{ group: 'serin.dev', resources: ['approvals'] }]);
  // It is read as one file to its end.
  const apiServerFlags = [...flags, '--audit-log-maxsize=10000'];
  const lab = await startKwokPlane({ name: `bench-${name}`, nodes: [{ count: Math.ceil(pods / PODS_PER_NODE) }], apiServerFlags }, signal);
  owner.defer(() => lab.stop());
  const { plane, client } = lab;
  return {
    plane, client,
    requests: new RequestLog(log),
    async startSerin({ name: processName = 'serin', unready = false } = {}) {
      const cluster = { directory: plane.directory, kubeconfig: plane.kubeconfigs.admin };
      const serin = await startSerinController(cluster, AbortSignal.timeout(START_MILLISECONDS), { name: processName, unready, arguments: ['--listen', '127.0.0.1:0'] });
      owner.defer(() => serin.stop());
      return serin;
    },
    async watch(resource) {
      const informer = createInformer(client, resource, { onError: (error) => note(`${resource.plural}: ${error.message}`) });
      owner.defer(() => informer.stop());
      await informer.untilSynced(AbortSignal.timeout(START_MILLISECONDS));
      return informer;
    },
  };
}

/** Processes of a control plane, by what the tables call them. */
export function controlPlanePids({ processes }: ControlPlane): Record<string, number> {
  const { apiServer, controllerManager, scheduler, store } = processes;
  return { 'kube-apiserver': apiServer.pid, 'kube-controller-manager': controllerManager.pid, ...(scheduler ? { 'kube-scheduler': scheduler.pid } : {}), [store.name]: store.pid };
}
