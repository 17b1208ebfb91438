import { expect, it } from 'vitest';
import { checkFreezeWindow } from './freeze-window-checks.js';
import { formatProblem } from './policy-problem.js';

it('tells what is never so, whatever else is wrong', () => {
  const wrong = { timeZone: 'Nowhere', weekly: [{ from: '00:00', to: '00:00' }, { from: '09:00', to: '09:00' }, 'Friday'], once: [{ from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, { from: 'x', to: 'y' }] };
  expect(checkFreezeWindow(wrong).map(formatProblem)).toEqual([
    'spec.timeZone: there is no time zone "Nowhere". Write one such as Europe/Berlin, or leave it out for UTC.',
    'spec.weekly[1].to: begins and ends at 09:00. For a whole day write from: 00:00 and to: 00:00; else say when it ends.',
    'spec.once[0].to: ends at 2026-01-01T00:00:00Z, which is not after it begins (2026-01-01T00:00:00Z). Say when it ends.',
  ]);
  expect(checkFreezeWindow(undefined)).toEqual([]);
});
