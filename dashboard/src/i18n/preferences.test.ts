import { expect, test } from 'vitest';
import { createPreferences, type Storage } from './preferences.js';

function storage(text?: string): Storage & { text: () => string | undefined } {
  let kept = text;
  return { getItem: () => kept ?? null, setItem: (_, value) => void (kept = value), text: () => kept };
}

test('a choice is kept for the next visit and told at once', () => {
  const place = storage();
  const first = createPreferences(place, ['zh-CN']);
  expect(first.read()).toEqual({ language: 'zh', theme: 'system' });
  let told = 0;
  first.subscribe(() => (told += 1));
  first.choose({ theme: 'dark' });
  first.choose({ language: 'en' });
  expect(told).toBe(2);
  expect(createPreferences(place, ['zh-CN']).read()).toEqual({ language: 'en', theme: 'dark' });
});

test.each(['{', 'null', '[]', '{"language":"xx","theme":7}'])('spoilt storage counts for nothing: %s', (text) => {
  expect(createPreferences(storage(text), ['en']).read()).toEqual({ language: 'en', theme: 'system' });
});

test('storage that is forbidden only shortens the choice', () => {
  const forbidden: Storage = {
    getItem: () => { throw new Error('no'); },
    setItem: () => { throw new Error('no'); },
  };
  const preferences = createPreferences(forbidden, ['en']);
  preferences.choose({ theme: 'light' });
  expect(preferences.read().theme).toBe('light');
});
