import { dirname, join } from 'node:path';
import { isRecord } from '../../kubernetes/json.js';
import { abortReason, type Clock } from '../../ports/clock.js';
import { CredentialError, type Credential, type CredentialSource } from '../credentials.js';
import type { Fields } from './fields.js';
import type { Environment } from './kubeconfig-files.js';
import { runPlugin } from './plugin-process.js';

/** A program that prints credentials, as a kubeconfig names it. */
export interface ExecPlugin {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly apiVersion: string;
  readonly installHint: string | undefined;
  /** Whether it may ask the person at the terminal. */
  readonly interactive: boolean;
  /** What the program is told about the cluster, where it wants to know. */
  readonly cluster: Readonly<Record<string, unknown>> | undefined;
}

interface ExecContext {
  readonly cluster: Fields;
  readonly clock: Clock;
  readonly env: Environment;
  readonly interactive: boolean;
}

interface Known {
  readonly credential: Credential;
  /** Milliseconds since the epoch; undefined when the plugin set no end. */
  readonly expires: number | undefined;
}

const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
const TIMEOUT_MILLISECONDS = 60_000;
/** Credentials that end in less than this are fetched anew: a request must not outlive them on its way. */
const EARLY_MILLISECONDS = 10_000;

/** Reads `users[].user.exec`. @throws KubeconfigError */
export function parseExecPlugin(fields: Fields, { cluster, interactive }: Pick<ExecContext, 'cluster' | 'interactive'>): ExecPlugin {
  const command = fields.required('command', 'name the program');
  const apiVersion = fields.required('apiVersion', `write ${VERSIONS[0]}`);
  if (!VERSIONS.includes(apiVersion)) throw fields.wrong('apiVersion', `"${apiVersion}" is not supported; use ${VERSIONS.join(' or ')}`);
  const mode = fields.text('interactiveMode') ?? (apiVersion.endsWith('/v1beta1') ? 'IfAvailable' : undefined);
  if (mode === undefined) throw fields.wrong('interactiveMode', 'is missing; write Never, IfAvailable or Always');
  if (!['Never', 'IfAvailable', 'Always'].includes(mode)) throw fields.wrong('interactiveMode', 'must be Never, IfAvailable or Always');
  if (mode === 'Always' && !interactive) throw fields.wrong('interactiveMode', 'is Always, but there is no terminal here; use another user');
  const env = fields.list('env').map((each) => [each.required('name', 'name the variable'), each.text('value') ?? ''] as const);
  return {
    // A command with a path is meant relative to the file; a bare name is looked up in PATH.
    command: /[/\\]/.test(command) && !command.startsWith('/') ? join(dirname(fields.file), command) : command,
    args: fields.texts('args'),
    env: Object.fromEntries(env),
    apiVersion,
    installHint: fields.text('installHint'),
    interactive: interactive && mode !== 'Never',
    cluster: fields.flag('provideClusterInfo') ? clusterInfo(cluster) : undefined,
  };
}

/** Credentials that a plugin prints, kept until they end. One plugin runs at a time, whoever asks. */
export function execCredentials(plugin: ExecPlugin, { clock, env }: Pick<ExecContext, 'clock' | 'env'>): CredentialSource {
  const stopping = new AbortController();
  let known: Known | undefined;
  let running: Promise<Known> | undefined;

  const run = (): Promise<Known> => {
    running ??= fetchCredential(plugin, env, clock, stopping.signal)
      .then((found) => (known = found))
      .finally(() => (running = undefined));
    return running;
  };
  const usable = (): Credential | undefined =>
    known && (known.expires === undefined || clock.now() < known.expires - EARLY_MILLISECONDS) ? known.credential : undefined;

  return {
    current: async (signal) => usable() ?? (await unlessAborted(run(), signal)).credential,
    renew: async (refused, signal) => {
      if (known && known.credential !== refused && known.credential.authorization !== refused.authorization) return true;
      await unlessAborted(run(), signal);
      return true;
    },
    stop: async () => {
      stopping.abort(new Error('the transport is stopped'));
      await running?.catch(() => undefined);
    },
  };
}

async function fetchCredential(plugin: ExecPlugin, env: Environment, clock: Clock, signal: AbortSignal): Promise<Known> {
  const spec = { interactive: plugin.interactive, ...(plugin.cluster ? { cluster: plugin.cluster } : {}) };
  const info = JSON.stringify({ apiVersion: plugin.apiVersion, kind: 'ExecCredential', spec });
  const output = await runPlugin(
    {
      command: plugin.command,
      args: plugin.args,
      env: { ...env, ...plugin.env, KUBERNETES_EXEC_INFO: info },
      interactive: plugin.interactive,
      hint: plugin.installHint,
      timeout: TIMEOUT_MILLISECONDS,
    },
    clock,
    signal,
  );
  return parseExecCredential(output, plugin);
}

/** What a plugin printed. No message quotes it. @throws CredentialError */
export function parseExecCredential(output: string, { command, apiVersion }: Pick<ExecPlugin, 'command' | 'apiVersion'>): Known {
  const wrong = (problem: string): CredentialError => new CredentialError(`credential plugin ${command}: ${problem}`);
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    throw wrong('printed no JSON; run it by hand to see what it prints');
  }
  if (!isRecord(value) || value['kind'] !== 'ExecCredential') throw wrong('printed no ExecCredential');
  if (value['apiVersion'] !== apiVersion) throw wrong(`printed an ExecCredential that is not ${apiVersion}; set exec.apiVersion to what it prints`);
  const status = value['status'];
  if (!isRecord(status)) throw wrong('printed an ExecCredential without status');
  const text = (field: string): string | undefined => {
    const found = status[field];
    if (found !== undefined && found !== null && typeof found !== 'string') throw wrong(`printed a status.${field} that is no string`);
    return typeof found === 'string' && found !== '' ? found : undefined;
  };
  const [token, cert, key, end] = [text('token'), text('clientCertificateData'), text('clientKeyData'), text('expirationTimestamp')];
  if ((cert === undefined) !== (key === undefined)) throw wrong('printed a certificate without its key, or a key without its certificate');
  if (token === undefined && cert === undefined) throw wrong('printed neither a token nor a client certificate');
  const expires = end === undefined ? undefined : Date.parse(end);
  if (Number.isNaN(expires)) throw wrong('printed a status.expirationTimestamp that is no time');
  return {
    credential: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(cert === undefined || key === undefined ? {} : { certificate: { cert, key } }),
    },
    expires,
  };
}

function clusterInfo(cluster: Fields): Record<string, unknown> {
  const names = ['server', 'tls-server-name', 'certificate-authority-data', 'proxy-url'];
  const pairs = names.flatMap((name) => {
    const value = cluster.text(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(pairs), ...(cluster.flag('insecure-skip-tls-verify') ? { 'insecure-skip-tls-verify': true } : {}) };
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortReason(signal));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
