import { resolve } from 'node:path';
import { fixedCredentials, type Credential, type CredentialSource } from '../../cluster/credentials.js';
import { checkReadable, tokenFileCredentials } from '../../cluster/file-credentials.js';
import { readContext, type KubeconfigContext } from '../../cluster/kubeconfig/kubeconfig-context.js';
import { kubeconfigOf } from '../connection.js';
import { CliError, exitCodes } from '../errors.js';
import type { Shell } from '../shell.js';
import type { PlaceOptions } from './options.js';

/** Who somebody is to a server, and where they look. */
export interface ServerIdentity {
  /** Gives a bearer token and nothing else, never a certificate. */
  readonly credentials: CredentialSource;
  readonly namespace: string;
}

/** As Kubernetes takes them: nothing else gets into a path. */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const REMEDY = 'Give a token of the cluster with --token-file or SERIN_TOKEN, such as one from: kubectl create token NAME';

/**
 * Finds the token that is sent to a server: what the command line names goes before the environment, and a kubeconfig gives its user's
 * only where it is named on the command line, so that no token goes where nobody meant it to go.
 * @throws CliError, KubeconfigError, CredentialError where there is none
 */
export async function serverIdentity(shell: Shell, options: PlaceOptions): Promise<ServerIdentity> {
  const isNamed = (options.kubeconfig ?? options.context) !== undefined;
  const context = isNamed ? await readContext(kubeconfigOf(shell, options)) : undefined;
  const namespace = options.namespace ?? context?.namespace ?? 'default';
  if (!NAMESPACE.test(namespace)) throw new CliError(`"${namespace}" is no name of a namespace; write it with small letters, digits and hyphens.`, exitCodes.usage);
  return { credentials: await tokenOf(shell, options, context), namespace };
}

async function tokenOf(shell: Shell, { tokenFile }: PlaceOptions, context: KubeconfigContext | undefined): Promise<CredentialSource> {
  if (tokenFile !== undefined) {
    const path = resolve(shell.cwd, tokenFile);
    await checkReadable('--token-file:', path);
    return bearerOnly(tokenFileCredentials(path, shell.clock), `--token-file ${tokenFile}`);
  }
  if (context) return bearerOnly(await context.credentials(), `context ${context.name}`);
  const token = shell.env['SERIN_TOKEN']?.trim() ?? '';
  if (token === '') throw new CliError(`a server has to know who you are. ${REMEDY}.`);
  return bearerOnly(fixedCredentials({ authorization: `Bearer ${token}` }), 'SERIN_TOKEN');
}

/** @param whose where it comes from, for what is said of it */
function bearerOnly(source: CredentialSource, whose: string): CredentialSource {
  const only = ({ authorization }: Credential): Credential => {
    if (authorization === undefined || !authorization.startsWith('Bearer ')) throw new CliError(`${whose} has no token, and a server takes neither certificates nor passwords. ${REMEDY}.`);
    if (!/^Bearer [\x21-\x7e]+$/.test(authorization)) throw new CliError(`${whose} holds more than a token: it has blanks or lines in it. ${REMEDY}.`);
    return { authorization };
  };
  let last: Credential = {};
  return {
    async current(signal) {
      last = await source.current(signal);
      return only(last);
    },
    // The source compares with what it gave, certificate and all.
    renew: (_refused, signal) => source.renew(last, signal),
    ...(source.stop === undefined ? {} : { stop: () => source.stop?.() ?? Promise.resolve() }),
  };
}
