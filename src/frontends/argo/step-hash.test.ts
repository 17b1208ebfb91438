import { describe, expect, it } from 'vitest';
import { goJson } from './go-json.js';
import type { RolloutStep } from './kinds/canary-steps.js';
import { stepHash } from './step-hash.js';

describe('the hash of steps', () => {
  // As Argo Rollouts' own tests have them.
  it.each([
    [[{ pause: {} }], '6b9b86fbd5'],
    [[{ pause: {} }, { pause: {} }], '79c9b9f6bf'],
    [undefined, '5ffbfbbd64'],
  ] as const)('of %j is that of Argo Rollouts', (steps, hash) => {
    expect(stepHash(steps)).toBe(hash);
  });

  it('is another one for other steps, whatever the order of their fields', () => {
    const one: RolloutStep = { setHeaderRoute: { name: 'inner', match: [{ headerName: 'x', headerValue: { exact: 'y' } }] } };
    const other: RolloutStep = { setHeaderRoute: { match: [{ headerValue: { exact: 'y' }, headerName: 'x' }], name: 'inner' } };
    expect(stepHash([one])).toBe(stepHash([other]));
    expect(stepHash([{ setWeight: 10 }])).not.toBe(stepHash([{ setWeight: 11 }]));
  });

  it.each([
    [{ setWeight: 0 }, '{"setWeight":0}'],
    [{ pause: { duration: '5m' } }, '{"pause":{"duration":"5m"}}'],
    [{ pause: { duration: 30 } }, '{"pause":{"duration":30}}'],
    [{ setCanaryScale: { matchTrafficWeight: false, replicas: 2 } }, '{"setCanaryScale":{"replicas":2}}'],
    [{ analysis: { templates: [{ templateName: 'a', clusterScope: false }], args: [{ name: 'n', value: '<' }] } }, '{"analysis":{"templates":[{"templateName":"a","clusterScope":false}],"args":[{"name":"n","value":"\\u003c"}]}}'],
    [{ setHeaderRoute: { name: 'r', match: [{ headerName: 'h' }] } }, '{"setHeaderRoute":{"name":"r","match":[{"headerName":"h","headerValue":null}]}}'],
    [{ experiment: { templates: [{ name: 'b', specRef: 'stable' }] } }, '{"experiment":{"templates":[{"name":"b","specRef":"stable","metadata":{}}],"analysisRunMetadata":{}}}'],
  ] as const)('is made from the bytes that Go writes: %j', (step, text) => {
    expect(goJson(step, 'CanaryStep')).toBe(text);
  });
});
