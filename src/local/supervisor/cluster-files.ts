import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where local clusters live: `$SERIN_HOME`, `$XDG_STATE_HOME/serin` or `~/.local/state/serin`, each with `local` below it. */
export function clustersRoot(env: Environment): string {
  const { SERIN_HOME: home, XDG_STATE_HOME: state } = env;
  if (home !== undefined && home !== '') return join(resolve(home), 'local');
  if (state !== undefined && state !== '') return join(resolve(state), 'serin', 'local');
  return join(homedir(), '.local', 'state', 'serin', 'local');
}

/** The folder of a cluster that is known by its name only. */
export function clusterDirectory(name: string, env: Environment): string {
  return join(clustersRoot(env), name);
}

/** Where a certificate and its key lie, PEM; the key is its owner's alone. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Everything that lies in the folder of a cluster. */
export interface ClusterFiles {
  readonly directory: string;
  /** What the cluster is made of; see `ClusterPlan`. */
  readonly plan: string;
  /** Who runs it now; there while it is up. */
  readonly supervisor: string;
  /** For people and kubectl: an administrator's. */
  readonly kubeconfig: string;
  readonly tokens: string;
  /** The people beside the administrator, without their tokens. */
  readonly users: string;
  /** There while somebody changes who may come in. */
  readonly accessLock: string;
  /** Roles and bindings that the API starts with. */
  readonly access: string;
  /** The cluster's own certificate authority. */
  readonly authority: CertificateFiles;
  /** The API's. */
  readonly server: CertificateFiles;
  readonly logs: string;
  /** Written by the API when it listens. */
  readonly api: string;
  /** Written by the gateway when it listens. */
  readonly gateway: string;
  kubeconfigOf(part: string): string;
  /** A person's. */
  userKubeconfigOf(user: string): string;
  logOf(part: string): string;
}

/** Where everything lies in this folder, there or not. */
export function clusterFiles(directory: string): ClusterFiles {
  const at = (...parts: string[]): string => join(directory, ...parts);
  return {
    directory,
    plan: at('cluster.json'),
    supervisor: at('supervisor.json'),
    kubeconfig: at('kubeconfig'),
    tokens: at('tokens.json'),
    users: at('users.json'),
    accessLock: at('access.lock'),
    access: at('access.json'),
    authority: { certificate: at('certificates', 'ca.crt'), key: at('certificates', 'ca.key') },
    server: { certificate: at('certificates', 'api.crt'), key: at('certificates', 'api.key') },
    logs: at('logs'),
    api: at('api.json'),
    gateway: at('gateway.json'),
    userKubeconfigOf: (user) => at(`kubeconfig-${user}`),
    kubeconfigOf: (part) => at('kubeconfigs', part),
    logOf: (part) => at('logs', `${part}.log`),
  };
}
