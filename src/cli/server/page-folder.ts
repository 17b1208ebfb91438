import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { note, type Shell } from '../shell.js';

const PAGE = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'dashboard');

/** The folder of the built page; undefined, and told, where this build has none: the API works without. */
export function pageFolder(shell: Pick<Shell, 'stderr'>): string | undefined {
  if (existsSync(join(PAGE, 'index.html'))) return PAGE;
  note(shell, `This build has no page (${PAGE}), so there is only the API; make build makes it.`);
  return undefined;
}
