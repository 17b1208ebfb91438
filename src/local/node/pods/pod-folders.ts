import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';

/** Folders of one Pod. */
export interface PodFolders {
  /** HOME and TMPDIR of its processes. */
  readonly home: string;
  /** One folder in it for each volume. */
  readonly volumes: string;
  /** One folder in it for each container. */
  readonly containers: string;
}

const rootOf = (stateDirectory: string, { metadata }: Pod): string => join(stateDirectory, 'pods', metadata.uid ?? metadata.name);

/** Where they are, made or not. */
export function podFolders(stateDirectory: string, pod: Pod): PodFolders {
  const root = rootOf(stateDirectory, pod);
  return { home: join(root, 'home'), volumes: join(root, 'volumes'), containers: join(root, 'containers') };
}

/** Makes those that are missing; for their owner only. */
export async function makePodFolders({ home, volumes, containers }: PodFolders): Promise<void> {
  for (const folder of [home, volumes, containers]) await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Processes that left their group may still write for a moment. @throws Error naming what cannot be removed */
export function removePodFolders(stateDirectory: string, pod: Pod): Promise<void> {
  return rm(rootOf(stateDirectory, pod), { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
}
