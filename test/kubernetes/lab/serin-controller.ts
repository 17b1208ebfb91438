import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterClient } from '../../../src/cluster/client.js';
import { controllerAccess, controllerRulesWith } from '../../../src/controller/controller-rules.js';
import { install, type Installed } from '../../../src/controller/installation.js';
import type { FrontendName } from '../../../src/frontends/names.js';
import type { ClusterRole, ClusterRoleBinding } from '../../../src/kubernetes/generated/rbac-v1.js';
import type { KubernetesObject, Resource } from '../../../src/kubernetes/objects.js';
import { systemClock } from '../../../src/ports/clock.js';
import { LabProcess } from './lab-process.js';
import { dist } from './project.js';
import { ensureServiceAccount, serviceAccountKubeconfig, type AdministeredCluster } from './service-account.js';

const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1', namespaced: false } as const;
const clusterRoles: Resource<ClusterRole> = { ...RBAC, kind: 'ClusterRole', plural: 'clusterroles' };
const clusterRoleBindings: Resource<ClusterRoleBinding> = { ...RBAC, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings' };

/** As whom the controller runs. */
export const controllerAccount = { namespace: 'serin-system', name: 'serin' } as const;

/** Puts on a cluster, as its administrator, what Serin ships: kinds, admission policies, a ServiceAccount with the controller's role. */
export async function installSerin(client: ClusterClient, signal: AbortSignal, frontends: readonly FrontendName[] = []): Promise<Installed> {
  const installed = await install(client, systemClock, signal, frontends);
  await ensureServiceAccount(client, controllerAccount);
  const [role, binding] = controllerAccess({ kind: 'ServiceAccount', ...controllerAccount }, controllerRulesWith(frontends));
  await client.apply(clusterRoles, role, { fieldManager: 'serin', force: true, signal });
  await client.apply(clusterRoleBindings, binding, { fieldManager: 'serin', force: true, signal });
  await untilAllowed(client, signal);
  return installed;
}

interface AccessReview extends KubernetesObject {
  readonly spec: { readonly user: string; readonly resourceAttributes: { readonly group: string; readonly resource: string; readonly verb: string } };
  readonly status?: { readonly allowed: boolean };
}

/** The API server learns of a new role a moment after it has taken it. */
async function untilAllowed(client: ClusterClient, signal: AbortSignal): Promise<void> {
  const reviews: Resource<AccessReview> = { group: 'authorization.k8s.io', version: 'v1', kind: 'SubjectAccessReview', plural: 'subjectaccessreviews', namespaced: false };
  const user = `system:serviceaccount:${controllerAccount.namespace}:${controllerAccount.name}`;
  const spec = { user, resourceAttributes: { group: 'serin.dev', resource: 'releases', verb: 'list' } };
  const asked: AccessReview = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: { name: '' }, spec };
  while ((await client.create(reviews, asked, { signal })).status?.allowed !== true) await systemClock.sleep(50, signal);
}

export interface SerinControllerOptions {
  /** Names log and process. */
  readonly name?: string;
  /** Of the Lease; two controllers of two namespaces lead at the same time. */
  readonly leaseNamespace?: string;
  /** The one that it works in; all when absent. */
  readonly watchNamespace?: string;
  /** More arguments of `serin controller`. */
  readonly arguments?: readonly string[];
  /** Of Node, before the program. */
  readonly nodeOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Resolves as soon as it has been started. */
  readonly unready?: boolean;
}

/** Starts the built controller with the rights of its ServiceAccount and no others. Resolves when it leads. */
export async function startSerinController(cluster: AdministeredCluster, signal: AbortSignal, options: SerinControllerOptions = {}): Promise<LabProcess> {
  const { name = 'serin', leaseNamespace = controllerAccount.namespace, watchNamespace, nodeOptions = [], env } = options;
  const logs = join(cluster.directory, 'logs');
  await mkdir(logs, { recursive: true });
  const readyFile = join(cluster.directory, `${name}.ready`);
  await rm(readyFile, { force: true });
  const kubeconfig = await serviceAccountKubeconfig(cluster, controllerAccount, name);
  const controller = LabProcess.start({
    name,
    path: process.execPath,
    args: [...nodeOptions, join(dist, 'cli', 'main.js'), 'controller', '--kubeconfig', kubeconfig, '--lease-namespace', leaseNamespace, '--ready-file', readyFile, ...(watchNamespace === undefined ? [] : ['--watch-namespace', watchNamespace]), ...(options.arguments ?? [])],
    ...(env === undefined ? {} : { env }),
    log: join(logs, `${name}.log`),
  });
  if (options.unready !== true) await controller.until('leading', () => Promise.resolve(existsSync(readyFile)), { signal });
  return controller;
}
