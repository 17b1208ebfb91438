import { systemClock, type Clock } from '../../ports/clock.js';
import type { CredentialSource } from '../credentials.js';
import { KubeconfigError, type Fields } from './fields.js';
import { readKubeconfig, type Environment, type Kubeconfig } from './kubeconfig-files.js';
import { credentialsOf } from './user-credentials.js';

export interface KubeconfigContextOptions {
  readonly env: Environment;
  /** `--kubeconfig`: this file alone. */
  readonly path?: string;
  /** `--context`: instead of the current one. */
  readonly context?: string;
  readonly clock?: Clock;
  /** A person sits at a terminal, so that an exec plugin may ask. */
  readonly interactive?: boolean;
}

/** A context of a kubeconfig: which cluster, and who one is there. */
export interface KubeconfigContext {
  readonly name: string;
  /** `default` when it names none. */
  readonly namespace: string;
  /** The cluster's entry. */
  readonly cluster: Fields;
  /** The credentials of its user, also for whoever speaks to something else than the cluster. @throws KubeconfigError, CredentialError */
  credentials(): Promise<CredentialSource>;
}

/** Reads the kubeconfig as kubectl does, and connects to nothing. @throws KubeconfigError */
export async function readContext({ env, path, context: wanted, clock = systemClock, interactive = false }: KubeconfigContextOptions): Promise<KubeconfigContext> {
  const config = await readKubeconfig(env, path);
  const name = wanted ?? config.currentContext;
  if (name === undefined) throw new KubeconfigError(`${config.files.join(', ')}: current-context is not set; choose one with --context${choices(config)}`);
  const context = config.contexts.get(name);
  if (!context) throw new KubeconfigError(`${config.files.join(', ')}: there is no context "${name}"${choices(config)}`);
  const cluster = named(config.clusters, context, 'cluster', 'clusters');
  const user = context.has('user') ? named(config.users, context, 'user', 'users') : undefined;
  return { name, namespace: context.text('namespace') ?? 'default', cluster, credentials: () => credentialsOf(user, { cluster, clock, env, interactive }) };
}

function named(entries: ReadonlyMap<string, Fields>, context: Fields, field: string, list: string): Fields {
  const name = context.required(field, `name one of the ${list}`);
  const found = entries.get(name);
  if (!found) throw context.wrong(field, `names "${name}", which is not among the ${list}`);
  return found;
}

function choices({ contexts }: Kubeconfig): string {
  return contexts.size === 0 ? '; the files hold no contexts' : `; there are: ${[...contexts.keys()].join(', ')}`;
}
