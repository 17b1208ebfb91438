import { ownerReference } from '../kubernetes/owners.js';
import { fnv32a, safeEncode } from '../kubernetes/pod-template.js';
import type { WantedConsent } from '../model/plan.js';
import type { ImageApproval } from '../model/images/image-approval.js';
import type { ImagePolicy } from '../model/images/image-policy.js';
import type { ImageUpdate, ImageUpdatePhase } from '../model/images/image-update.js';
import { API_VERSION, MANAGED_BY, serinResources } from '../model/resources.js';
import { describeApprovers, isAmong, type Caller } from './caller.js';
import type { Saying } from './decision.js';
import { authorOfImage, consentToImage, imageApprovalsOf, imageConsent } from './image-consent.js';

/** What a person wants to say to an image. */
export type ImageSaying = Pick<Saying, 'approved' | 'comment' | 'via'>;

/** As `ApprovalPlan`. */
export type ImageApprovalPlan =
  | { readonly outcome: 'write' | 'nothing'; readonly approval: ImageApproval; readonly done: string; readonly next: string }
  | { readonly outcome: 'refused'; readonly why: string };

/** Where nothing is left to be said. */
const OVER: readonly ImageUpdatePhase[] = ['Applied', 'Reported', 'Rejected', 'Expired', 'Superseded', 'Refused'];

/** From what a person says to an image to the ImageApproval that says it. Pure. @param policy undefined where it is gone */
export function planImageApproval(update: ImageUpdate, policy: ImagePolicy | undefined, approvals: readonly ImageApproval[], caller: Caller, saying: ImageSaying): ImageApprovalPlan {
  const { name } = update.metadata;
  const verb = saying.approved ? 'approve' : 'reject';
  const what = `image ${name} (${update.spec.image}:${update.spec.tag})`;
  const phase = update.status?.phase ?? 'Pending';
  if (OVER.includes(phase)) return refused(`${what} is decided (${phase}); there is nothing to ${verb}.`);
  const wanted = policy && imageConsent(policy);
  if (!policy) return refused(`the ImagePolicy ${update.spec.policy} of ${what} is gone, so nobody is asked. Send the image again when there is one.`);
  if (!wanted) return refused(`the ImagePolicy ${update.spec.policy} asks nobody for ${what}.`);
  if (!isAmong(wanted, caller)) return refused(`${caller.username} may not ${verb} ${what}: only ${describeApprovers(wanted, 'ImageApprovals')} may.`);
  const author = authorOfImage(update);
  if (saying.approved && wanted.notAuthor === true && author === undefined) return refused(`nobody may approve ${what}: its author may not, and nothing says who that is. Whoever sends images has to name its author.`);
  if (saying.approved && wanted.notAuthor === true && author === caller.username) return refused(`${caller.username} wrote ${what} and may not approve it. Somebody else has to.`);
  const own = imageApprovalsOf(update, approvals);
  const { given } = consentToImage(update, wanted, own);
  const said = own.find(({ spec }) => spec.user === caller.username && spec.approved === saying.approved);
  const word = saying.approved ? 'approved' : 'rejected';
  if (said) return { outcome: 'nothing', approval: said, done: `${capital(what)} was ${word} by you (${caller.username}) already.`, next: whatNext(wanted, given.length, saying) };
  return {
    outcome: 'write', approval: imageApprovalFor(update, wanted, caller, saying),
    done: `${capital(what)} is ${word} by ${caller.username}.`, next: whatNext(wanted, given.length + (saying.approved ? 1 : 0), saying),
  };
}

const refused = (why: string): ImageApprovalPlan => ({ outcome: 'refused', why });
const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

function whatNext(wanted: WantedConsent, given: number, { approved }: ImageSaying): string {
  if (!approved) return 'It is not taken up; the present image stays.';
  const lacking = wanted.approvals - given;
  if (lacking > 0) return `${given} of ${wanted.approvals} approvals are given; still wanted: ${lacking} from ${describeApprovers(wanted, 'ImageApprovals')}.`;
  return 'No further approval is wanted; the image is taken up.';
}

/** A name of its own for each person and word, so that saying it twice is one ImageApproval. */
function imageApprovalFor(update: ImageUpdate, { groups }: WantedConsent, caller: Caller, { approved, comment, via }: ImageSaying): ImageApproval {
  const { name, namespace, uid = '' } = update.metadata;
  const counting = groups.filter((group) => caller.groups.includes(group));
  return {
    apiVersion: API_VERSION,
    kind: serinResources.imageApprovals.kind,
    metadata: {
      name: `${name}-${approved ? 'yes' : 'no'}-${safeEncode(String(fnv32a(`${uid} ${caller.username}`)))}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...MANAGED_BY },
      ownerReferences: [ownerReference(update)],
    },
    spec: {
      imageUpdate: name, imageUpdateUid: uid, approved, user: caller.username,
      ...(comment === undefined || comment === '' ? {} : { comment: comment.slice(0, 1024) }),
      ...(counting.length === 0 ? {} : { groups: counting }),
      ...(via === undefined ? {} : { via: via.slice(0, 253) }),
    },
  };
}
