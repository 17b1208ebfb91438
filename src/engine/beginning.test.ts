import { describe, expect, it } from 'vitest';
import { describe as inWords } from '../model/messages.js';
import { planMark } from '../model/release-mark.js';
import type { Release } from '../model/release.js';
import { seededRandom } from '../ports/random.js';
import { approvalOf, BEGINNING } from './approving.js';
import type { ApprovalObservation } from './observation.js';
import { releaseWith } from './testing/arbitraries.js';
import { World } from './testing/world.js';

const word = (user: string, more: Partial<ApprovalObservation> = {}): ApprovalObservation => ({ user, groups: [], step: BEGINNING, approved: true, comment: '', ...more });
const release = (spec: Partial<Release['spec']>): Release => {
  const plain = releaseWith([{ kind: 'weight', share: 500 }, { kind: 'promote' }]);
  return { ...plain, spec: { ...plain.spec, ...spec } };
};
const worldOf = (spec: Partial<Release['spec']>): World => new World(release(spec), 2, seededRandom(1));

describe('what counts of what was said', () => {
  const wanted = { approvals: 1, users: [], groups: [] };

  it('is of somebody else than the author, where that is asked for and known', () => {
    const not = { ...wanted, notAuthor: true };
    expect(approvalOf([word('ana'), word('bob')], not, BEGINNING, { author: 'ana' }).given).toEqual(['bob']);
    expect(approvalOf([word('bob')], not, BEGINNING, {}).given).toEqual([]);
    // Anybody who may speak may refuse.
    expect(approvalOf([word('ana', { approved: false })], not, BEGINNING, {}).refusal?.user).toBe('ana');
  });

  it('is of what was shown: the plan, and every image that runs now', () => {
    const [a, b] = ['a', 'b'].map((each) => `sha256:${each.repeat(64)}`) as [string, string];
    const seen = (images: string[], plan = 'p') => [word('ana', { seen: { plan, images } })];
    const of = (approvals: ApprovalObservation[], images: string[]) => approvalOf(approvals, wanted, BEGINNING, { plan: 'p', images: images.map((digest) => ({ container: 'web', digest })) });
    expect(of(seen([a]), [a]).given).toEqual(['ana']);
    expect(of(seen([a]), []).given).toEqual(['ana']);
    expect(of(seen([]), [b]).given).toEqual(['ana']);
    expect(of(seen([a]), [a, b])).toMatchObject({ given: [], outdated: [{ user: 'ana', changed: 'images' }] });
    expect(of(seen([a], 'q'), [a])).toMatchObject({ given: [], outdated: [{ user: 'ana', changed: 'plan' }] });
    // Who has said it again since is not told of the first.
    expect(of([...seen([a]), ...seen([b])], [b])).toMatchObject({ given: ['ana'], outdated: [] });
    expect(of([word('ana', { approved: false, seen: { plan: 'q', images: [] } })], []).refusal?.user).toBe('ana');
  });
});

describe('a release that has not begun', () => {
  it('goes on with what it had when it begins, and is not asked again', () => {
    const world = worldOf({ consent: { approvals: 1 } });
    world.runToEnd({ limit: 20 });
    expect(world.status).toMatchObject({ phase: 'Preparing', held: { for: 'approval' }, progress: '0/2', intent: { routing: 'keep', share: 0, sizes: {} } });
    world.others.approvals.push(word('ana', { seen: { plan: planMark(world.release.spec), images: [] } }));
    world.controller();
    expect(world.status.held).toBeUndefined();
    world.others.approvals.splice(0);
    expect(world.runToEnd()).toBe(true);
    expect(world.status.phase).toBe('Completed');
    expect(world.status.log?.map(({ code }) => code).slice(0, 3)).toEqual(['ReleaseStarted', 'Approved', 'StepStarted']);
  });

  it('says once that an approval is out of date', () => {
    const world = worldOf({ consent: { approvals: 1 } });
    world.others.approvals.push(word('ana', { seen: { plan: 'another', images: [] } }));
    world.runToEnd({ limit: 10 });
    const said = world.status.log?.filter(({ code }) => code === 'ApprovalOutdated') ?? [];
    expect(said).toHaveLength(1);
    expect(inWords({ code: 'ApprovalOutdated', arguments: said[0]?.arguments ?? {} }, 'zh')).toContain('计划与当时所见不同');
  });

  it('ends at once when it is aborted, superseded or its policy goes', () => {
    for (const happening of [{ kind: 'abort' }, { kind: 'template', to: 'other' }, { kind: 'deletePolicy' }] as const) {
      const world = worldOf({ consent: { approvals: 1 } });
      world.controller();
      world.happen(happening);
      expect(world.runToEnd({ limit: 10 })).toBe(true);
      expect(world.status.phase).toBe('Aborted');
      expect(world.status.held).toBeUndefined();
    }
  });

  it('the first version of a program is not asked for: it runs already', () => {
    const world = worldOf({ consent: { approvals: 1 }, first: true });
    world.controller();
    expect(world.status.held).toBeUndefined();
  });

  it('a canary that crashes ends nothing before', () => {
    const world = worldOf({ consent: { approvals: 1 }, workload: { kind: 'Versions', name: 'web' } });
    Object.assign(world.sets.canary, { size: 1, pods: 1 });
    world.canaryCrashes = true;
    world.controller();
    expect(world.status.held?.for).toBe('approval');
  });
});
