import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../../../src/cluster/create-client.js';
import { loadKubeconfig } from '../../../src/cluster/kubeconfig/load-kubeconfig.js';
import { auditFlags } from './audit.js';
import { startControlPlane } from './control-plane.js';
import type { LabProcess } from './lab-process.js';
import { networks, type LabNetwork } from './networks.js';
import { controlPlanePrograms } from './programs.js';
import { project } from './project.js';
import { controllerAccount, installSerin, startSerinController } from './serin-controller.js';
import { startSerinNode } from './serin-node.js';

/** What tests know of the cluster that they share. Plain data. */
export interface LabHandle {
  readonly directory: string;
  readonly kubeconfig: string;
  /** What Serin's controller asked of the API server; none where the cluster is somebody's own. */
  readonly auditLog: string | undefined;
  readonly pids: Readonly<Record<string, number>>;
}

export interface RunningLab {
  readonly handle: LabHandle;
  stop(): Promise<void>;
}

export interface LabOptions {
  /** Of `test/kubernetes/tools`. */
  readonly kubernetes?: string;
  readonly network?: LabNetwork;
}

/** One control plane with a node and Serin's controller, as its own ServiceAccount. */
export async function startLab({ kubernetes = 'kubernetes', network = networks.shared }: LabOptions, signal: AbortSignal): Promise<RunningLab> {
  const audit = await mkdtemp(join(tmpdir(), 'serin-audit-'));
  const auditLog = join(audit, 'audit.log');
  const user = `system:serviceaccount:${controllerAccount.namespace}:${controllerAccount.name}`;
  const plane = await startControlPlane(
    {
      programs: controlPlanePrograms(kubernetes),
      network,
      // As on clusters where an owner reference that blocks needs a right of its own.
      admissionPlugins: ['OwnerReferencesPermissionEnforcement'],
      apiServerFlags: await auditFlags(join(audit, 'policy.yaml'), auditLog, [user]),
    },
    signal,
  );
  const running: LabProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const each of running.toReversed()) await each.stop();
    await keepLogs(plane.directory, kubernetes);
    await plane.stop();
    await rm(audit, { recursive: true, force: true });
  };
  try {
    const { transport } = await loadKubeconfig({ env: {}, path: plane.kubeconfigs.admin });
    try {
      const client = createClient(transport, { fieldManager: 'lab' });
      // One takes 110 Pods.
      for (const index of [0, 1]) running.push(await startSerinNode(plane, client, { index }, signal));
      await installSerin(client, signal);
      running.push(await startSerinController({ directory: plane.directory, kubeconfig: plane.kubeconfigs.admin }, signal));
    } finally {
      await transport.stop();
    }
    const pids = Object.fromEntries(running.map(({ name, pid }) => [name, pid]));
    return { handle: { directory: plane.directory, kubeconfig: plane.kubeconfigs.admin, auditLog, pids }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Serin's controller beside a cluster that is there already, for tests to throw away. */
export async function joinCluster(kubeconfig: string, signal: AbortSignal): Promise<RunningLab> {
  const directory = await mkdtemp(join(tmpdir(), 'serin-lab-'));
  const { transport } = await loadKubeconfig({ env: {}, path: kubeconfig });
  try {
    await installSerin(createClient(transport, { fieldManager: 'lab' }), signal);
    const controller = await startSerinController({ directory, kubeconfig }, signal);
    const stop = async (): Promise<void> => {
      await controller.stop();
      await keepLogs(directory, 'joined');
      await rm(directory, { recursive: true, force: true });
    };
    return { handle: { directory, kubeconfig, auditLog: undefined, pids: { serin: controller.pid } }, stop };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  } finally {
    await transport.stop();
  }
}

/** Copies what the programs printed to where it is found after the run. */
export async function keepLogs(directory: string, name: string): Promise<void> {
  const kept = join(project, '.cache', 'lab', 'logs', name);
  await rm(kept, { recursive: true, force: true });
  await mkdir(kept, { recursive: true });
  for (const file of await readdir(directory, { recursive: true })) {
    if (/^(logs\/)?[^/]+\.log$/.test(file)) await copyFile(join(directory, file), join(kept, file.replace('/', '-')));
  }
}
