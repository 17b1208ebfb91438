import { expect, it } from 'vitest';
import type { ReleasePolicy } from '../model/release-policy.js';
import { API_VERSION } from '../model/resources.js';
import { checkPolicyAlone } from './policy-checks.js';

const named = (name: string): ReleasePolicy => ({
  apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name, namespace: 'shop' },
  spec: { workload: { deployment: 'web' }, strategy: { canary: { steps: [{ weight: 50 }] } } },
});

it('a policy has a name that its releases can carry in labels', () => {
  expect(checkPolicyAlone(named('w'.repeat(57)))).toEqual([]);
  expect(checkPolicyAlone(named('w'.repeat(58)))).toEqual([
    { path: ['metadata', 'name'], problem: 'has 58 characters.', remedy: 'Take a name of at most 57: it becomes a label.' },
  ]);
});
