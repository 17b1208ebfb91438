import { describe, expect, it } from 'vitest';
import { asCel, conditionProblem, judgeCondition } from './if-condition.js';

const judge = (text: string) =>
  judgeCondition({ if: text }, {
    status: new Map([['first', { id: '1', name: 'first', phase: 'failed', reason: 'Timeout', message: 'not over in 5m' }], ['a-b', { id: '2', name: 'a-b', phase: 'succeeded' }]]),
    names: ['first', 'a-b', 'later'],
    context: { name: 'shop', publishVersion: 'v3' },
  });

describe('a condition', () => {
  it.each([
    ['status.first.phase == "failed"', true],
    ['status.first.timeout', true],
    ['status.first.succeeded || status["a-b"].succeeded', true],
    ['!status["a-b"].failed && context.name == "shop"', true],
    ['status.later.skipped', false],
    ['status.later.phase == "pending"', true],
    ['status.first.message =~ "^not over"', true],
    ['status.first.message !~ "^not over"', false],
    ['status["a-b"].phase =~ "succ" && status.first.failed', true],
    ['context.publishVersion =~ "v[0-9]+"', true],
  ])('%s', (text, holds) => {
    expect(judge(text)).toEqual({ holds });
  });

  it.each([
    ['status.nobody.failed', 'no such key: nobody'],
    ['status.first.phase', 'neither true nor false'],
  ])('that cannot be told does not hold, and says why: %s', (text, why) => {
    const judged = judge(text);
    expect(judged.holds).toBe(false);
    expect(judged.problem).toContain(why);
  });

  it('is refused beforehand where it cannot be read', () => {
    expect(conditionProblem('status.first.phase ==')).toContain('Syntax error');
    expect(conditionProblem('secrets.x')).toContain("undeclared reference to 'secrets'");
    for (const text of ['', 'always', 'status.x.failed', 'inputs.y == "1"']) expect(conditionProblem(text)).toBeUndefined();
  });

  it('leaves strings as they are', () => {
    expect(asCel('context.name == "a =~ b"')).toBe('context.name == "a =~ b"');
    expect(asCel('status["a"].message =~ "x" || status.b.failed')).toBe('status["a"].message.matches("x") || status.b.failed');
  });
});
