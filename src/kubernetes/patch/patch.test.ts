import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepEqual } from '../json.js';
import { applyJsonPatch } from './json-patch.js';
import { applyMergePatch, createMergePatch } from './merge-patch.js';
import { PatchError } from './patch-error.js';

const object = { data: { a: '1', b: '2' }, metadata: { labels: { x: '1' } } };
const codeOf = (patch: unknown): number | undefined => {
  try {
    applyJsonPatch(object, patch);
    return undefined;
  } catch (error) {
    return error instanceof PatchError ? error.code : -1;
  }
};

describe('JSON patch, as a real server applies it', () => {
  test('add, replace, remove; the object is not changed', () => {
    const result = applyJsonPatch(object, [
      { op: 'add', path: '/data/c', value: '3' },
      { op: 'replace', path: '/data/a', value: '9' },
      { op: 'remove', path: '/data/b' },
    ]);
    expect(result).toEqual({ data: { a: '9', c: '3' }, metadata: { labels: { x: '1' } } });
    expect(object.data).toEqual({ a: '1', b: '2' });
  });

  test('copy, move, escaped keys', () => {
    expect(
      applyJsonPatch(object, [
        { op: 'add', path: '/metadata/annotations', value: { 'a.b/c': '1' } },
        { op: 'copy', from: '/data/a', path: '/data/z' },
        { op: 'move', from: '/data/b', path: '/data/y' },
        { op: 'replace', path: '/metadata/annotations/a.b~1c', value: '2' },
      ]),
    ).toEqual({ data: { a: '1', z: '1', y: '2' }, metadata: { labels: { x: '1' }, annotations: { 'a.b/c': '2' } } });
  });

  test('a missing key: replaced, but neither removed nor gone through', () => {
    expect(applyJsonPatch(object, [{ op: 'replace', path: '/data/none', value: '1' }])).toMatchObject({ data: { none: '1' } });
    expect(codeOf([{ op: 'remove', path: '/data/none' }])).toBe(422);
    expect(codeOf([{ op: 'add', path: '/binaryData/x', value: 'aGk=' }])).toBe(422);
  });

  test('what is refused', () => {
    expect(codeOf([{ op: 'test', path: '/data/a', value: '9' }])).toBe(422);
    expect(codeOf([{ op: 'test', path: '/data/none', value: null }])).toBe(undefined);
    expect(codeOf([{ op: 'foo', path: '/data' }])).toBe(422);
    expect(() => applyJsonPatch(object, { op: 'add' })).toThrow(new PatchError(400, 'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'));
    expect(codeOf([{ op: 'add', path: '/__proto__/polluted', value: 1 }])).toBe(422);
    expect(codeOf([{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }])).toBe(422);
    expect(Reflect.get({}, 'polluted')).toBe(undefined);
  });
});

describe('merge patch', () => {
  // RFC 7386, appendix A
  test.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [['a', 'b'], ['c', 'd'], ['c', 'd']],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j', (target, patch, expected) => {
    expect(applyMergePatch(target, patch)).toEqual(expected);
  });

  const tree = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, fc.boolean(), fc.integer(), fc.string({ maxLength: 2 }), fc.array(tie('value'), { maxLength: 2 }), fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('value'), { noNullPrototype: true })),
  })).value;

  test('a created patch leads from one to the other', () => {
    fc.assert(fc.property(tree, tree, (before, after) => {
      const patch = createMergePatch(before, after);
      expect(deepEqual(patch === undefined ? before : applyMergePatch(before, patch), after)).toBe(true);
    }));
  });
});
