import type { ClusterStatus } from '../../local/supervisor/cluster-status.js';
import type { Clock } from '../../ports/clock.js';
import { linkTo, readPageRecord } from '../server/page-record.js';
import { DASHBOARD_PART } from './dashboard-part.js';

/** The page of a local cluster. */
export interface LocalPage {
  readonly url: string;
  /** Signs in whoever opens it, once, within ten minutes. */
  readonly link: string;
}

/** The page of a cluster with a fresh link to it; undefined where it is not served. */
export async function localPage({ directory, parts }: Pick<ClusterStatus, 'directory' | 'parts'>, clock: Clock): Promise<LocalPage | undefined> {
  if (!parts.some(({ name, ready }) => name === DASHBOARD_PART && ready)) return undefined;
  const record = await readPageRecord(directory);
  return record === undefined ? undefined : { url: `${record.url}/`, link: linkTo(record, clock.now()) };
}
