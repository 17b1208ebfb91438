import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where a program is found; undefined when it is not. */
export function findTool(name: string): string | undefined {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** Finds nginx; as root on Debian it is installed, after saying so. @returns undefined when there is none */
export function ensureNginx(note: (text: string) => void): string | undefined {
  const found = findTool('nginx');
  const aptGet = findTool('apt-get');
  if (found !== undefined || aptGet === undefined || process.getuid?.() !== 0) return found;
  note('installs the Debian package nginx-light (apt-get), to compare with; remove it with: apt-get remove nginx-light');
  try {
    // A policy of 101 keeps the package from starting a server of its own.
    execFileSync(aptGet, ['install', '--yes', '--no-install-recommends', 'nginx-light'], { stdio: 'ignore', timeout: 120_000, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' } });
  } catch {
    return undefined;
  }
  return findTool('nginx');
}

/** The command that keeps a program on one processor: nothing where `taskset` or a second processor is missing. */
export function pinnedTo(processor: number): readonly string[] {
  const taskset = findTool('taskset');
  return taskset === undefined || availableParallelism() < 2 ? [] : [taskset, '--cpu-list', String(processor)];
}
