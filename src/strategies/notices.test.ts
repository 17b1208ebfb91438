import { expect, it } from 'vitest';
import type { PolicySpec } from '../model/release-policy.js';
import { notices } from './notices.js';

const policy = (strategy: PolicySpec['strategy']): PolicySpec => ({ workload: { deployment: 'web' }, service: 'web', router: { istio: {} }, strategy });

it('[S1-22] warns of database migrations where two full sets run, and nowhere else', () => {
  const [notice, ...rest] = notices(policy({ blueGreen: { keep: '5m' } }));
  expect(rest).toEqual([]);
  expect(notice).toMatchObject({ path: ['spec', 'strategy', 'blueGreen'], severity: 'warning' });
  expect(notice?.remedy).toContain('migrations backward compatible');
  expect(notices(policy({ canary: { steps: [{ weight: 50 }] } }))).toEqual([]);
  expect(notices(policy({ canary: { steps: [] } })).map(({ severity, problem }) => [severity, problem])).toEqual([['warning', 'without steps the canary gets everything as soon as its Pods are ready.']]);
  expect(notices(policy({ rolling: { batches: ['100%'] } }))).toEqual([]);
});
