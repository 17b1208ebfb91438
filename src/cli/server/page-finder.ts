import type { FindPage } from '../../notifications/outbox/channel-work.js';
import { readPageRecord } from './page-record.js';

/** What a controller knows of the page. */
export interface PageOptions {
  /** Where it is, as somebody says. */
  readonly pageUrl?: string;
  /** The folder of a local cluster. */
  readonly localAddresses?: string;
}

/**
 * Where notifications link to: what somebody says; else the page that a local cluster serves, which leaves its address in the
 * cluster's folder. It starts after the controller and may come back at another port, so it is looked up each time.
 */
export function pageFinder({ pageUrl, localAddresses }: PageOptions): FindPage {
  if (pageUrl !== undefined) return () => Promise.resolve(pageUrl);
  if (localAddresses === undefined) return () => Promise.resolve(undefined);
  return async () => (await readPageRecord(localAddresses))?.url;
}
