import { expect, it } from 'vitest';
import { policyConditions, type Standing } from './policy-conditions.js';
import type { PolicyStatus } from './release-policy.js';

const types = (status: PolicyStatus, standing: Standing): string[] => policyConditions(status, standing, 0).map(({ type, status: value }) => `${type}=${value}`);

it.each<[PolicyStatus['phase'], Standing, string[]]>([
  ['Adopting', 'moving', ['Ready=Unknown', 'Reconciling=True']],
  ['Resting', 'rests', ['Ready=True']],
  ['Releasing', 'moving', ['Ready=True', 'Reconciling=True']],
  ['Holding', 'stuck', ['Ready=True', 'Stalled=True']],
  ['Refused', 'stuck', ['Ready=False', 'Stalled=True']],
])('%s and %s', (phase, standing, expected) => {
  expect(types({ ...(phase ? { phase } : {}) }, standing)).toEqual(expected);
});

it('leaves a condition out when it is no longer true, and keeps the time of one that still is', () => {
  const conditions = policyConditions({ phase: 'Releasing', message: 'a' }, 'moving', 0);
  const later = policyConditions({ phase: 'Releasing', message: 'b', conditions }, 'moving', 60_000);
  expect(later.map(({ message, lastTransitionTime }) => [message, lastTransitionTime])).toEqual([['b', '1970-01-01T00:00:00Z'], ['b', '1970-01-01T00:00:00Z']]);
  expect(policyConditions({ phase: 'Resting', conditions: later }, 'rests', 60_000).map(({ type }) => type)).toEqual(['Ready']);
});
