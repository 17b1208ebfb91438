import type { Dirent } from 'node:fs';
import { lstat, mkdir, readdir, readlink, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { ContainerConfigError } from '../environment/container-config-error.js';
import type { ContainerMount } from './container-mounts.js';
import { fstabWord } from './mount-mode.js';

/** One line of the table of mounts. */
interface Bind {
  readonly source: string;
  /** A path of the container. */
  readonly target: string;
  readonly options: 'bind' | 'rbind' | 'bind,ro';
}

/** What a root of its own is made of. */
export interface PrivateRootOptions {
  /** The folder that becomes the root of the container's processes; emptied first. */
  readonly root: string;
  readonly mounts: readonly ContainerMount[];
  /** Folders that must stay reachable even where a volume covers them. */
  readonly keep: readonly string[];
  /** Whether read-only mounts can be had. */
  readonly readOnly: boolean;
}

/**
 * Prepares a root that is this machine's but for the mounts. Its first level, and every folder in which a mount point is
 * missing, is a real folder with stand-ins for what the machine has there; nothing is made on the machine itself.
 * @returns the text of a table for `mount -a`, in order
 * @throws ContainerConfigError for a mount point that is a file where a folder is needed, or the other way round
 */
export async function preparePrivateRoot({ root, mounts, keep, readOnly }: PrivateRootOptions): Promise<string> {
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  const placed: ContainerMount[] = [];
  const split = new Set<string>([sep]);
  const missing: ContainerMount[] = [];
  for (const mount of mounts) {
    const { existing, rest } = await resolve(mount.target);
    const real = { ...mount, target: join(existing, rest) };
    const outer = placed.findLast(({ target }) => isWithin(real.target, target));
    if (outer !== undefined) await makePoint(join(outer.source, real.target.slice(outer.target.length)), mount.directory);
    else if (rest === '') await assertKind(mount, existing);
    else {
      for (let folder = existing; !split.has(folder); folder = dirname(folder)) split.add(folder);
      missing.push(real);
    }
    placed.push(real);
  }
  const binds: Bind[] = [];
  for (const folder of [...split].sort((a, b) => a.length - b.length)) binds.push(...(await standIns(folder, root, split)));
  // What holds the root itself comes before anything is mounted in it, or it would be copied with all of that.
  binds.sort((a, b) => Number(isWithin(root, b.source)) - Number(isWithin(root, a.source)));
  for (const { target, directory } of missing) await makePoint(join(root, target), directory);
  binds.push(...placed.map(({ source, target, readOnly: only }): Bind => ({ source, target, options: only && readOnly ? 'bind,ro' : 'bind' })));
  for (const folder of keep) {
    const outer = placed.findLast(({ target, directory }) => directory && isWithin(folder, target));
    if (outer === undefined) continue;
    await makePoint(join(outer.source, folder.slice(outer.target.length)), true);
    binds.push({ source: folder, target: folder, options: 'rbind' });
  }
  return binds.map(({ source, target, options }) => `${fstabWord(source)} ${fstabWord(join(root, target))} none ${options} 0 0\n`).join('');
}

/** Stand-ins for the entries of a folder, and what is to be mounted on them. */
async function standIns(folder: string, root: string, split: ReadonlySet<string>): Promise<Bind[]> {
  const binds: Bind[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const place = join(root, path);
    if (split.has(path)) await mkdir(place, { mode: (await stat(path)).mode });
    else if (entry.isSymbolicLink()) await symlink(await readlink(path), place);
    else if (await isSeen(path, entry)) {
      await makePoint(place, entry.isDirectory());
      binds.push({ source: path, target: path, options: entry.isDirectory() ? 'rbind' : 'bind' });
    }
  }
  return binds;
}

/** What vanished meanwhile, or may not be looked at, is left out. */
const isSeen = (path: string, entry: Dirent): Promise<boolean> => (entry.isDirectory() ? stat(path) : lstat(path)).then(() => true, () => false);

/** The part of a path that there is, without symbolic links, and the rest. */
async function resolve(path: string): Promise<{ existing: string; rest: string }> {
  let rest = '';
  for (let at = path; ; at = dirname(at)) {
    const existing = await realpath(at).catch(() => undefined);
    if (existing !== undefined) return { existing, rest };
    rest = join(basename(at), rest);
  }
}

async function assertKind({ target, directory }: ContainerMount, existing: string): Promise<void> {
  const isDirectory = (await stat(existing)).isDirectory();
  if (isDirectory === directory) return;
  throw new ContainerConfigError(`cannot mount a ${directory ? 'folder' : 'file'} at ${target}: on this machine that is a ${isDirectory ? 'folder' : 'file'}; choose another mountPath`);
}

async function makePoint(path: string, directory: boolean): Promise<void> {
  await mkdir(directory ? path : dirname(path), { recursive: true });
  if (!directory) await writeFile(path, '', { flag: 'a' });
}

const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder === sep ? '' : folder}${sep}`);
