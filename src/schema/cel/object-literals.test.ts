import { describe, expect, it } from 'vitest';
import { rewriteObjectLiterals } from './object-literals.js';

describe('literals of objects and patches', () => {
  it.each([
    ['Object{spec: Object.spec{paused: true}}', 'dyn({"spec": dyn({"paused": true})})'],
    ["[JSONPatch{op: 'add', path: '/a', value: {x: y}}]", `[dyn({"op": 'add', "path": '/a', "value": {x: y}})]`],
    ['Object{?spec: optional.none(), `a.b`: c ? d : e}', 'dyn({"?spec": optional.none(), "a.b": c ? d : e})'],
    ["object.Object.a == '{Object{a: 1}}'", "object.Object.a == '{Object{a: 1}}'"],
    ['{"a": 1}.size() == f(x, [y])', '{"a": 1}.size() == f(x, [y])'],
  ])('%s', (written, rewritten) => {
    expect(rewriteObjectLiterals(written)).toBe(rewritten);
  });
});
