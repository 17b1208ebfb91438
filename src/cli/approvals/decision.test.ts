import { describe, expect, it } from 'vitest';
import { releaseWith } from '../../engine/testing/arbitraries.js';
import type { Approval } from '../../model/approval.js';
import type { PlanStep } from '../../model/plan.js';
import type { Release, ReleaseStatus } from '../../model/release.js';
import { planApproval, type ApprovalPlan, type Saying } from './decision.js';
import { askingSteps, givenApprovals } from './record.js';

const ana = { username: 'ana', groups: ['testers'] };
const analyze: PlanStep = { kind: 'analyze', milliseconds: 60_000, undecided: 'ask' };
const steps: PlanStep[] = [{ kind: 'weight', share: 100 }, analyze, { kind: 'approve', users: ['bob'] }, { ...analyze, metrics: ['smoke'] }, { kind: 'analyze', undecided: 'hold' }, { kind: 'promote' }];

/** A release at this step. @param askedAt since when its analysis asks */
function at(index: number, askedAt?: string, planned = steps): Release {
  const release = releaseWith(planned);
  const status: ReleaseStatus = {
    phase: 'Progressing', step: { index, startedAt: '2026-01-01T00:00:00Z', ...(askedAt === undefined ? {} : { askedAt }) }, message: 'Watches the canary.',
    intent: { routing: 'split', share: 100, sizes: {}, holders: { stable: 'home', canary: 'release', others: 'release' }, paused: true },
  };
  return { ...release, status };
}

const ASKED = '2026-01-01T00:01:00Z';
const say = (release: Release, saying: Partial<Saying> = {}, approvals: readonly Approval[] = [], caller = ana): ApprovalPlan => planApproval(release, approvals, caller, { approved: true, ...saying });
const written = (plan: ApprovalPlan): Approval => {
  expect(plan.outcome).toBe('write');
  return plan.outcome === 'refused' ? expect.fail(plan.why) : plan.approval;
};

describe('answering an analysis that asks', () => {
  it('is open to everybody who may create Approvals, once', () => {
    const plan = say(at(1, ASKED));
    expect(plan).toMatchObject({ outcome: 'write', done: 'Step 2 of release web-1 is approved by ana.', next: 'No further approval is wanted. Follow it with: serin status web-1 --watch.' });
    const approval = written(plan);
    expect(approval.spec).toMatchObject({ release: 'web-1', step: 2, approved: true, user: 'ana' });
    expect(approval.spec).not.toHaveProperty('groups');
    expect(say(at(1, ASKED), {}, [approval])).toMatchObject({ outcome: 'nothing' });
    expect(say(at(1, ASKED), { approved: false, comment: 'no' })).toMatchObject({ outcome: 'write', done: 'Step 2 of release web-1 is rejected by ana.', next: 'The canary is taken back. Follow it with: serin status web-1 --watch.' });
  });

  it('takes a word of its own while it does not ask yet, and says when that counts', () => {
    expect(say(at(1))).toEqual({
      outcome: 'refused',
      why: 'release web-1 waits for no approval: Watches the canary. Step 3 will, step 2 and step 4 may, when still undecided after the time of the analysis; say it beforehand with: serin approve web-1 --step 2.',
    });
    expect(say(at(1), { step: 2 })).toMatchObject({ outcome: 'write', next: 'The release goes on if the analysis is undecided after its time; a metric that fails still takes the canary back. Follow it with: serin status web-1 --watch.' });
    expect(say(at(1), { step: 4, approved: false })).toMatchObject({ outcome: 'write', next: 'The canary is taken back if the analysis is undecided after its time. Take it back at once with: serin abort web-1.' });
    // That the present one asks says nothing of a later one.
    expect(say(at(1, ASKED), { step: 4 })).toMatchObject({ outcome: 'write', next: expect.stringContaining('if the analysis is undecided') as string });
  });

  it('is for no analysis that is held, or that waits for nothing', () => {
    expect(say(at(1), { step: 5 })).toMatchObject({ outcome: 'refused', why: expect.stringContaining('step 5 of release web-1 asks for no approval.') as string });
    const { analysis: _, ...plan } = at(1).spec.plan;
    expect(say({ ...at(1), spec: { ...at(1).spec, plan } }, { step: 2 })).toMatchObject({ outcome: 'refused' });
  });

  it('leaves other steps to those who may', () => {
    expect(say(at(2))).toMatchObject({ outcome: 'refused', why: 'ana may not approve step 3 of release web-1: only bob may.' });
  });
});

describe('the list of approvals', () => {
  const rows = (release: Release, approvals: readonly Approval[] = []): object[] => askingSteps([release], approvals).map(({ step, state, since, given }) => ({ step, state, since, given }));

  it('has the analyses that ask, and those that may', () => {
    expect(rows(at(1))).toEqual([
      { step: 2, state: 'perhaps', since: undefined, given: [] }, { step: 3, state: 'later', since: undefined, given: [] }, { step: 4, state: 'perhaps', since: undefined, given: [] },
    ]);
    expect(rows(at(3, ASKED))).toEqual([{ step: 4, state: 'now', since: ASKED, given: [] }]);
    expect(rows(at(2))).toMatchObject([{ step: 3, state: 'now', since: '2026-01-01T00:00:00Z' }, { step: 4, state: 'perhaps' }]);
  });

  it('puts those that wait first', () => {
    expect(askingSteps([at(1), { ...at(3, ASKED), metadata: { ...at(3).metadata, name: 'web-2' } }], []).map(({ release, step }) => `${release} ${step}`)).toEqual(['web-2 4', 'web-1 2', 'web-1 3', 'web-1 4']);
  });

  it('has what was said, and that it counts', () => {
    const approval = written(say(at(1, ASKED)));
    expect(rows(at(1, ASKED), [approval])[0]).toMatchObject({ step: 2, given: ['ana'] });
    expect(givenApprovals([at(1, ASKED)], [approval])).toMatchObject([{ step: 2, user: 'ana', counts: true }]);
    expect(givenApprovals([at(1)], [{ ...approval, spec: { ...approval.spec, step: 5 } }])).toMatchObject([{ counts: false }]);
  });
});
