import { spawn } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How the files of a Pod's volumes come before its processes. */
export type MountMode =
  /** Each process in a mount namespace of its own: the files are where `mountPath` says. */
  | { readonly kind: 'namespace'; readonly unshare: readonly string[]; readonly mount: string; readonly chroot: string; readonly readOnly: boolean }
  /** A folder of the Pod that SERIN_POD_ROOT names: the files are at `$SERIN_POD_ROOT/<mountPath>`. */
  | { readonly kind: 'folder' };

/** What the node is told: to find out, or which. */
export type MountChoice = 'auto' | MountMode['kind'];

/** Ways to get a mount namespace, as flags of unshare: the plain one is for root, the other for anybody, where the system allows it. */
export const NAMESPACE_WAYS = { root: ['--mount'], user: ['--user', '--map-root-user', '--mount'] } as const;

/** No namespaces. */
export const FOLDER_MODE: MountMode = { kind: 'folder' };

const FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/local/sbin'];
const TRIAL_MILLISECONDS = 5_000;

/**
 * Finds out by a real trial below `directory` whether processes can have mounts of their own: as the user that runs this, else as
 * root of a user namespace.
 * @param ways which to try, in order
 * @throws Error when namespaces are demanded and there are none
 */
export async function detectMountMode(choice: MountChoice, directory: string, ways: readonly (keyof typeof NAMESPACE_WAYS)[] = usualWays()): Promise<MountMode> {
  if (choice === 'folder') return FOLDER_MODE;
  const found = process.platform === 'linux' ? await tryAll(directory, ways) : undefined;
  if (found !== undefined) return found;
  if (choice === 'namespace') throw new Error('this system gives no mount namespace: neither `unshare --mount` nor `unshare --user --map-root-user --mount` can mount; start the node with --mounts folder');
  return FOLDER_MODE;
}

const usualWays = (): (keyof typeof NAMESPACE_WAYS)[] => (process.getuid?.() === 0 ? ['root', 'user'] : ['user']);

async function tryAll(directory: string, ways: readonly (keyof typeof NAMESPACE_WAYS)[]): Promise<MountMode | undefined> {
  const [unshare, mount, chroot] = await Promise.all(['unshare', 'mount', 'chroot'].map(findProgram));
  if (unshare === undefined || mount === undefined || chroot === undefined) return undefined;
  await mkdir(directory, { recursive: true });
  const folder = await mkdtemp(join(directory, 'mount-trial-'));
  try {
    await mkdir(join(folder, 'source'));
    await mkdir(join(folder, 'tree', 'target'), { recursive: true });
    await writeFile(join(folder, 'source', 'here'), '');
    for (const way of ways) {
      for (const readOnly of [true, false]) {
        const mode: MountMode = { kind: 'namespace', unshare: [unshare, ...NAMESPACE_WAYS[way], '--'], mount, chroot, readOnly };
        if (await works(mode, folder)) return mode;
      }
    }
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Mounts a folder where the host must not see it, and looks from both sides. */
async function works({ unshare, mount, chroot, readOnly }: Extract<MountMode, { kind: 'namespace' }>, folder: string): Promise<boolean> {
  const table = join(folder, 'table');
  await writeFile(table, `${fstabWord(join(folder, 'source'))} ${fstabWord(join(folder, 'tree', 'target'))} none ${readOnly ? 'bind,ro' : 'bind'} 0 0\n/ ${fstabWord(join(folder, 'tree'))}/target none rbind 0 0\n`);
  const script = '"$1" -a -T "$3" && exec "$2" "$4/tree/target" /bin/sh -c \'test -e "$1"\' sh "$4/source/here"';
  const [program = '', ...args] = [...unshare, '/bin/sh', '-c', script, 'sh', mount, chroot, table, folder];
  const code = await new Promise<number | null>((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore', timeout: TRIAL_MILLISECONDS, killSignal: 'SIGKILL' });
    child.once('error', () => resolve(null));
    child.once('exit', resolve);
  });
  const leaked = await exists(join(folder, 'tree', 'target', 'here'));
  return code === 0 && !leaked;
}

async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of FOLDERS) if (await exists(join(folder, name))) return join(folder, name);
  return undefined;
}

const exists = (path: string): Promise<boolean> => access(path, constants.F_OK).then(() => true, () => false);

/** A path as a table of mounts writes it. */
export function fstabWord(path: string): string {
  return path.replace(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
