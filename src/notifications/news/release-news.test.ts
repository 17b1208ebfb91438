import { describe, expect, it } from 'vitest';
import { releaseWith } from '../../engine/testing/arbitraries.js';
import type { PlanStep } from '../../model/plan.js';
import type { Release, ReleaseStatus } from '../../model/release.js';
import { newsOfRelease } from './release-news.js';
import { PATIENCE } from './stuck.js';

const START = Date.UTC(2026, 0, 1);
const time = (seconds: number): string => new Date(START + seconds * 1000).toISOString();
const plan: PlanStep[] = [{ kind: 'weight', share: 100 }, { kind: 'approve', approvals: 2, groups: ['sre'] }, { kind: 'pause' }, { kind: 'pause', milliseconds: 3_600_000 }, { kind: 'analyze', milliseconds: 60_000, undecided: 'ask' }, { kind: 'promote' }];

function at(index: number, status: Partial<ReleaseStatus> = {}, spec: object = {}): Release {
  const release = releaseWith(plan);
  const whole: ReleaseStatus = {
    phase: 'Progressing', step: { index, startedAt: time(10) }, startedAt: time(0), message: 'Waits for the router: it takes over 10 %.',
    intent: { routing: 'split', share: 100, sizes: {}, holders: { stable: 'home', canary: 'release', others: 'release' }, paused: true }, ...status,
  };
  return { ...release, spec: { ...release.spec, ...spec }, status: whole };
}
const told = (release: Release, seconds = 20): string[] => newsOfRelease(release, { now: START + seconds * 1000 }).news.map(({ event, key }) => `${event} ${key}`);

describe('what there is to tell of a release', () => {
  it('is that it began, under a key that stays', () => {
    const { news, lookAgainAt } = newsOfRelease(at(0), { now: START + 20_000 });
    expect(news).toMatchObject([{ event: 'began', key: 'web-1-uid/began', at: START, namespace: 'default', policy: 'web', says: [{ en: 'Release of web-canary started; web-stable stays in front of users.', zh: expect.stringContaining('开始发布') as string }] }]);
    expect(lookAgainAt).toBe(START + 10_000 + PATIENCE);
    expect(newsOfRelease({ ...at(0), metadata: { name: 'web-1' } }, { now: START }).news).toEqual([]);
  });

  it('is whose approval it waits for, and what was seen', () => {
    const seen = { plan: 'p', images: ['sha256:1'] };
    const { news } = newsOfRelease(at(1, { message: 'Waits for approval, 0 of 2 (group sre): serin approve web-1.' }), { now: START, seen: () => seen });
    expect(news[1]).toMatchObject({ event: 'waitsForApproval', key: 'web-1-uid/waitsForApproval/2', at: START + 10_000, asks: { step: 2, wanted: 2, users: [], groups: ['sre'], seen } });
    expect(news[1]?.says[0]?.zh).toMatch(/^等待批准（0\/2）/);
    expect(told(at(4))).toEqual(['began web-1-uid/began']);
    expect(told(at(1, {}, { abort: true }))).toEqual(['began web-1-uid/began']);
  });

  it('of one that is held is only what holds it', () => {
    const held = (value: object, text = 'Waits.'): Release => at(0, { phase: 'Preparing', message: text, held: value } as Partial<ReleaseStatus>, { consent: { approvals: 2, groups: ['managers'] } });
    const [news] = newsOfRelease(held({ for: 'approval' }), { now: START }).news;
    expect(news).toMatchObject({ event: 'waitsForApproval', key: 'web-1-uid/waitsForApproval/0', about: { step: 0 }, asks: { step: 0, wanted: 2, groups: ['managers'] } });
    expect(newsOfRelease(held({ for: 'freeze', window: 'friday' }, 'Unless it is let through: serin approve web-1 --window friday.'), { now: START }).news).toMatchObject([{ key: 'web-1-uid/waitsForApproval/freeze/friday', asks: { freezeWindow: 'friday' } }]);
    // Nobody may let it through, and nobody can free a place by a word.
    for (const value of [{ for: 'freeze', window: 'friday' }, { for: 'place' }]) expect(told(held(value), 100_000)).toEqual([]);
  });

  it('is the end, with the evidence and how many users met it', () => {
    const evidence = { stable: { requests: 400, failures: 0 }, canary: { requests: 40, failures: 12 } };
    const log = [
      { number: 1, time: time(30), code: 'Aborting', arguments: { why: '@TooManyFailures', metric: 'errors', says: '12 of 40 failed' } },
      { number: 2, time: time(40), code: 'Aborted', arguments: { canary: 'web-canary', requests: '40', failures: '12' } },
    ];
    const { news } = newsOfRelease(at(0, { phase: 'Aborted', abortReason: 'TooManyFailures', endedAt: time(40), evidence, log }), { now: START });
    expect(news[1]).toMatchObject({
      event: 'takenBack', key: 'web-1-uid/takenBack', at: START + 40_000, about: { requests: 40, failures: 12, reason: 'TooManyFailures' },
      says: [{ en: 'Taking the canary back: errors: 12 of 40 failed.' }, { en: 'web-canary was taken back; 40 requests met it, 12 failed.', zh: 'web-canary 已撤回；它处理了 40 个请求，失败 12 个。' }],
    });
    expect(told(at(0, { phase: 'Aborting', abortReason: 'TooManyFailures' }))).toEqual(['began web-1-uid/began']);
    // The log keeps its last entries only.
    const bare = newsOfRelease(at(5, { phase: 'Completed', endedAt: time(40), evidence }), { now: START });
    expect(bare.news[1]).toMatchObject({ event: 'promoted', says: [{ en: 'web-canary is stable now; 40 requests met it during the release, 12 failed.' }] });
    expect(bare.lookAgainAt).toBeUndefined();
  });

  it('is that it is stuck, when nothing happens for ten minutes that should take no time', () => {
    const late = 10 + PATIENCE / 1000;
    expect(told(at(0), late - 1)).toEqual(['began web-1-uid/began']);
    expect(told(at(0), late)).toEqual(['began web-1-uid/began', 'stuck web-1-uid/stuck/Progressing/0']);
    expect(told(at(0, { log: [{ number: 1, time: time(60), code: 'ShareAsked', arguments: {} }] }), late)).toHaveLength(1);
    // People are asked by another message, a pause is meant, and a person who paused it knows.
    for (const release of [at(1), at(2), at(0, {}, { paused: true }), at(4, { step: { index: 4, startedAt: time(10), askedAt: time(20) } })]) expect(told(release, 100_000).filter((each) => each.startsWith('stuck'))).toEqual([]);
    const { news } = newsOfRelease(at(0, { message: 'Step 1 of 6 started: 10 % to the canary.' }), { now: START + late * 1000 });
    expect(news.at(-1)?.says).toEqual([{ en: 'Step 1 of 6 started: 10 % to the canary.', zh: '开始第 1 步（共 6 步）：10% 流量到金丝雀版本。' }]);
    expect(told(at(3), late)).toHaveLength(1);
    expect(told(at(3), late + 3600)).toContain('stuck web-1-uid/stuck/Progressing/3');
  });

  it('is that people are asked again, each time under a key of its own', () => {
    const log = [{ number: 7, time: time(30), code: 'AsksAgain', arguments: { digests: '' } }];
    const release = at(3, { log, asksAgain: { step: 2, since: time(30) }, message: 'Waits for approval of an image that was pushed again, 0 of 1: serin approve web-1.' });
    const { news, settled } = newsOfRelease(release, { now: START + PATIENCE * 100 });
    expect(news.slice(1)).toMatchObject([{ key: 'web-1-uid/waitsForApproval/again/7', at: START + 30_000, asks: { step: 2 }, says: [{ zh: expect.stringContaining('镜像被重新推送') as string }] }]);
    expect(settled.map(({ key }) => key)).not.toContain('web-1-uid/waitsForApproval/again/7');
    expect(newsOfRelease(at(3, { log }), { now: START }).settled.map(({ key }) => key)).toContain('web-1-uid/waitsForApproval/again/7');
  });

  it('is what was asked and is settled, under the same keys', () => {
    const keys = (release: Release): string[] => newsOfRelease(release, { now: START }).settled.map(({ key }) => key.replace('web-1-uid/waitsForApproval/', ''));
    expect(keys(at(1))).toEqual(['0']);
    expect(keys(at(2))).toEqual(['0', '2']);
    const approved = { number: 1, time: time(30), code: 'Approved', arguments: { users: 'jane' } };
    expect(newsOfRelease(at(2, { log: [approved] }), { now: START }).settled.at(-1)).toMatchObject({ says: [{ en: 'Approved by jane.', zh: '已由 jane 批准。' }] });
    expect(newsOfRelease(at(1, { phase: 'Aborted', abortReason: 'ApprovalRefused' }), { now: START }).settled.at(-1)).toMatchObject({ key: 'web-1-uid/waitsForApproval/2', says: [{ en: 'Taken back: ApprovalRefused.' }] });
  });
});
