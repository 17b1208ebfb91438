import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toldOf, toldVerbs, withTold, type ToldCommand } from './told.js';

const at = (second: number, more: Partial<ToldCommand> = {}): ToldCommand => ({ time: `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`, user: 'jane', verb: 'pause', ...more });
/** As a merge patch leaves them. */
const after = (annotations: Readonly<Record<string, string>>, command: ToldCommand): Record<string, string> =>
  Object.fromEntries(Object.entries({ ...annotations, ...withTold({ annotations }, command) }).flatMap(([key, value]) => (value === null ? [] : [[key, value]])));

it('comes back as it was put there', () => {
  const line = fc.string({ minLength: 1 }).filter((text) => !/[\r\n]/.test(text));
  const told = fc.record({ time: fc.constantFrom('2026-01-01T00:00:01Z', '2027-12-31T23:59:59Z'), user: line, verb: fc.constantFrom(...toldVerbs), via: line, comment: fc.string({ minLength: 1 }).filter((text) => !text.endsWith('\n')) }, { requiredKeys: ['time', 'user', 'verb'] });
  fc.assert(fc.property(told, (command) => {
    const [key = ''] = Object.keys(withTold({}, command));
    expect(key).toMatch(/^serin\.dev\/[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/);
    expect(toldOf({ annotations: after({}, command) })).toEqual([command]);
  }));
});

it('keeps the last twenty, in order, also of one second, and leaves other annotations alone', () => {
  let annotations: Record<string, string> = { note: 'mine' };
  for (let count = 0; count < 30; count++) annotations = after(annotations, at(count < 15 ? 1 : 2, { comment: String(count) }));
  expect(toldOf({ annotations }).map(({ comment }) => comment)).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 10)));
  expect([annotations['note'], Object.keys(annotations).length]).toEqual(['mine', 21]);
});

it('a line end in a name makes no other line', () => {
  expect(toldOf({ annotations: after({}, at(1, { user: 'jane\njoe', via: 'slack\nx' })) })).toEqual([at(1, { user: 'jane joe', via: 'slack x' })]);
});

it.each([
  ['serin.dev/told', '[{"time":"2026-01-01T00:00:00Z","user":"x","verb":"pause"}]'],
  ['serin.dev/told.2026-01-01T00.00.00Z.pause', ''],
  ['serin.dev/told.2026-01-01T00.00.00Z.pause', '\nslack'],
  ['serin.dev/told.2026-01-01T00.00.00Z.explode', 'jane'],
  ['serin.dev/told.2026-01-01T00.00.00Z.pause.x', 'jane'],
  ['serin.dev/told.2026-99-01T00.00.00Z.pause', 'jane'],
  ['serinxdev/told.2026-01-01T00.00.00Z.pause', 'jane'],
])('leaves out what cannot be read: %s: %s', (key, value) => {
  expect(toldOf({ annotations: { [key]: value } })).toEqual([]);
});
