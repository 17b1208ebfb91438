import type { Clock } from '../../ports/clock.js';
import { fixedCredentials, type CredentialSource } from '../credentials.js';
import { certificateFileCredentials, checkReadable, combinedCredentials, tokenFileCredentials } from '../file-credentials.js';
import { readTextFile } from '../reread-file.js';
import { execCredentials, parseExecPlugin } from './exec-plugin.js';
import type { Fields } from './fields.js';
import type { Environment } from './kubeconfig-files.js';

export interface UserContext {
  readonly cluster: Fields;
  readonly clock: Clock;
  readonly env: Environment;
  readonly interactive: boolean;
}

/** What cannot be obeyed is refused: ignoring it would mean to act as somebody else. */
const REFUSED: Readonly<Record<string, string>> = {
  as: 'is not supported; use a user of its own',
  'as-uid': 'is not supported; use a user of its own',
  'as-groups': 'is not supported; use a user of its own',
  'as-user-extra': 'is not supported; use a user of its own',
  'auth-provider': 'was removed from Kubernetes in 1.26; use the exec plugin of your provider',
};

/** Where the credentials of a `user` entry come from. @throws KubeconfigError, CredentialError */
export async function credentialsOf(user: Fields | undefined, context: UserContext): Promise<CredentialSource> {
  if (!user) return fixedCredentials({});
  for (const [field, problem] of Object.entries(REFUSED)) if (user.has(field)) throw user.wrong(field, problem);
  const sources: CredentialSource[] = [];
  const certificate = await certificateOf(user, context.clock);
  if (certificate) sources.push(certificate);

  const tokenFile = user.filePath('tokenFile');
  const token = user.text('token');
  const username = user.text('username');
  if (tokenFile !== undefined) {
    await checkReadable(`${user.file}: ${user.path}.tokenFile`, tokenFile);
    sources.push(tokenFileCredentials(tokenFile, context.clock));
  } else if (token !== undefined) {
    sources.push(fixedCredentials({ authorization: `Bearer ${token}` }));
  } else if (username !== undefined) {
    const pair = `${username}:${user.text('password') ?? ''}`;
    sources.push(fixedCredentials({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` }));
  } else if (user.has('exec')) {
    sources.push(execCredentials(parseExecPlugin(user.object('exec'), context), context));
  }
  return combinedCredentials(sources);
}

async function certificateOf(user: Fields, clock: Clock): Promise<CredentialSource | undefined> {
  const [cert, key] = [user.base64('client-certificate-data'), user.base64('client-key-data')];
  const [certPath, keyPath] = [user.filePath('client-certificate'), user.filePath('client-key')];
  const [hasCert, hasKey] = [cert ?? certPath, key ?? keyPath].map((each) => each !== undefined);
  if (hasCert !== hasKey) throw user.wrong(hasCert ? 'client-key' : 'client-certificate', 'is missing; certificate and key belong together');
  if (!hasCert) return undefined;
  if (cert === undefined && key === undefined && certPath !== undefined && keyPath !== undefined) {
    await checkReadable(`${user.file}: ${user.path}.client-certificate`, certPath);
    await checkReadable(`${user.file}: ${user.path}.client-key`, keyPath);
    return certificateFileCredentials(certPath, keyPath, clock);
  }
  return fixedCredentials({
    certificate: { cert: cert ?? (await readTextFile(certPath ?? '')), key: key ?? (await readTextFile(keyPath ?? '')) },
  });
}
