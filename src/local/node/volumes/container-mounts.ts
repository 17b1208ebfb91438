import { mkdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';
import type { Container, Pod } from '../../../kubernetes/generated/core-v1.js';
import { ContainerConfigError } from '../environment/container-config-error.js';
import { expandVariables } from '../environment/expansion.js';
import { isFilled } from './volume-content.js';

/** What a container finds where. */
export interface ContainerMount {
  /** The absolute path that the container uses. */
  readonly target: string;
  /** A folder or file on this machine. */
  readonly source: string;
  readonly directory: boolean;
  readonly readOnly: boolean;
  /** Whether it is one file or folder of a volume that shows it as it was when the container started. */
  readonly part: boolean;
}

/**
 * Where the volumes of a container are to be seen, outer paths first.
 * @param folders of the Pod's volumes, by name
 * @throws ContainerConfigError for a path that cannot be, or a part of a volume that is not there
 */
export async function containerMounts(container: Container, pod: Pod, folders: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>): Promise<ContainerMount[]> {
  const mounts: ContainerMount[] = [];
  for (const { name, mountPath, subPath = '', subPathExpr = '', readOnly = false } of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find((each) => each.name === name);
    const folder = folders[name];
    if (volume === undefined || folder === undefined) continue;
    const target = normalize(mountPath).replace(/(?<=.)\/+$/, '');
    if (!isAbsolute(target) || target === sep) throw new ContainerConfigError(`volume mount ${name}: mountPath ${mountPath} must be an absolute path other than /`);
    const part = subPath === '' ? expandVariables(subPathExpr, env) : subPath;
    const filled = isFilled(volume);
    const source = part === '' ? folder : await partOf(folder, part, name, filled);
    const directory = part === '' || (await stat(source)).isDirectory();
    mounts.push({ target, source, directory, readOnly: readOnly || filled, part: part !== '' });
  }
  return mounts.sort((a, b) => a.target.length - b.target.length);
}

/** The file itself, not the name that an update would point elsewhere. What is missing of an emptyDir is made. */
async function partOf(folder: string, part: string, volume: string, filled: boolean): Promise<string> {
  const path = join(folder, part);
  if (isAbsolute(part) || !`${path}${sep}`.startsWith(`${folder}${sep}`)) throw new ContainerConfigError(`volume mount ${volume}: subPath ${part} must stay within the volume`);
  if (!filled) await mkdir(path, { recursive: true }).catch(() => undefined);
  const real = await realpath(path).catch(() => undefined);
  const inside = real !== undefined && `${real}${sep}`.startsWith(`${await realpath(folder)}${sep}`);
  if (!inside) throw new ContainerConfigError(`failed to prepare subPath for volumeMount ${JSON.stringify(volume)}: there is no ${part} in the volume`);
  return real;
}
