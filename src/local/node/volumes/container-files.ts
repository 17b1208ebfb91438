import { copyFile, cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ContainerConfigError } from '../environment/container-config-error.js';
import type { ContainerMount } from './container-mounts.js';
import type { MountMode } from './mount-mode.js';
import { preparePrivateRoot } from './private-root.js';

/** Mounts, then becomes the program; the process stays the same one from beginning to end. */
const ENTER = [
  'mount=$1 chroot=$2 table=$3 root=$4 folder=$5; shift 5',
  '"$mount" -a -T "$table" || { echo "the volumes could not be mounted" >&2; exit 125; }',
  'exec "$chroot" "$root" /bin/sh -c \'cd "$1" && shift && exec "$@"\' sh "$folder" "$@"',
].join('\n');

/** The mounts of one container, and where to put them. */
export interface ContainerFilesOptions {
  readonly mode: MountMode;
  readonly mounts: readonly ContainerMount[];
  /** A folder for this container alone; emptied. */
  readonly folder: string;
  readonly workingDirectory: string;
  /** Folders that must stay reachable even where a volume covers them. */
  readonly keep: readonly string[];
}

/** What goes before a command so that it finds the mounts, with the folder to start it in. */
export interface CommandPrefix {
  readonly prefix: readonly string[];
  readonly workingDirectory: string;
}

/**
 * Puts the files of a container's volumes in place.
 * @throws ContainerConfigError for a mount that this machine cannot have
 */
export async function placeFiles({ mode, mounts, folder, workingDirectory, keep }: ContainerFilesOptions): Promise<CommandPrefix> {
  if (mounts.length === 0) return { prefix: [], workingDirectory };
  if (mode.kind === 'folder') {
    await placeLinks(mounts, folder);
    return { prefix: [], workingDirectory };
  }
  const root = join(folder, 'root');
  const table = join(folder, 'mounts');
  const lines = await preparePrivateRoot({ root, mounts, keep, readOnly: mode.readOnly });
  await writeFile(table, lines);
  return { prefix: [...mode.unshare, '/bin/sh', '-c', ENTER, 'sh', mode.mount, mode.chroot, table, root, workingDirectory], workingDirectory: folder };
}

/** Without namespaces: below the folder, at the path of each mount, a link to it; a copy of what is not to be updated. */
async function placeLinks(mounts: readonly ContainerMount[], folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const outer: ContainerMount[] = [];
  for (const mount of mounts) {
    if (outer.some(({ target }) => mount.target === target || mount.target.startsWith(`${target}/`))) {
      throw new ContainerConfigError(`this system gives no mount namespace, and ${mount.target} is within another volume of the container: choose another mountPath`);
    }
    outer.push(mount);
    const place = join(folder, mount.target);
    await mkdir(dirname(place), { recursive: true });
    if (!mount.part || !mount.readOnly) await symlink(mount.source, place);
    else if (mount.directory) await cp(mount.source, place, { recursive: true, dereference: true });
    else await copyFile(mount.source, place);
  }
}
