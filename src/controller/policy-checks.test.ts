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

it('a batch is a size, or an object that says more', () => {
  const rolling = (...batches: unknown[]) => {
    const policy = named('web');
    const strategy = { rolling: { batches } } as ReleasePolicy['spec']['strategy'];
    return checkPolicyAlone({ ...policy, spec: { ...policy.spec, service: 'web', router: { istio: {} }, strategy } }).map(({ path, problem }) => `${path.slice(4).join('.')}: ${problem}`);
  };
  expect(rolling(1, '50%', { pods: 3, weight: 60 }, { part: '100%', weight: 100, pause: { for: '5m' } })).toEqual([]);
  expect(rolling('half', { pods: 1, part: '5%' }, {}, { pods: 0, weight: 120 }, { part: '20', weight: 12.25 }, { pod: 1 }, { pods: 4, pause: { for: 'long' } }, null, [1])).toEqual([
    expect.stringMatching(/^0: "half" .*should match/),
    '1: say how far the batch goes: pods or part.',
    '2: say how far the batch goes: pods or part.',
    expect.stringMatching(/^3\.pods: 0 .*greater than or equal to 1/),
    expect.stringMatching(/^3\.weight: 120 .*less than or equal to 100/),
    expect.stringMatching(/^4\.part: "20" .*should match/),
    '4: a weight has at most one decimal.',
    '5.pod: there is no field "pod".',
    '5: say how far the batch goes: pods or part.',
    '6.pause.for: "long" is not a duration.',
    '7: is missing.',
    expect.stringMatching(/^8: /),
  ]);
});
