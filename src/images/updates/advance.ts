import { imageConsent, standingOf, type ImageStanding } from '../../approvals/image-consent.js';
import { timestamp } from '../../kubernetes/conditions.js';
import { deepEqual } from '../../kubernetes/json.js';
import type { ImageApproval } from '../../model/images/image-approval.js';
import type { ImagePolicy } from '../../model/images/image-policy.js';
import type { ImageUpdate, ImageUpdateStatus } from '../../model/images/image-update.js';
import { canonicalRepository } from '../matching/image-reference.js';
import type { TagRules } from '../matching/tag-rules.js';
import { changingContainers, IMAGE_UPDATE_ANNOTATION, type WantedImage } from '../workloads/image-change.js';
import { containersOf, isProblem, type ImageWorkload, type WorkloadProblem } from '../workloads/workload.js';
import { isEnded } from './phases.js';

/** All that a decision about the updates of one policy depends on. */
export interface UpdatesObserved {
  readonly policy: ImagePolicy;
  /** Undefined where the policy's own rules cannot be used; `why` says so. */
  readonly rules: TagRules | undefined;
  readonly why?: string;
  /** Of this policy. */
  readonly updates: readonly ImageUpdate[];
  /** That the API server vouches for, from first to last. */
  readonly approvals: readonly ImageApproval[];
  readonly workload: ImageWorkload | WorkloadProblem;
  /** The GitOps tool that owns the image. */
  readonly gitOwner: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What is to be written about one update. */
export interface UpdateDecision {
  readonly update: ImageUpdate;
  /** Undefined where it stays as it is. */
  readonly status?: ImageUpdateStatus;
  /** The workload is to be changed first; the status follows from that. */
  readonly change?: WantedImage;
  /** When to look again, in milliseconds since the epoch, if nothing happens before. */
  readonly againAt?: number;
}

/** Decides about all updates of a policy that have not ended. Where several wait, the highest goes on; where they have no order, the last. */
export function advanceUpdates(observed: UpdatesObserved): UpdateDecision[] {
  const { updates, rules, policy } = observed;
  const open = updates.filter((each) => !isEnded(each));
  const own = open.filter(({ spec }) => spec.policyUid === undefined || spec.policyUid === policy.metadata.uid);
  const strange = open.filter((each) => !own.includes(each)).map((each) => ended(observed, each, 'Refused', `It is of an earlier ImagePolicy ${policy.metadata.name}.`));
  if (!rules) return [...strange, ...own.map((each) => said(each, { phase: 'Pending', message: `Waits: ${observed.why ?? 'the rules of its policy cannot be used'}.` }))];
  const groups = new Map<string, ImageUpdate[]>();
  for (const each of own) {
    const repository = canonicalRepository(each.spec.image) ?? each.spec.image;
    groups.set(repository, [...(groups.get(repository) ?? []), each]);
  }
  return [...strange, ...[...groups.values()].flatMap((group) => advanceGroup(observed, rules, group))];
}

function advanceGroup(observed: UpdatesObserved, rules: TagRules, group: readonly ImageUpdate[]): UpdateDecision[] {
  const inOrder = [...group].sort((a, b) => receivedAt(a).localeCompare(receivedAt(b)) || a.metadata.name.localeCompare(b.metadata.name));
  const best = inOrder.reduce((first, next) => ((rules.compare(next.spec.tag, first.spec.tag) ?? 1) >= 0 ? next : first));
  return inOrder.map((each) => (each === best ? advanceOne(observed, rules, each) : ended(observed, each, 'Superseded', `${best.spec.tag} came in its place (${best.metadata.name}).`)));
}

/** In whole seconds, then as the server made them. */
const receivedAt = ({ spec, metadata }: ImageUpdate): string => `${spec.receivedAt} ${metadata.creationTimestamp ?? ''}`;

function advanceOne(observed: UpdatesObserved, rules: TagRules, update: ImageUpdate): UpdateDecision {
  const { workload, policy, gitOwner, now } = observed;
  const { image, tag, digest } = update.spec;
  if (isProblem(workload)) return said(update, { phase: 'Pending', message: `Waits: ${workload.problem}.` });
  const present = containersOf(workload, image);
  if (present.length === 0) return said(update, { phase: 'Pending', message: `Waits: no container runs ${image} any more.` });
  const consent = imageConsent(policy);
  // People agree to a digest where one is known: the tag may be pushed again before Pods start.
  const wanted: WantedImage = { image, tag, digest, pinned: rules.sameTag || consent !== undefined };
  // Who wrote the tag there meanwhile has decided without us.
  const isNamed = !rules.sameTag && changingContainers(workload, { ...wanted, pinned: false }).length === 0;
  const [changing] = isNamed ? [] : changingContainers(workload, wanted);
  const isDone = workload.object.metadata.annotations?.[IMAGE_UPDATE_ANNOTATION] === update.metadata.name;
  if (!changing || isDone) return ended(observed, update, 'Applied', `${titleOf(workload)} asks for ${tag}.`, update.status?.approvedBy);
  const verdict = rules.judge({ tag, digest }, changing.image.tag === undefined ? undefined : { tag: changing.image.tag, digest: changing.image.digest });
  if (!verdict.takes) return ended(observed, update, (rules.compare(changing.image.tag ?? '', tag) ?? 0) > 0 ? 'Superseded' : 'Refused', `It does not count any more: ${verdict.why}.`);
  if (policy.spec.paused) return said(update, { phase: 'Pending', message: 'Waits: its policy is paused (spec.paused).' });
  const mode = policy.spec.mode ?? (gitOwner === undefined ? 'Update' : 'Report');
  if (mode === 'Report') {
    const why = policy.spec.mode === 'Report' ? 'Only reported, as its policy asks for' : `${gitOwner ?? 'A GitOps tool'} owns the image, so it is only reported`;
    return ended(observed, update, 'Reported', `${why}: set ${image}:${tag}${rules.sameTag ? `@${digest ?? ''}` : ''} in git.`);
  }
  return consent ? withConsent(observed, update, wanted, standingOf(update, consent, observed.approvals, now)) : { update, change: wanted };
}

function withConsent(observed: UpdatesObserved, update: ImageUpdate, wanted: WantedImage, consent: ImageStanding): UpdateDecision {
  const { given, rejection, until, blocked } = consent;
  switch (consent.state) {
    case 'rejected':
      return ended(observed, update, 'Rejected', `Rejected by ${rejection?.user ?? ''}${rejection?.comment ? `: ${rejection.comment}` : ''}.`, given, rejection?.user);
    case 'expired':
      return ended(observed, update, 'Expired', `Nobody decided until ${until === undefined ? '' : timestamp(until)}; ${given.length} of ${consent.wanted} approvals were given.`, given);
    case 'given':
      // Who agreed is on record before anything is changed.
      return { ...said(update, { phase: 'WaitingForApproval', message: `Approved${given.length === 0 ? ' by nobody in time, as its policy has it' : ` by ${given.join(', ')}`}.`, ...timed(until), ...(given.length === 0 ? {} : { approvedBy: [...given] }) }), change: wanted };
    case 'waiting': {
      const { approval } = observed.policy.spec;
      const from = [...(approval?.users ?? []), ...(approval?.groups ?? []).map((group) => `group ${group}`)].join(', ');
      const late = until !== undefined && observed.now >= until;
      const message = blocked === undefined
        ? `Waits for approval, ${given.length} of ${consent.wanted}${from === '' ? '' : ` from ${from}`}${until === undefined ? '' : late ? `; overdue since ${timestamp(until)}` : `, until ${timestamp(until)}`}.`
        : `Waits for approval, but ${blocked}.`;
      const status: ImageUpdateStatus = { phase: 'WaitingForApproval', message, ...timed(until), ...(given.length === 0 ? {} : { approvedBy: [...given] }) };
      return { ...said(update, status), ...(until === undefined || late ? {} : { againAt: until }) };
    }
  }
}

const timed = (until: number | undefined): { until?: string } => (until === undefined ? {} : { until: timestamp(until) });

/** The status of an update that was carried out. */
export function appliedStatus(update: ImageUpdate, workload: ImageWorkload, now: number): ImageUpdateStatus {
  const { until, approvedBy } = update.status ?? {};
  return { phase: 'Applied', message: `${titleOf(workload)} asks for ${update.spec.tag}.`, ...(until === undefined ? {} : { until }), ...(approvedBy === undefined ? {} : { approvedBy }), endedAt: timestamp(now) };
}

function ended(observed: UpdatesObserved, update: ImageUpdate, phase: ImageUpdateStatus['phase'], message: string, approvedBy?: readonly string[], rejectedBy?: string): UpdateDecision {
  const { until } = update.status ?? {};
  return {
    update,
    status: {
      phase, message, endedAt: timestamp(observed.now),
      ...(until === undefined ? {} : { until }),
      ...(approvedBy === undefined || approvedBy.length === 0 ? {} : { approvedBy: approvedBy.slice(0, 16) }),
      ...(rejectedBy === undefined ? {} : { rejectedBy }),
    },
  };
}

const said = (update: ImageUpdate, status: ImageUpdateStatus): UpdateDecision => (deepEqual(status, update.status) ? { update } : { update, status });

const titleOf = ({ resource, object }: ImageWorkload): string => `${resource.kind} ${object.metadata.name}`;
