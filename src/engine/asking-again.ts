import { message, type Message } from '../model/messages.js';
import { stepOf, type WantedConsent } from '../model/plan.js';
import type { Release } from '../model/release.js';
import { approvalOf, approvedOf, BEGINNING, describeWanted } from './approving.js';
import { consentToBegin } from './beginning.js';
import { refusedBy, sayOutdated } from './consent.js';
import type { Draft } from './draft.js';
import type { Ending } from './endings.js';
import type { Observation } from './observation.js';
import { isPushedAgain } from './pulled-images.js';

/** What comes of asking again: nothing, an end, or what it waits for. */
interface AskedAgain {
  readonly ending?: Ending;
  readonly waits?: Message;
}

/**
 * Whether a release that is under way has to ask again: its image was pushed again, so that Pods run another digest than people
 * agreed to. Whoever was asked last is asked; a step that asks by itself, and a rule by which time decides, need no more than that.
 */
export function askAgain(draft: Draft, release: Release, observation: Observation): AskedAgain {
  const { images: pulled = [], asksAgain } = draft.status;
  const { canaryImages = [] } = observation;
  const asked = isPushedAgain(pulled, canaryImages) ? askedLast(draft, release) : undefined;
  const known = approvedOf(release, observation, pulled);
  const { given, by, refusal, outdated } = asked ? approvalOf(observation.approvals ?? [], asked.wanted, asked.index, known) : NOBODY;
  if (!asked || given.length >= asked.wanted.approvals) {
    if (asksAgain && asked) draft.happen(message('Approved', { users: by.join(', ') }));
    draft.askAgain(undefined);
    return {};
  }
  if (asksAgain && refusal) return { ending: refusedBy(refusal) };
  if (!asksAgain) draft.happen(message('AsksAgain', { digests: canaryImages.filter((each) => isPushedAgain(pulled, [each])).map(({ digest }) => digest).join(', ') }));
  sayOutdated(draft, outdated);
  draft.askAgain(asked.index + 1);
  const { approvals: wanted } = asked.wanted;
  return { waits: message('WaitsForApprovalAgain', { given: given.length, wanted, from: describeWanted(asked.wanted, known.author), release: release.metadata.name }) };
}

const NOBODY: ReturnType<typeof approvalOf> = { given: [], by: [], refusal: undefined, outdated: [] };

/** The last consent that is behind a release under way; undefined where there is none, and where time alone could give it. */
function askedLast({ status: { phase, step } }: Draft, release: Release): { readonly wanted: WantedConsent; readonly index: number } | undefined {
  const { steps } = release.spec.plan;
  if ((phase !== 'Progressing' && phase !== 'Promoting') || (phase === 'Progressing' && steps[step.index]?.kind === 'approve')) return undefined;
  const passed = steps.slice(0, step.index).flatMap((planned, index) => {
    const wanted = stepOf(planned);
    return wanted.kind === 'approve' ? [{ wanted, index }] : [];
  });
  const first = consentToBegin(release.spec);
  const last = passed.at(-1) ?? (first && { wanted: first, index: BEGINNING });
  return last?.wanted.otherwise === 'Approve' ? undefined : last;
}

/** Lets a release keep what it has, as while a person has paused it, and says what it waits for. */
export function withoutMoving(draft: Draft, release: Release, waits: Message, act: (held: Release) => void): void {
  const { phase } = draft.status;
  act({ ...release, spec: { ...release.spec, paused: true } });
  if (draft.status.phase === phase) draft.wait(waits);
  else draft.askAgain(undefined);
}
