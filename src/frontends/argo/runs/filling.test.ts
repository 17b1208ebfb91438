import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fillArguments } from './filling.js';

const fill = <T>(value: T, values: Record<string, string>, later: string[] = []): { value: T; problems: string[] } => {
  const problems = new Set<string>();
  return { value: fillArguments(value, { values: new Map(Object.entries(values)), later: new Set(later) }, problems), problems: [...problems] };
};

it('fills in arguments wherever texts are, and leaves the rest as it is', () => {
  const given = { url: 'http://{{args.host}}/{{ args.path }}', n: 3, list: ['{{args.host}}', { '{{args.host}}': null }], ok: true };
  expect(fill(given, { host: 'h', path: 'p' })).toEqual({ value: { url: 'http://h/p', n: 3, list: ['h', { h: null }], ok: true }, problems: [] });
});

it('takes values as they are: quotes, line ends and braces mean nothing', () => {
  expect(fill('a{{args.x}}b', { x: '"\n{{args.x}}' })).toEqual({ value: 'a"\n{{args.x}}b', problems: [] });
});

it('leaves what is filled in later, and says what nobody fills in', () => {
  expect(fill('{{args.key}} {{args.no}} {{other}} {{args.x', { x: '1' }, ['key'])).toEqual({
    value: '{{args.key}} {{args.no}} {{other}} {{args.x',
    problems: ['nothing gives a value to {{args.no}}', '{{other}} is no argument; only args.NAME is filled in', '"{{args.x" has no end; write }} there'],
  });
});

it('is the same as one after the other', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.constantFrom('{{args.a}}', '{{ args.b }}'), fc.string().filter((text) => !/[{}]/.test(text)))), fc.string(), fc.string(), (parts, a, b) => {
    const { value, problems } = fill(parts.join(''), { a, b });
    expect(problems).toEqual([]);
    expect(value).toBe(parts.map((part) => (part === '{{args.a}}' ? a : part === '{{ args.b }}' ? b : part)).join(''));
  }));
});
