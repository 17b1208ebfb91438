import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { project } from '../started/started-cluster.js';

/** A kubectl to try. */
export interface Kubectl {
  readonly name: string;
  readonly path: string;
}

/** The kubectl on PATH, and Debian's where `scripts/install-tools.sh` fetched it beside another one. */
export function kubectls(): Kubectl[] {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'kubectl')).find(isProgram);
  const debians = join(project, '.cache', 'kubectl-debian', 'usr', 'bin', 'kubectl');
  return [
    ...(onPath === undefined ? [] : [{ name: 'installed', path: onPath }]),
    ...(isProgram(debians) ? [{ name: 'debian', path: debians }] : []),
  ];
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
