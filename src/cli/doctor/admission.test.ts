import { expect, it } from 'vitest';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { checkAdmission } from './admission.js';

type Spec = ReleasePolicy['spec'];
type CanarySteps = NonNullable<Spec['strategy']['canary']>['steps'];

const policy = (steps: CanarySteps, analysis?: Spec['analysis']): ReleasePolicy => ({
  apiVersion: 'serin.dev/v1alpha1', kind: 'ReleasePolicy', metadata: { name: 'web', namespace: 'shop' },
  spec: { workload: { deployment: 'web' }, service: 'web', router: { istio: {} }, strategy: { canary: { steps } }, ...(analysis === undefined ? {} : { analysis }) },
});

it.each<[string, ReleasePolicy, boolean]>([
  ['a step for approval', policy([{ weight: 10 }, { approve: {} }]), true],
  ['an analysis that asks', policy([{ weight: 10 }, { analyze: { undecided: 'ask' } }]), true],
  ['an analysis, where all ask', policy([{ analyze: {} }], { undecided: { then: 'ask' } }), true],
  ['an analysis that does not, where all others ask', policy([{ analyze: { undecided: 'hold' } }], { undecided: { then: 'ask' } }), false],
  ['an analysis of tests beforehand, where all ask', policy([{ weight: 10 }], { undecided: { then: 'ask' }, before: ['errors'] }), true],
  ['no analysis at all, where all would ask', policy([{ weight: 10 }], { undecided: { then: 'ask' } }), false],
  ['nothing of the kind', policy([{ weight: 10 }, { analyze: {} }]), false],
])('that no approval counts matters to a policy with %s', (_what, given, asks) => {
  const [approvals] = checkAdmission({ mutatingPolicies: [], mutatingBindings: [], validatingPolicies: [], validatingBindings: [], policies: [given] });
  expect(approvals?.result).toBe(asks ? 'fail' : 'warn');
  expect(approvals?.message.includes('no approval counts, and shop/web asks for one')).toBe(asks);
});
