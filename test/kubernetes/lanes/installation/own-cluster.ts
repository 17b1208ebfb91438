import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createClient } from '../../../../src/cluster/create-client.js';
import { loadKubeconfig } from '../../../../src/cluster/kubeconfig/load-kubeconfig.js';
import type { Pod } from '../../../../src/kubernetes/generated/core-v1.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { auditFlags } from '../../lab/audit.js';
import { startControlPlane } from '../../lab/control-plane.js';
import type { LabProcess } from '../../lab/lab-process.js';
import { networks, type LabNetwork } from '../../lab/networks.js';
import { openLab, type Lab } from '../../lab/open-lab.js';
import { controlPlanePrograms } from '../../lab/programs.js';
import { dist } from '../../lab/project.js';
import { startSerinNode } from '../../lab/serin-node.js';

/** Where controllers and server run, and as whom. */
export const HOME = 'serin-system';
const ACCOUNTS = ['serin', 'serin-server'].map((name) => `system:serviceaccount:${HOME}:${name}`);

/** A cluster without Serin, on whose node the images `lab/serin` and `registry.example.com/serin` are the built `serin`. */
export interface OwnCluster {
  readonly lab: Lab;
  /** What the ServiceAccounts of controllers and server asked of the API server. */
  readonly auditLog: string;
  stop(): Promise<void>;
}

/** All Pods of the node share one network, so that each program has to listen on the address of its own. */
const LISTEN_AT_HOME = `for each; do case "$each" in --listen=:*) each="--listen=$HOST\${each#--listen=}";; esac; set -- "$@" "$each"; shift; done; exec '${process.execPath}' '${join(dist, 'cli', 'main.js')}' "$@"`;

export interface OwnClusterOptions {
  readonly network?: LabNetwork;
  /** How many. */
  readonly nodes?: number;
  /** More flags of the API server. */
  readonly apiServerFlags?: readonly string[];
  /** More entries of the nodes' image table. */
  readonly images?: Readonly<Record<string, object>>;
}

/** Starts one, on which an owner reference that blocks needs a right of its own. */
export async function startOwnCluster(signal: AbortSignal, { network = networks.installation, nodes = 1, images: more = {}, ...options }: OwnClusterOptions = {}): Promise<OwnCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'serin-audit-'));
  const auditLog = join(folder, 'audit.log');
  const apiServerFlags = [...(await auditFlags(join(folder, 'policy.yaml'), auditLog, ACCOUNTS)), ...(options.apiServerFlags ?? [])];
  const plane = await startControlPlane({ programs: controlPlanePrograms('kubernetes'), network, admissionPlugins: ['OwnerReferencesPermissionEnforcement'], apiServerFlags }, signal);
  const images = join(plane.directory, 'images.json');
  const serin = Object.fromEntries(['lab/serin:*', 'registry.example.com/serin:*'].map((image) => [image, { command: ['sh', '-c', LISTEN_AT_HOME, 'serin'] }]));
  await writeFile(images, JSON.stringify({ ...serin, ...more }));
  const running: LabProcess[] = [];
  const lab = await openLab({ directory: plane.directory, kubeconfig: plane.kubeconfigs.admin, auditLog, pids: {} });
  const stop = async (): Promise<void> => {
    await lab.stop();
    await Promise.all(running.map((node) => node.stop()));
    await plane.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (let index = 0; index < nodes; index++) running.push(await startSerinNode(plane, lab.client, { index, images: [images] }, signal));
    return { lab, auditLog, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What a command printed that had nothing to complain of. */
export function fine({ code, stdout, stderr }: { readonly code: number | null; readonly stdout: string; readonly stderr: string }): string {
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

/** A client with a person's rights. */
export async function clientAs(lab: Lab, username: string): Promise<{ client: ReturnType<typeof createClient>; stop(): Promise<void> }> {
  const { transport } = await loadKubeconfig({ env: {}, path: lab.kubeconfig });
  const as = { 'impersonate-user': username };
  const wrapped = {
    request: (request: Parameters<typeof transport.request>[0]) => transport.request({ ...request, headers: { ...request.headers, ...as } }),
    stream: (request: Parameters<typeof transport.stream>[0]) => transport.stream({ ...request, headers: { ...request.headers, ...as } }),
  };
  return { client: createClient(wrapped, { fieldManager: 'test' }), stop: () => transport.stop() };
}

/** What a container of a Pod in `HOME` has printed since it started last. */
export async function printedBy({ directory }: Lab, { metadata, spec, status }: Pod, container: string): Promise<string> {
  const restarts = status?.containerStatuses?.find(({ name }) => name === container)?.restartCount ?? 0;
  return readFile(join(directory, spec.nodeName ?? '', 'pod-logs', `${HOME}_${metadata.name}_${metadata.uid ?? ''}`, container, `${restarts}.log`), 'utf8');
}

/** The running controllers: their Pods, and what each says of itself. */
export async function controllers(lab: Lab): Promise<{ name: string; metrics: string; state: string }[]> {
  const { items } = await lab.client.list(resources.pods, { namespace: HOME, labelSelector: 'app.kubernetes.io/name=serin' });
  const running = items.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.podIP !== undefined);
  const ask = async (address: string, path: string): Promise<string> => (await fetch(`http://${address}:8080${path}`)).text().catch(() => '');
  const answers = await Promise.all(running.map(async ({ metadata, status }) => {
    const address = status?.podIP ?? '';
    try {
      return [{ name: metadata.name, metrics: await ask(address, '/metrics'), state: (await ask(address, '/readyz')).trim() }];
    } catch {
      // Not there yet, or on its way out.
      return [];
    }
  }));
  return answers.flat();
}
