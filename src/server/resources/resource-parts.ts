import type { RouteParts } from '../route.js';
import type { Known } from './known.js';

/** What the routes of releases, policies, approvals and images are made of. */
export interface ResourceParts extends Pick<RouteParts, 'clientOf' | 'rights' | 'clock'> {
  /** What is known of the cluster. @throws HttpError 503 where it has not been read yet */
  readonly known: (signal: AbortSignal) => Promise<Known>;
}
