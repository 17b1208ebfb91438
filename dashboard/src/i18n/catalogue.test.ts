import { expect, test } from 'vitest';
import { defineTexts, fill, preferredLanguage, sayer, type Catalogue, type Text } from './catalogue.js';

const files = import.meta.glob<Record<string, unknown>>('../**/*texts.ts', { eager: true });
const catalogues = Object.entries(files).flatMap(([file, exports]) => Object.entries(exports).map(([name, texts]) => [`${file} ${name}`, texts as Catalogue] as const));

const forms = (text: Text): string[] => (typeof text === 'string' ? [text] : [text.one, text.other]);
const names = (text: Text): Set<string> => new Set(forms(text).flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)));

test('there are texts to look at', () => {
  expect(catalogues.length).toBeGreaterThan(5);
});

test.each(catalogues)('%s: no text is empty, and the Chinese one names the same arguments', (_, texts) => {
  for (const [key, { en, zh }] of Object.entries(texts)) {
    for (const form of [...forms(en), ...forms(zh)]) expect(form.trim(), key).not.toBe('');
    for (const name of names(zh)) expect([...names(en)], key).toContain(name);
  }
});

test('fills in arguments, and takes the singular by count', () => {
  const text = { one: '{count} release of {name}', other: '{count} releases of {name}' };
  expect(fill(text, 'en', { count: 1, name: 'web' })).toBe('1 release of web');
  expect(fill(text, 'en', { count: 0, name: '{count}' })).toBe('0 releases of {count}');
  expect(fill('{a} and {b}', 'en', { a: 0 })).toBe('0 and {b}');
  expect(sayer(defineTexts({ hello: { en: 'Hello {who}', zh: '{who}，你好' } }), 'zh')('hello', { who: 'Jane' })).toBe('Jane，你好');
});

test('takes the first language of the browser that it speaks', () => {
  expect(preferredLanguage(['fr-CA', 'zh-TW', 'en'])).toBe('zh');
  expect(preferredLanguage(['EN-gb'])).toBe('en');
  expect(preferredLanguage(['fr'])).toBe('en');
});
