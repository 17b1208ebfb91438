import { describe, expect, it } from 'vitest';
import { releaseWith } from '../engine/testing/arbitraries.js';
import type { Approval } from '../model/approval.js';
import type { PlanStep } from '../model/plan.js';
import type { Release, ReleaseStatus } from '../model/release.js';
import type { FreezeWindow } from '../model/freeze-window.js';
import { planMark } from '../model/release-mark.js';
import { firstStatus } from '../engine/advance.js';
import { planApproval, type ApprovalPlan, type Saying, type WindowExcepts } from './decision.js';
import { askingSteps, givenApprovals, mayAnswer } from './record.js';

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
  const rows = (release: Release, approvals: readonly Approval[] = []): object[] => askingSteps([release], approvals, 0).map(({ step, state, since, given }) => ({ step, state, since, given }));

  it('has the analyses that ask, and those that may', () => {
    expect(rows(at(1))).toEqual([
      { step: 2, state: 'perhaps', since: undefined, given: [] }, { step: 3, state: 'later', since: undefined, given: [] }, { step: 4, state: 'perhaps', since: undefined, given: [] },
    ]);
    expect(rows(at(3, ASKED))).toEqual([{ step: 4, state: 'now', since: ASKED, given: [] }]);
    expect(rows(at(2))).toMatchObject([{ step: 3, state: 'now', since: '2026-01-01T00:00:00Z' }, { step: 4, state: 'perhaps' }]);
  });

  it('puts those that wait first', () => {
    expect(askingSteps([at(1), { ...at(3, ASKED), metadata: { ...at(3).metadata, name: 'web-2' } }], [], 0).map(({ release, step }) => `${release} ${step}`)).toEqual(['web-2 4', 'web-1 2', 'web-1 3', 'web-1 4']);
  });

  it('has what was said, and that it counts', () => {
    const approval = written(say(at(1, ASKED)));
    expect(rows(at(1, ASKED), [approval])[0]).toMatchObject({ step: 2, given: ['ana'] });
    expect(givenApprovals([at(1, ASKED)], [approval])).toMatchObject([{ step: 2, user: 'ana', counts: true }]);
    expect(givenApprovals([at(1)], [{ ...approval, spec: { ...approval.spec, step: 5 } }])).toMatchObject([{ counts: false }]);
  });
});

describe('before a release begins', () => {
  const bob = { username: 'bob', groups: ['sre'] };
  /** One that has not begun. */
  const unbegun = (held: NonNullable<ReleaseStatus['held']> | undefined, spec: Partial<Release['spec']> = { consent: { approvals: 1 } }): Release => {
    const release = releaseWith(steps);
    return { ...release, spec: { ...release.spec, ...spec }, status: { ...firstStatus(release, 0), message: 'Has not begun.', ...(held ? { held } : {}) } };
  };
  const asks = unbegun({ for: 'approval' });
  const frozen = unbegun({ for: 'freeze', window: 'friday', until: '2026-01-05T00:00:00.000Z' }, {});
  const through = (release: Release, excepts: WindowExcepts, caller = ana): ApprovalPlan => planApproval(release, [], caller, { approved: true, window: 'friday' }, excepts);

  it('is step 0, which waits first', () => {
    const plan = say(asks);
    expect(plan).toMatchObject({ outcome: 'write', done: 'The beginning of release web-1 is approved by ana.' });
    expect(written(plan).spec).toMatchObject({ step: 0, approved: true });
    expect(say(asks, { step: 0 }, [written(plan)])).toMatchObject({ outcome: 'nothing', done: 'The beginning of release web-1 was approved by you (ana) already.' });
    expect(say(asks, { approved: false })).toMatchObject({ outcome: 'write', next: 'The release ends before it has begun. Follow it with: serin status web-1 --watch.' });
    expect(say({ ...asks, spec: { ...asks.spec, consent: { approvals: 1, users: ['bob'] } } })).toEqual({ outcome: 'refused', why: 'ana may not approve the beginning of release web-1: only bob may.' });
    expect(say(at(1, ASKED), { step: 0 })).toMatchObject({ outcome: 'refused', why: expect.stringContaining('release web-1 has begun.') as string });
    expect(say(unbegun(undefined, {}), { step: 0 })).toMatchObject({ outcome: 'refused', why: expect.stringContaining('nobody is asked before release web-1 begins.') as string });
  });

  it('the author may refuse and not approve; nobody may where the author is unknown', () => {
    const consent = { approvals: 1, notAuthor: true };
    const own = unbegun({ for: 'approval' }, { consent, author: 'ana' });
    expect(say(own)).toMatchObject({ outcome: 'refused', why: 'ana wrote the new version and may not approve the beginning of release web-1. Somebody else has to.' });
    expect(say(own, { approved: false }).outcome).toBe('write');
    expect(say(own, {}, [], bob).outcome).toBe('write');
    expect(say(unbegun({ for: 'approval' }, { consent }))).toMatchObject({ outcome: 'refused', why: expect.stringMatching(/^nobody may approve .*serin\.dev\/author/) as string });
  });

  it('an approval is of what was shown; one of something else is no word yet', () => {
    expect(say(asks, { seen: { plan: 'another', images: [] } })).toEqual({ outcome: 'refused', why: 'release web-1 is not what was shown: its plan or its versions are others. Look at it again.' });
    const seen = (images: string[]) => ({ plan: planMark(asks.spec), images });
    const first = written(say(asks, { seen: seen(['sha256:a']) }));
    expect(first.spec.seen).toEqual(seen(['sha256:a']));
    expect(say(asks, { seen: seen(['sha256:a']) }, [first]).outcome).toBe('nothing');
    const again = say(asks, { seen: seen(['sha256:b']) }, [first]);
    expect(again.outcome).toBe('write');
    expect(written(again).metadata.name).not.toBe(first.metadata.name);
    const other = { ...first, spec: { ...first.spec, seen: { plan: 'another', images: [] } } };
    expect(givenApprovals([asks], [first, other]).map(({ counts }) => counts)).toEqual([true, false]);
  });

  it('a step that is behind asks again where the image was pushed again, also those who cannot see digests', () => {
    const [a, b] = ['a', 'b'].map((each) => `sha256:${each.repeat(64)}`) as [string, string];
    const running: Release = { ...at(1), spec: { ...at(1).spec, consent: { approvals: 1 } } };
    const blind = { plan: planMark(running.spec), images: [] };
    const created = { creationTimestamp: '2026-01-01T00:00:00Z' };
    const word = written(say({ ...asks, spec: running.spec }, { seen: blind }));
    const first = { ...word, metadata: { ...word.metadata, ...created } };
    const again: Release = { ...running, status: { ...(running.status ?? firstStatus(running, 0)), asksAgain: { step: 0, since: '2026-01-01T00:02:00Z' }, images: [{ container: 'web', digest: a }, { container: 'web', digest: b, since: '2026-01-01T00:02:00Z' }] } };
    expect(askingSteps([again], [first], 0)[0]).toMatchObject({ step: 0, state: 'now', given: [], since: '2026-01-01T00:02:00Z', until: undefined });
    const second = say(again, { seen: blind }, [first]);
    expect(second).toMatchObject({ outcome: 'write', done: 'The beginning of release web-1 is approved by ana.' });
    expect(written(second).metadata.name).not.toBe(first.metadata.name);
    expect(say(again, { approved: false })).toMatchObject({ outcome: 'write', next: expect.stringContaining('The canary is taken back.') as string });
    const seen = written(say(again, { seen: { ...blind, images: [b] } }, [first]));
    expect(askingSteps([again], [first, seen], 0)[0]?.given).toEqual(['ana']);
    expect(say(again, { seen: { ...blind, images: [b] } }, [first, seen]).outcome).toBe('nothing');
  });

  it('a freeze window is spoken of by its name, by those whom it lets through', () => {
    expect(say(frozen)).toEqual({ outcome: 'refused', why: 'release web-1 waits for no approval but for the freeze window friday. Who may let it through does so with: serin approve web-1 --window friday.' });
    expect(through(frozen, 'nobody')).toMatchObject({ outcome: 'refused', why: 'nobody may let releases through the freeze window friday: it names nobody under exceptWith. It ends by itself.' });
    expect(through(frozen, { users: ['bob'], groups: [] })).toMatchObject({ outcome: 'refused', why: 'ana may not approve that release web-1 begins in the freeze window friday: only bob may.' });
    const plan = through(frozen, { users: [], groups: ['sre'] }, bob);
    expect(plan).toMatchObject({ outcome: 'write', done: 'That release web-1 begins in the freeze window friday is approved by bob.' });
    expect(written(plan).spec).toMatchObject({ step: 0, freezeWindow: 'friday', groups: ['sre'] });
    expect(written(through(frozen, undefined, { username: 'bob', groups: ['sre', 'system:authenticated'] })).spec.groups).toEqual(['sre']);
    expect(through(at(1), { users: ['ana'], groups: [] })).toMatchObject({ outcome: 'refused', why: 'release web-1 has begun; a freeze window does not hold it any more.' });
    expect(planApproval(frozen, [], ana, { approved: true, window: 'friday', step: 2 }, undefined)).toMatchObject({ outcome: 'refused', why: expect.stringContaining('not about step 2') as string });
  });

  it('the list has both, with their ends, and who may answer', () => {
    const window: FreezeWindow = { apiVersion: 'serin.dev/v1alpha1', kind: 'ClusterFreezeWindow', metadata: { name: 'friday' }, spec: { why: 'weekend', exceptWith: { users: ['bob'] } } };
    const waits = unbegun({ for: 'approval' }, { consent: { approvals: 2, notAuthor: true, milliseconds: 60_000 }, author: 'ana' });
    const [first] = askingSteps([waits], [], 59_999);
    expect(first).toMatchObject({ step: 0, state: 'now', wanted: 2, notAuthor: 'ana', since: '1970-01-01T00:00:00.000Z', until: '1970-01-01T00:01:00.000Z', overdue: false });
    expect(askingSteps([waits], [], 60_000)[0]?.overdue).toBe(true);
    const [held] = askingSteps([frozen], [], 0, [window]);
    expect(held).toMatchObject({ step: 0, state: 'now', window: 'friday', users: ['bob'], until: '2026-01-05T00:00:00.000Z' });
    if (!first || !held) return expect.fail('nothing is listed');
    expect([ana, bob].map((caller) => [mayAnswer(first, caller), mayAnswer(held, caller)])).toEqual([[false, false], [true, true]]);
    // Without the window in sight nobody is offered it.
    expect(askingSteps([frozen], [], 0).map((each) => mayAnswer(each, bob))[0]).toBe(false);
  });
});
