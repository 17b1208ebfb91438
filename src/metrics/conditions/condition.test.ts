import { expect, it } from 'vitest';
import { conditionFault } from '../../model/condition-expression.js';
import { createCondition, type Conditions, type Result } from './condition.js';

const measured = (conditions: Conditions, result: Result) => createCondition(conditions)(result).measurement;

it('reads conditions as Argo Rollouts does', () => {
  const [success, failure] = ['result > 5', 'result < 2'];
  const of = (conditions: Conditions) => [9, 4, 1].map((result) => measured(conditions, result));
  expect(of({ success })).toEqual(['success', 'failure', 'failure']);
  expect(of({ failure })).toEqual(['success', 'success', 'failure']);
  expect(of({ success, failure })).toEqual(['success', 'inconclusive', 'failure']);
  expect(of({})).toEqual(['success', 'success', 'success']);
  expect(measured({ success: 'true', failure: 'true' }, 1)).toBe('failure');
});

it('takes an expression that cannot be evaluated for an error, whatever the other says', () => {
  expect(measured({ success: 'result.a', failure: 'true' }, 1)).toBe('error');
  expect(measured({ success: 'true', failure: 'result + 1' }, 1)).toBe('error');
  expect(measured({ success: 'result[0] > 1' }, [])).toBe('error');
  expect(createCondition({ success: 'result > 1' })([1, 2]).detail).toMatch(/^result is \[1,2\]: no such overload.*; result is a list of 2$/);
  expect(createCondition({ success: 'result' })(2).detail).toBe('result is 2: result is neither true nor false');
  expect(measured({ success: 'true' }, new Array<number>(1001).fill(0))).toBe('error');
});

it('knows one kind of numbers, whole or not, alone or in lists', () => {
  for (const success of ['result >= 1', 'result == 1', 'result * 100 >= 95', '1 - result < 0.5', 'result / 2 == 0.5', '2 * result == 2', 'result + 1 == 2', '3 / result > 2']) expect([success, measured({ success }, 1)]).toEqual([success, 'success']);
  expect(measured({ success: 'result[0] >= 0.95 && result[1] * 2 == 2 && size(result) == 2' }, [0.96, 1])).toBe('success');
  expect(measured({ success: 'result.all(each, each < 2)' }, [0.5, 1])).toBe('success');
  expect(measured({ success: 'result.a.b == "x" && result.c' }, { a: { b: 'x' }, c: true })).toBe('success');
  expect(measured({ success: 'result > 1000' }, Infinity)).toBe('success');
});

it('says what led to it', () => {
  const detail = (conditions: Conditions, result: Result) => createCondition(conditions)(result).detail;
  expect(detail({ success: 'result >= 0.95' }, 0.9312345678)).toBe('result is 0.931235: not result >= 0.95');
  expect(detail({ success: 'result > 5', failure: 'result < 2' }, 3)).toBe('result is 3: neither result > 5 nor result < 2');
  expect(detail({}, 'x'.repeat(500)).length).toBeLessThan(120);
});

it('takes no expression that is none', () => {
  expect(() => createCondition({ success: 'result >' })).toThrow('Syntax error');
  expect(() => createCondition({ failure: 'value > 1' })).toThrow("undeclared reference to 'value'");
});

it.each([
  'result > 0.95 * 100', '1 - 0.05 > result', 'result / 100 >= 0.99', 'result * 100 > 95', 'result[0] + 1 > 1.5', 'result > 1 + "x"', 'result >', 'value > 1',
])('takes what the checks of a policy take: %s', (success) => {
  let taken = true;
  try {
    createCondition({ success });
  } catch {
    taken = false;
  }
  expect(conditionFault(success) === undefined).toBe(taken);
});
