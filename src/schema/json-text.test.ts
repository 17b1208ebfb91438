import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainJson, scanJson } from './json-text.js';

it('finds keys that stand twice and whole numbers in another form, by their places', () => {
  const { duplicates, floats } = scanJson('{"a":{"b":1,"b":2,"b":3},"list":[1,2.0,{"c":1e3}],"a":4}');
  expect(duplicates).toEqual(['a.b', 'a']);
  expect([...floats]).toEqual(['list[1]', 'list[2].c']);
});

it.each(['{"a":1,"a":1}', '{"a":1.0}', '{"a":1e3}', '{"a":1e+21}', '{ "a": 1 }', '{"b":1,"1":2}', '{"a":1', 'a: 1', ''])('%j is not plain', (text) => {
  expect(plainJson(text)).toBeUndefined();
});

it('takes for plain what programs send, and finds nothing in it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ depthSize: 'medium' }), (value) => {
      const text = JSON.stringify(value);
      const whole = !/\de\+/.test(text);
      const again: unknown = JSON.parse(text);
      if (whole && JSON.stringify(again) === text) expect(plainJson(text)).toEqual(again);
      expect(scanJson(text).duplicates).toEqual([]);
    }),
  );
});
