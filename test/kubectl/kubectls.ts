import { join } from 'node:path';
import { isProgram, programOnPath } from '../started/programs.js';
import { project } from '../started/started-cluster.js';

/** A kubectl to try. */
export interface Kubectl {
  readonly name: string;
  readonly path: string;
}

/** The kubectl on PATH, and Debian's where `scripts/install-tools.sh` fetched it beside another one. */
export function kubectls(): Kubectl[] {
  const onPath = programOnPath('kubectl');
  const debians = join(project, '.cache', 'kubectl-debian', 'usr', 'bin', 'kubectl');
  return [
    ...(onPath === undefined ? [] : [{ name: 'installed', path: onPath }]),
    ...(isProgram(debians) ? [{ name: 'debian', path: debians }] : []),
  ];
}
