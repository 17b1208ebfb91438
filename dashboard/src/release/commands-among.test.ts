import { expect, it } from 'vitest';
import { commandsAmong } from './commands-among.js';

it('tells an approval once', () => {
  const [at, user] = ['2026-11-22T10:00:00Z', 'anna'];
  const approval = { step: 1, approved: true, user, groups: [], comment: '', at, counts: true };
  const deeds = [{ time: at, user, what: 'approved step 1', whatZh: '' }, { time: at, user: 'ben', what: 'paused it', whatZh: '' }];
  expect(commandsAmong(deeds, [approval]).map((deed) => deed.user)).toEqual(['ben']);
});
