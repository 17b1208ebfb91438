import { hasBegun } from '../../model/beginning.js';
import type { WantedConsent } from '../../model/plan.js';
import { planMark } from '../../model/release-mark.js';
import { BEGINNING } from '../approving.js';
import type { ApprovalObservation, Observation } from '../observation.js';
import { claim } from './scenario.js';
import type { Asked, World } from './world.js';

/** Whether enough of those who may have agreed, or time decided where the plan lets it. */
export function agreed({ release, observation, now }: Asked, world: World, wanted: WantedConsent, index: number): void {
  const among = (observation.approvals ?? []).filter((approval) => approval.step === index && may(approval, wanted));
  const given = new Set(among.filter((each) => each.approved && isStill(each, release.spec) && isOfImages(each, observation, world)).map(({ user }) => user));
  if (wanted.notAuthor === true && release.spec.author !== undefined) given.delete(release.spec.author);
  const count = wanted.notAuthor === true && release.spec.author === undefined ? 0 : given.size;
  const lasted = now - Date.parse(release.status?.step.startedAt ?? '');
  const over = wanted.otherwise === 'Approve' && wanted.milliseconds !== undefined && lasted >= wanted.milliseconds;
  claim(over || count >= wanted.approvals, `passed with ${count} of ${wanted.approvals} approvals`);
  claim(among.every(({ approved }) => approved), 'passed although someone had refused');
}

/** A release begins only where those who are asked agree and no freeze window holds it; before, it touches nothing. */
export function beginsWithConsent(world: World): void {
  const { asked } = world;
  const before = asked?.release.status;
  if (!asked || !before || hasBegun(before)) return;
  const { release: { spec }, observation, decision: { status } } = asked;
  if (!hasBegun(status)) {
    claim(status.intent.sizes.canary === undefined && status.intent.share === 0, 'touched something before it began');
    return;
  }
  if (status.phase !== 'Preparing') return;
  if (spec.consent) agreed(asked, world, { users: [], groups: [], ...spec.consent }, BEGINNING);
  for (const { window, exceptWith } of observation.frozen ?? []) {
    const through = (observation.approvals ?? []).some((each) => exceptWith !== undefined && each.step === BEGINNING && each.approved && each.freezeWindow === window && may(each, exceptWith) && isStill(each, spec));
    claim(through, 'began inside a freeze window');
  }
}

const may = ({ user, groups }: ApprovalObservation, wanted: Pick<WantedConsent, 'users' | 'groups'>): boolean => wanted.users.includes(user) || groups.some((group) => wanted.groups.includes(group));

const isStill = ({ seen }: ApprovalObservation, spec: Asked['release']['spec']): boolean => seen === undefined || seen.plan === planMark(spec);

/** Whether a word is of all that Pods run now: it names that, or was said when that ran; what was said before anything ran is of the first. */
function isOfImages(word: ApprovalObservation, { canaryImages = [] }: Observation, world: World): boolean {
  const ran = world.ranAt.get(word) ?? [];
  const named = word.seen?.images ?? [];
  const meant = named.length > 0 ? named : ran.length > 0 ? ran : world.firstImages;
  return canaryImages.every(({ digest }) => meant.includes(digest));
}

/** Where Pods run another image than the first, the release goes on only if those who were asked last agree to that one. */
export function goesOnWithWhatWasApproved(world: World): void {
  const { asked } = world;
  const before = asked?.release.status;
  if (!asked || !before || (before.phase !== 'Progressing' && before.phase !== 'Promoting')) return;
  const { release: { spec }, observation, decision: { status } } = asked;
  const { index } = before.step;
  const moves = status.step.index > index || status.phase === 'HandingOver' || (status.intent.share > before.intent.share && (observation.replicaSets.stable?.ready ?? 0) > 0);
  const isFirst = (observation.canaryImages ?? []).every(({ digest }) => world.firstImages.includes(digest));
  if (!moves || isFirst || spec.plan.steps[index]?.kind === 'approve') return;
  const last = spec.plan.steps.slice(0, index).findLastIndex(({ kind }) => kind === 'approve');
  const wanted = last < 0 ? spec.consent : spec.plan.steps[last];
  if (!wanted || wanted.otherwise === 'Approve') return;
  const { approvals = 1, users = [], groups = [] } = wanted;
  try {
    agreed(asked, world, { ...wanted, approvals, users: [...users], groups: [...groups] }, last < 0 ? BEGINNING : last);
  } catch (error) {
    throw new Error(`went on with an image that nobody approved: ${String(error)}`, { cause: error });
  }
}
