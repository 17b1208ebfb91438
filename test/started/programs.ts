import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program of this name is on PATH; undefined where it is not. */
export function programOnPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)).find(isProgram);
}

export const isInstalled = (name: string): boolean => programOnPath(name) !== undefined;

/** Whether a file is there that may be run. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
