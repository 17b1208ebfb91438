import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Part } from '../../local/supervisor/parts.js';
import { PAGE_RECORD } from '../server/page-record.js';

const CLI = join(dirname(dirname(fileURLToPath(import.meta.url))), 'main.js');

/** What the part is called, in the status of a cluster too. */
export const DASHBOARD_PART = 'dashboard';

/**
 * The web page as a part of a local cluster. It acts as the cluster's administrator, as whoever reads the cluster's folder may
 * do anyway; the part's own user may do nothing.
 */
export const dashboardPart: Part = {
  name: DASHBOARD_PART,
  script: CLI,
  args: ['dashboard', '--kubeconfig', '{directory}/kubeconfig', '--no-open', '--of-local', '{directory}'],
  user: { username: 'system:serin:dashboard', groups: [] },
  ready: { kind: 'file', name: PAGE_RECORD },
};
