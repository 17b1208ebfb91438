import { approvalOf, type Consent } from '../engine/approving.js';
import type { WantedConsent } from '../model/plan.js';
import { plannedConsent } from '../model/planned-consent.js';
import type { ImageApproval } from '../model/images/image-approval.js';
import type { ImagePolicy } from '../model/images/image-policy.js';
import type { ImageUpdate } from '../model/images/image-update.js';

/** Where people stand with one image. */
export interface ImageStanding {
  readonly state: 'given' | 'rejected' | 'expired' | 'waiting';
  /** Who approved and may, each once, in the order in which they did. */
  readonly given: readonly string[];
  readonly wanted: number;
  /** Who rejected it. */
  readonly rejection?: { readonly user: string; readonly comment: string };
  /** Until when people may decide, in milliseconds since the epoch. */
  readonly until?: number;
  /** Why nobody can approve it, as a clause. */
  readonly blocked?: string;
}

/** Whose consent an image waits for; undefined where its policy asks nobody. */
export function imageConsent(policy: Pick<ImagePolicy, 'spec'>): WantedConsent | undefined {
  if (!policy.spec.approval) return undefined;
  const { users = [], groups = [], ...rest } = plannedConsent(policy.spec.approval);
  return { ...rest, users, groups };
}

/** Who wrote what is in the image, as its sender says. Only of the spec, which nobody can change: annotations can be. */
export const authorOfImage = ({ spec }: Pick<ImageUpdate, 'spec'>): string | undefined => spec.author;

/** The words to one image; those to an earlier one of its name are left out. */
export const imageApprovalsOf = ({ metadata }: ImageUpdate, approvals: readonly ImageApproval[]): ImageApproval[] =>
  approvals.filter(({ spec, metadata: own }) => spec.imageUpdate === metadata.name && spec.imageUpdateUid === metadata.uid && own.namespace === metadata.namespace);

/**
 * What counts of what people said to an image. Only words that the API server vouches for may be given: see `vouchedFor`.
 * @param approvals of any image
 */
export function consentToImage(update: ImageUpdate, wanted: WantedConsent, approvals: readonly ImageApproval[]): Consent {
  const said = imageApprovalsOf(update, approvals).map(({ spec }) => ({ user: spec.user, groups: spec.groups ?? [], step: 0, approved: spec.approved, comment: spec.comment ?? '', via: spec.via }));
  return approvalOf(said, wanted, 0, { author: authorOfImage(update) });
}

/**
 * What follows from what counts, and from the time.
 * @param approvals as for `consentToImage`, from first to last @param now milliseconds since the epoch
 */
export function standingOf(update: ImageUpdate, wanted: WantedConsent, approvals: readonly ImageApproval[], now: number): ImageStanding {
  const { given, refusal } = consentToImage(update, wanted, approvals);
  const until = wanted.milliseconds === undefined ? undefined : Date.parse(update.spec.receivedAt) + wanted.milliseconds;
  const known = {
    given, wanted: wanted.approvals,
    ...(until === undefined ? {} : { until }),
    ...(wanted.notAuthor === true && authorOfImage(update) === undefined ? { blocked: "nobody can approve it: approvals must not be its author's, and the sender named none" } : {}),
  };
  if (refusal) return { ...known, state: 'rejected', rejection: { user: refusal.user, comment: refusal.comment } };
  if (given.length >= wanted.approvals) return { ...known, state: 'given' };
  if (until === undefined || now < until) return { ...known, state: 'waiting' };
  const { otherwise = 'Reject' } = wanted;
  return { ...known, state: otherwise === 'Reject' ? 'expired' : otherwise === 'Approve' ? 'given' : 'waiting' };
}
