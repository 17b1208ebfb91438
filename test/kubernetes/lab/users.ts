import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

/** Somebody whom the API server knows by a token. */
export interface LabUser {
  readonly username: string;
  readonly groups: readonly string[];
}

const MASTERS = ['system:masters'];

/** Who works on every control plane. The parts of the cluster are not what is tested: they may do everything that they are made for. */
export const labUsers = {
  admin: { username: 'admin', groups: MASTERS },
  controllerManager: { username: 'system:kube-controller-manager', groups: MASTERS },
  scheduler: { username: 'system:kube-scheduler', groups: [] },
  node: { username: 'system:node:node-0', groups: MASTERS },
} as const satisfies Record<string, LabUser>;

export type LabUserName = keyof typeof labUsers;

/** What a client has to know of an API server. */
export interface ServerAddress {
  readonly server: string;
  /** PEM. */
  readonly authority: string;
}

/** Writes a kubeconfig whose only user has this token. @returns its path */
export async function writeKubeconfig(path: string, { server, authority }: ServerAddress, token: string): Promise<string> {
  const text = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab',
    clusters: [{ name: 'lab', cluster: { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') } }],
    users: [{ name: 'lab', user: { token } }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab' } }],
  });
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

/** Gives each user a token and a kubeconfig, `<name>.kubeconfig`. @returns the API server's table of tokens, and the kubeconfigs */
export async function writeUsers(directory: string, address: ServerAddress): Promise<{ tokens: string; kubeconfigs: Readonly<Record<LabUserName, string>> }> {
  const tokens = join(directory, 'tokens.csv');
  const named = (name: LabUserName): { name: LabUserName; user: LabUser; token: string } => ({ name, user: labUsers[name], token: randomBytes(24).toString('base64url') });
  const entries = { admin: named('admin'), controllerManager: named('controllerManager'), scheduler: named('scheduler'), node: named('node') };
  const lines = Object.values(entries).map(({ user, token }) => `${token},${user.username},${user.username},"${user.groups.join(',')}"\n`);
  await writeFile(tokens, lines.join(''), { mode: 0o600 });
  const kubeconfig = ({ name, token }: { name: LabUserName; token: string }): Promise<string> => writeKubeconfig(join(directory, `${name}.kubeconfig`), address, token);
  return {
    tokens,
    kubeconfigs: {
      admin: await kubeconfig(entries.admin),
      controllerManager: await kubeconfig(entries.controllerManager),
      scheduler: await kubeconfig(entries.scheduler),
      node: await kubeconfig(entries.node),
    },
  };
}

/** The token in a kubeconfig that `writeKubeconfig` wrote. */
export async function tokenOf(kubeconfig: string): Promise<string> {
  const { users } = parse(await readFile(kubeconfig, 'utf8')) as { users: { user: { token: string } }[] };
  return users[0]?.user.token ?? '';
}
