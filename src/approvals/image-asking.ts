import type { ImageApproval } from '../model/images/image-approval.js';
import type { ImagePolicy } from '../model/images/image-policy.js';
import type { ImageUpdate } from '../model/images/image-update.js';
import { authorOfImage, consentToImage, imageConsent } from './image-consent.js';

/** An image that waits for people, and how far they are. */
export interface AskingImage {
  readonly namespace: string;
  /** The ImageUpdate. */
  readonly image: string;
  /** What it would run, with its tag. */
  readonly what: string;
  readonly policy: string;
  readonly wanted: number;
  readonly given: readonly string[];
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly notAuthor: string | undefined;
  readonly since: string;
  readonly until: string | undefined;
}

/** The images that wait for people, the one that has waited longest first. */
export function askingImages(updates: readonly ImageUpdate[], policies: readonly ImagePolicy[], approvals: readonly ImageApproval[]): AskingImage[] {
  return updates
    .filter(({ status }) => status?.phase === 'WaitingForApproval')
    .flatMap((update): AskingImage[] => {
      const { spec, status, metadata: { namespace = '', name } } = update;
      const policy = policies.find(({ metadata }) => metadata.name === spec.policy && metadata.namespace === update.metadata.namespace);
      const wanted = policy && imageConsent(policy);
      if (!wanted) return [];
      return [{
        namespace, image: name, what: `${spec.image}:${spec.tag}`, policy: spec.policy, wanted: wanted.approvals, given: consentToImage(update, wanted, approvals).given,
        users: wanted.users, groups: wanted.groups, notAuthor: wanted.notAuthor === true ? (authorOfImage(update) ?? 'unknown') : undefined, since: spec.receivedAt, until: status?.until,
      }];
    })
    .sort((a, b) => a.since.localeCompare(b.since));
}
