import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';

/** One file of a volume. */
export interface VolumeFile {
  readonly data: Buffer;
  /** Permission bits. */
  readonly mode: number;
}

/** The files of a volume by path within it. */
export type VolumeFiles = ReadonlyMap<string, VolumeFile>;

const CURRENT = '..data';

/**
 * Makes the folder hold exactly these files, all of them at once for whoever reads: they lie in a folder of their own that
 * `..data` points to, and each visible name points through it. A file that was opened before stays readable.
 * @throws Error for files that cannot be written, such as `a` beside `a/b`; then all is as it was
 */
export async function writeAtomically(folder: string, files: VolumeFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  const before = await readlink(join(folder, CURRENT)).catch(() => undefined);
  const names = new Set([...files.keys()].map((path) => path.split(sep)[0] ?? path));
  if (before !== undefined && (await holds(join(folder, before), files))) {
    // Whoever wrote them may have ended before all names were there.
    await showNames(folder, names);
    return;
  }
  const fresh = await mkdtemp(`${folder}${sep}..`);
  try {
    await writeFiles(fresh, files);
    const swap = join(folder, '..data_tmp');
    await rm(swap, { force: true });
    await symlink(basename(fresh), swap);
    await rename(swap, join(folder, CURRENT));
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
  await showNames(folder, names);
  if (before !== undefined) await rm(join(folder, before), { recursive: true, force: true });
}

async function writeFiles(folder: string, files: VolumeFiles): Promise<void> {
  await chmod(folder, 0o755);
  for (const [path, { data, mode }] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o755 });
    await writeFile(file, data);
    await chmod(file, mode);
  }
}

async function showNames(folder: string, names: ReadonlySet<string>): Promise<void> {
  for (const entry of await readdir(folder)) {
    const isOld = !names.has(entry) && !entry.startsWith('..') && (await lstat(join(folder, entry))).isSymbolicLink();
    if (isOld) await unlink(join(folder, entry));
  }
  for (const name of names) {
    const link = join(folder, name);
    if ((await readlink(link).catch(() => undefined)) === undefined) await symlink(join(CURRENT, name), link);
  }
}

async function holds(folder: string, files: VolumeFiles): Promise<boolean> {
  const found = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])).filter((entry) => entry.isFile());
  if (found.length !== files.size) return false;
  for (const [path, { data, mode }] of files) {
    const file = join(folder, path);
    const [content, state] = await Promise.all([readFile(file).catch(() => undefined), stat(file).catch(() => undefined)]);
    if (content === undefined || !content.equals(data) || state === undefined || (state.mode & 0o777) !== (mode & 0o777)) return false;
  }
  return true;
}
