import { describe, expect, it } from 'vitest';
import { planRetry } from '../../../commands/retry-plan.js';
import { planSteering, type SteeringVerb } from '../../../commands/steering-plan.js';
import { describeStep } from '../../../engine/formatting.js';
import { describe as inWords, message } from '../../../model/messages.js';
import { stepKinds, stepOf } from '../../../model/plan.js';
import { releasePhases, type Release } from '../../../model/release.js';
import { API_VERSION } from '../../../model/resources.js';
import { outcomeOf } from '../acting/actor.js';
import { releaseOf } from '../testing/releases.js';
import { zhOf, zhOfRefusal } from './sentences.js';

const CHINESE = /[\u4e00-\u9fff]/;

describe('sentences that statuses hold', () => {
  it('are translated within each other', () => {
    expect(zhOf(inWords(message('StepStarted', { step: 2, steps: 5, what: '20 % to the canary' })))).toBe('开始第 2 步（共 5 步）：20% 流量到金丝雀版本。');
    expect(zhOf('Waits for Deployment web to come to rest: its roll-out is not finished.')).toBe('等待 Deployment web 稳定下来：其滚动更新尚未完成。');
  });

  it('are translated of images as well', () => {
    expect(zhOf('Waits for approval, 0 of 1.')).toBe('等待批准（0/1）。');
    expect(zhOf('Waits for approval, 1 of 2 from sre.')).toBe('等待 sre 批准（1/2）。');
    expect(zhOf('Deployment shop asks for v3.')).toBe('Deployment shop 已改用 v3。');
  });

  it('stay as they are where nobody has translated them', () => {
    for (const text of ['', 'errors: 3 of 10 requests failed', 'web-1', 'A text of somebody else.']) expect(zhOf(text)).toBe(text);
  });
});

describe('the words of commands', () => {
  const told: string[] = [];
  const say = (...texts: readonly string[]): void => void told.push(...texts);
  for (const verb of ['promote', 'pause', 'resume', 'abort'] as const satisfies readonly SteeringVerb[]) {
    for (const phase of releasePhases) {
      for (const index of [0, 1, 2, 4]) {
        for (const spec of [{}, { paused: true }, { advanceTo: 9 }, { abort: true }]) {
          for (const full of [false, true]) {
            const release: Release = releaseOf({ spec, status: { phase, step: { index, startedAt: '' } } });
            const plan = planSteering(verb, release, { full });
            if (plan.outcome === 'refused') say(plan.why);
            else say(plan.done, plan.next);
          }
        }
      }
    }
  }
  const policy = { apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name: 'web' }, spec: { workload: { deployment: 'web' }, strategy: { canary: { steps: [] } } } };
  const retried = planRetry({ policy: { ...policy, status: { phase: 'Holding', rejected: { hash: 'b', replicaSet: 'web-b', release: 'web-1', reason: 'TooManyFailures' } } }, release: undefined });
  const refused = planRetry({ policy, release: undefined });
  if (retried.outcome === 'annotate') say(...retried.lines);
  if (refused.outcome === 'refused') say(refused.why);

  it('are there in Chinese, all of them', () => {
    const missing = [...new Set(told)].filter((text) => !outcomeOf(text, '').done.zh.match(CHINESE) || /\b(the|release|is|its) /.test(outcomeOf(text.replace(/ ?Follow it with: .*/, ''), '').done.zh));
    expect(missing.filter((text) => !text.startsWith('Follow it with'))).toEqual([]);
  });

  it('are there as refusals, which begin with a capital letter', () => {
    const refusals = [...new Set(told)].filter((text) => /^[a-z]/.test(text)).map((text) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`);
    expect(refusals.length).toBeGreaterThan(10);
    expect(refusals.filter((text) => !CHINESE.test(zhOfRefusal(text) ?? ''))).toEqual([]);
  });

  it('are there all or not at all, where one sentence has not been translated', () => {
    expect(zhOfRefusal('Release web-1 is paused already.')).toBe('发布 web-1 已处于暂停。');
    expect(zhOfRefusal('Release web-1 is paused already. A word of somebody else.')).toBeUndefined();
    expect(zhOfRefusal('releases.serin.dev "web-1" is forbidden: User "jane" cannot patch resource "releases" in API group "serin.dev" in the namespace "shop".')).toBe('集群拒绝：用户 jane 无权在命名空间 shop 中 patch releases。');
  });

  it('are there for an image whose author nobody named', () => {
    expect(zhOf('nobody may approve image web-1 (shop/web:1.2.0): its author may not, and nothing says who that is. Whoever sends images has to name its author.')).toBe('无人可以批准：作者不得批准，但没有说明作者是谁。发送镜像通知者须说明其作者。');
  });

  it('name no command of the command line to follow a release', () => {
    for (const text of new Set(told)) expect(outcomeOf('', text).next.en).not.toContain('--watch');
  });
});

describe('steps', () => {
  it.each(stepKinds)('%s is there in Chinese', (kind) => {
    for (const more of [{}, { milliseconds: 60_000 }, { pods: 3, share: 500 }, { part: 200 }, { approvals: 2 }, { share: 50 }]) {
      expect(zhOf(describeStep(stepOf({ kind, ...more })))).toMatch(CHINESE);
    }
  });
});
