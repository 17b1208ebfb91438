import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const project = fileURLToPath(new URL('../../../', import.meta.url));

/** The built command; another build than `dist` is tested with SERIN_DIST. */
export const dist = process.env['SERIN_DIST'] ?? join(project, 'dist');
