import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';

/** Folders of one Pod: a home for its processes, and one for each emptyDir. */
export interface PodFolders {
  readonly home: string;
  readonly volumes: Readonly<Record<string, string>>;
}

const rootOf = (stateDirectory: string, { metadata }: Pod): string => join(stateDirectory, 'pods', metadata.uid ?? metadata.name);

/** Where they are, made or not. */
export function podFolders(stateDirectory: string, pod: Pod): PodFolders {
  const root = rootOf(stateDirectory, pod);
  const volumes = (pod.spec.volumes ?? []).filter(({ emptyDir }) => emptyDir !== undefined);
  return { home: join(root, 'home'), volumes: Object.fromEntries(volumes.map(({ name }) => [name, join(root, 'volumes', name)])) };
}

export async function makePodFolders({ home, volumes }: PodFolders): Promise<void> {
  for (const folder of [home, ...Object.values(volumes)]) await mkdir(folder, { recursive: true, mode: 0o700 });
}

export function removePodFolders(stateDirectory: string, pod: Pod): Promise<void> {
  return rm(rootOf(stateDirectory, pod), { recursive: true, force: true });
}
