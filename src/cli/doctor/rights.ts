import type { ClusterFacts, Rights } from './facts.js';
import { findingsOf, type Finding } from './finding.js';

/** What the caller and the controllers may do. */
export function checkRights({ caller, accounts }: Pick<ClusterFacts, 'caller' | 'accounts'>): Finding[] {
  const { ok, warn, fail } = findingsOf('rights');
  return [
    judge(caller, ok('You may steer releases.'), (refused) => warn(`You may not ${refused}.`, 'The roles serin-viewer, serin-releaser and serin-approver give these rights.'), 'It cannot be asked what you may do.'),
    ...Object.entries(accounts).map(([name, rights]) =>
      judge(rights, ok(`ServiceAccount ${name} may do all that a controller does.`), (refused) => fail(`ServiceAccount ${name} may not ${refused}.`, 'serin install, or helm upgrade, gives it the rights of this version.'), `You may not ask what ServiceAccount ${name} may do.`),
    ),
  ];

  function judge({ refused }: Rights, good: Finding, bad: (refused: string) => Finding, unknown: string): Finding {
    if (refused === 'unknown') return warn(unknown, 'Ask somebody who may create SubjectAccessReviews.');
    return refused.length === 0 ? good : bad(refused.join('; '));
  }
}
