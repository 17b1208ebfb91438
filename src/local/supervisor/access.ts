import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { isRecord } from '../../kubernetes/json.js';
import { accessObjects } from './access-objects.js';
import type { ClusterFiles } from './cluster-files.js';
import type { Part } from './parts.js';
import type { ClusterUser } from './users.js';
import { writeWhole } from './whole-file.js';

interface User {
  readonly username: string;
  readonly groups: readonly string[];
}

/** What a client has to know of the cluster. */
export interface ClusterAddress {
  readonly name: string;
  /** The API's URL. */
  readonly server: string;
  /** The certificate of the authority that vouches for the API, PEM. */
  readonly authority: string;
}

const ADMINISTRATOR: User = { username: 'kubernetes-admin', groups: ['system:masters'] };
const OWNER_ONLY = 0o600;

/**
 * Gives the administrator, each part and each person a token, and writes `tokens.json`, a kubeconfig for each, and the roles
 * of the parts. Tokens of an earlier start stay valid, so that a kubeconfig that somebody copied does too.
 */
export async function writeAccess(files: ClusterFiles, cluster: ClusterAddress, parts: readonly Part[], people: readonly ClusterUser[]): Promise<void> {
  const known = await readTokens(files.tokens);
  const entries = [
    { user: ADMINISTRATOR, suffix: '', file: files.kubeconfig },
    ...parts.map(({ name, user }) => ({ user, suffix: `-${name}`, file: files.kubeconfigOf(name) })),
    ...people.map(({ name, groups }) => ({ user: { username: name, groups }, suffix: `-${name}`, file: files.userKubeconfigOf(name) })),
  ].map((entry) => ({ ...entry, token: known.get(entry.user.username) ?? randomBytes(24).toString('base64url') }));
  const table = Object.fromEntries(entries.map(({ token, user }) => [token, user]));
  await writeWhole(files.tokens, `${JSON.stringify(table, undefined, 2)}\n`, OWNER_ONLY);
  await writeWhole(files.access, `${JSON.stringify(accessObjects(parts), undefined, 2)}\n`, OWNER_ONLY);
  await mkdir(files.kubeconfigOf('.'), { recursive: true, mode: 0o700 });
  for (const { file, suffix, token } of entries) await writeWhole(file, kubeconfig(cluster, suffix, token), OWNER_ONLY);
}

/** The administrator's token. @throws Error when the cluster was never up */
export async function adminToken(files: ClusterFiles): Promise<string> {
  const token = (await readTokens(files.tokens)).get(ADMINISTRATOR.username);
  if (token === undefined) throw new Error(`${files.tokens} holds no token of ${ADMINISTRATOR.username}`);
  return token;
}

/** Tokens by user name. */
async function readTokens(file: string): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  try {
    const table: unknown = JSON.parse(await readFile(file, 'utf8'));
    for (const [token, user] of Object.entries(isRecord(table) ? table : {})) {
      if (isRecord(user) && typeof user['username'] === 'string') known.set(user['username'], token);
    }
  } catch {
    return known;
  }
  return known;
}

function kubeconfig({ name: cluster, server, authority }: ClusterAddress, suffix: string, token: string): string {
  const name = `serin-${cluster}`;
  const userName = `${name}${suffix}`;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') } }],
    users: [{ name: userName, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: userName, namespace: 'default' } }],
    'current-context': name,
  });
}
