import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMergingJson } from './merged-json.js';

test('what stands once is read as JSON.parse reads it', () => {
  fc.assert(fc.property(fc.json(), (text) => {
    expect(parseMergingJson(text)).toEqual(JSON.parse(text));
  }));
});

test('maps given twice are merged, other values replaced', () => {
  expect(parseMergingJson('{"data":{"a":"1","a":"2"},"data":{"b":"1"}, "n": [1, 2], "n": [3]}')).toEqual({ data: { a: '2', b: '1' }, n: [3] });
  expect(parseMergingJson(' {"a":{"b":{"c":1}},"a":{"b":{"d":-2.5e3}},"a":{"e":"x\\"{"}}')).toEqual({ a: { b: { c: 1, d: -2500 }, e: 'x"{' } });
});
