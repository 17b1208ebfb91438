import { isRecord } from '../kubernetes/json.js';
import { isTimeZone } from './local-time.js';
import type { PolicyProblem } from './policy-problem.js';
import { nearestName } from './suggestion.js';

/** What the schema of a freeze window cannot say; all at once, also where the schema has found something else. @param spec as somebody wrote it */
export function checkFreezeWindow(spec: unknown): PolicyProblem[] {
  if (!isRecord(spec)) return [];
  const { timeZone } = spec;
  return [
    ...(typeof timeZone === 'string' && timeZone !== '' && !isTimeZone(timeZone) ? [unknownZone(timeZone)] : []),
    ...each(spec['weekly'], (from, to) => (from === to && from !== '00:00' ? { problem: `begins and ends at ${from}.`, remedy: 'For a whole day write from: 00:00 and to: 00:00; else say when it ends.' } : undefined), 'weekly'),
    ...each(spec['once'], (from, to) => (Date.parse(to) <= Date.parse(from) ? { problem: `ends at ${to}, which is not after it begins (${from}).`, remedy: 'Say when it ends.' } : undefined), 'once'),
  ];
}

function each(list: unknown, check: (from: string, to: string) => Pick<PolicyProblem, 'problem' | 'remedy'> | undefined, field: string): PolicyProblem[] {
  return (Array.isArray(list) ? list : []).flatMap((entry: unknown, index) => {
    const { from, to } = isRecord(entry) ? entry : {};
    const found = typeof from === 'string' && typeof to === 'string' ? check(from, to) : undefined;
    return found ? [{ path: ['spec', field, index, 'to'], ...found }] : [];
  });
}

function unknownZone(zone: string): PolicyProblem {
  const meant = nearestName(zone, Intl.supportedValuesOf('timeZone'));
  return { path: ['spec', 'timeZone'], problem: `there is no time zone "${zone}".`, remedy: meant === undefined ? 'Write one such as Europe/Berlin, or leave it out for UTC.' : `Did you mean ${meant}?` };
}
