import { message } from '../model/messages.js';
import type { PlannedConsent } from '../model/planned-consent.js';
import type { WantedConsent } from '../model/plan.js';
import type { Release, ReleaseStatus } from '../model/release.js';
import { approvedOf, BEGINNING, describeWanted, letThroughBy } from './approving.js';
import { askPeople, refusedBy, sayOutdated } from './consent.js';
import type { Draft } from './draft.js';
import type { Ending } from './endings.js';
import { formatMoment } from './formatting.js';
import type { Observation } from './observation.js';

/** Whose consent a release waits for before it begins; undefined where it asks nobody. The first version runs already. */
export function consentToBegin({ consent, first }: Pick<Release['spec'], 'consent' | 'first'>): WantedConsent | undefined {
  return consent && first !== true ? wantedOf(consent) : undefined;
}

/** What a release keeps of consent, with nobody named where nobody is. */
export const wantedOf = ({ users = [], groups = [], ...rest }: PlannedConsent): WantedConsent => ({ ...rest, users, groups });

/**
 * Whether a release that has touched nothing yet may begin: people agree where they are asked, no freeze window holds it, and a
 * place is free. What keeps it stands in `status.held`. Once it has begun none of that is asked again.
 */
export function mayBegin(draft: Draft, release: Release, observation: Observation): boolean | Ending {
  const before = draft.status.held;
  const wanted = consentToBegin(release.spec);
  if (wanted) {
    const asked = askPeople(draft, release, observation, wanted, BEGINNING);
    if (asked.state === 'ended') return asked.ending;
    if (asked.state === 'waits') {
      draft.wait(asked.what, asked.until);
      return hold(draft, { for: 'approval', ...(asked.until === undefined ? {} : { until: new Date(asked.until).toISOString() }) });
    }
    // While something else holds it afterwards, it is on record already.
    if (before === undefined || before.for === 'approval') draft.happen(asked.how);
  }
  const frozen = isFrozen(draft, release, observation);
  if (frozen !== false) return frozen === true ? false : frozen;
  if (observation.place?.free === false) {
    draft.wait(message('WaitsForPlace'));
    return hold(draft, { for: 'place' });
  }
  begins(draft);
  return true;
}

/** Whether a freeze window holds it; or the end that somebody who may let it through has put to it. */
function isFrozen(draft: Draft, release: Release, observation: Observation): boolean | Ending {
  const known = approvedOf(release, observation, draft.status.images);
  const said = (observation.frozen ?? []).map((freeze) => ({ freeze, ...letThroughBy(observation.approvals ?? [], freeze.window, freeze.exceptWith, known) }));
  const refusal = said.find((each) => each.refusal)?.refusal;
  if (refusal) return refusedBy(refusal);
  for (const { outdated } of said) sayOutdated(draft, outdated);
  const holding = said.find(({ given }) => given.length === 0)?.freeze;
  if (!holding) {
    for (const { freeze, by } of said) draft.happen(message('LetThrough', { window: freeze.window, users: by.join(', ') }));
    return false;
  }
  const { window, why, until, exceptWith, kind } = holding;
  const { name } = release.metadata;
  const args = { window, why, release: name };
  if (until === undefined) draft.wait(message('WaitsForBrokenFreeze', { window, why, kind: kind.toLowerCase() }));
  else if (exceptWith) draft.wait(message('WaitsForFreezeOrPerson', { ...args, until: formatMoment(until), from: describeWanted({ approvals: 1, ...exceptWith }) }), until);
  else draft.wait(message('WaitsForFreeze', { window, why, until: formatMoment(until) }), until);
  hold(draft, { for: 'freeze', window, ...(until === undefined ? {} : { until: new Date(until).toISOString() }) });
  return true;
}

function hold(draft: Draft, held: NonNullable<ReleaseStatus['held']>): false {
  draft.set({ held });
  return false;
}

/** Nothing keeps it back any more, or it has ended. */
export function begins(draft: Draft): void {
  const { held: _, ...rest } = draft.status;
  draft.replace(rest);
}
