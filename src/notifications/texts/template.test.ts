import fc from 'fast-check';
import { expect, it } from 'vitest';
import { askingNews, sampleNews } from '../testing/sample-news.js';
import { buttonsOf, buttonValue } from './buttons.js';
import { escapeFor, fillTemplate, inJson, templateNames, templateValues } from './template.js';

it('keeps any value a JSON text, and looks at none of them again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 40 }), (title, key) => {
      const filled = fillTemplate('{"a": "{{ title }}", "b": "{{secret.key}}", "c": ["{{title}}{{title}}"]}', { title: `${title}{{secret.key}}` }, inJson, () => key);
      expect(JSON.parse(filled)).toEqual({ a: `${title}{{secret.key}}`, b: key, c: [`${title}{{secret.key}}${title}{{secret.key}}`] });
    }),
  );
});

it('has a value for each name, and leaves what is none', () => {
  expect(Object.keys(templateValues(sampleNews(), 'en', undefined, 'k'))).toEqual(Object.keys(templateNames));
  expect(fillTemplate('{{constructor}} {{ a b }} {{}} {{title}}', { title: 'x' }, inJson, () => undefined)).toBe('{{constructor}} {{ a b }} {{}} x');
});

it('escapes by content type', () => {
  const as = (type: string): string => escapeFor(type)('a "b"&c');
  expect(['application/json', 'application/vnd.x+json; charset=utf-8', 'application/x-www-form-urlencoded', 'text/plain', 'text/plain; note=json'].map(as)).toEqual(['a \\"b\\"&c', 'a \\"b\\"&c', 'a%20%22b%22%26c', 'a "b"&c', 'a "b"&c']);
});

it('reads buttons as they were written, and anything else as none', () => {
  for (const { value } of buttonsOf(askingNews(), 'en')) expect(buttonValue(JSON.stringify(value))).toEqual(value);
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.jsonValue()), (value) => {
    expect(buttonValue(value)).toBeUndefined();
  }));
  const images = Array.from({ length: 40 }, (_, number) => `sha256:${String(number).padStart(64, '0')}`);
  const [approve] = buttonsOf(askingNews({ asks: { step: 3, wanted: 1, users: [], groups: [], seen: { plan: 'p1', images } } }), 'en');
  expect(JSON.stringify(approve?.value).length).toBeLessThan(2000);
  expect(approve?.value).toMatchObject({ u: 'uid-1', s: 3, p: 'p1' });
});
