import { describe, expect, it } from 'vitest';
import { createCondition } from '../../../metrics/conditions/condition.js';
import { compileCondition } from './condition.js';
import { toCel } from './to-cel.js';
import type { Value } from './syntax.js';

const cel = (source: string, vector = false): string => toCel(compileCondition(source).tree, { vector }).cel;

describe('conditions as CEL', () => {
  it.each([
    ['result[0] >= 0.95', 'result >= 0.95'],
    ['len(result) == 0 || result[0] >= 0.95', 'result >= 0.95'],
    ['len(result) > 0 && result[0] < 5', 'result < 5'],
    ['isNaN(result[0]) || result[0] < 5', 'result < 5'],
    ['result == nil or result[0] < 5', 'result < 5'],
    ['default(result, 0) < 5', 'result < 5'],
    ['(result[0] ?? 1) < 5', 'result < 5'],
    ['result[0] > 1 && (result[0] < 5 || result[0] > 9)', 'result > 1 && (result < 5 || result > 9)'],
    ['result[0] * 100 / 2 > 3', '((result * 100) / 2) > 3'],
    ['not (result[0] > 1)', '!(result > 1)'],
  ])('%s of a query is %s', (source, expected) => expect(cel(source, true)).toBe(expected));

  it('says where nothing counts any more', () => {
    expect(toCel(compileCondition('isNaN(result)').tree, { vector: false }).notes).toHaveLength(1);
    expect(toCel(compileCondition('result > 1').tree, { vector: false }).notes).toEqual([]);
  });

  it.each(['result[1] > 1', 'len(result) > 3', 'all(result, # > 1)'])('%s of a query has no equal', (source) => expect(() => cel(source, true)).toThrow(/one value/));
  it.each(['result[1:2] == [1]', 'let x = 1; x > result', '{a: 1} == result', 'result ** 2 > 1', 'trim(result) == "a"', 'result?.a == 1', 'result % 2 == 0', 'any(result, #index > 1)'])('%s has no equal', (source) => expect(() => cel(source)).toThrow(/no equal/));

  it.each<[string, Value[]]>([
    ['result.ok == true && result.count >= 3', [{ ok: true, count: 3 }, { ok: true, count: 2 }, { ok: false, count: 9 }]],
    ['all(result.values, # > 1 && # < 9)', [{ values: [2, 3] }, { values: [1] }, { values: [] }]],
    ['any(result, .code == 500) || none(result, .code == 200)', [[{ code: 500 }, { code: 200 }], [{ code: 200 }], [{ code: 1 }]]],
    ['count(result, # in [1, 2]) >= 2', [[1, 2, 3], [1, 3]]],
    ['one(map(result, # * 2), # == 4)', [[2, 1], [2, 2], []]],
    ['result contains "ok" or result startsWith "fine" or result matches "^x+$"', ['it is ok', 'fine', 'xxx', 'bad']],
    ['asFloat(result) >= 0.95', ['0.96', '0.1']],
    ['len(result) == 2 ? result[0] > 1 : false', [[2, 1], [0, 1], [1]]],
    ['-result < 1 and !(result == 3)', [1, 3, -5]],
    ['result.a["b c"] != "x"', [{ a: { 'b c': 'x' } }, { a: { 'b c': 'y' } }]],
  ])('%s says the same in both languages', (source, results) => {
    for (const result of results) {
      const here = createCondition({ success: cel(source) })(result).measurement;
      expect([source, result, here]).toEqual([source, result, compileCondition(source).holds(result) ? 'success' : 'failure']);
    }
  });
});
