import { describe, expect, it } from 'vitest';
import { startApi } from '../testing/local-client.js';

const PODS = '/api/v1/namespaces/default/pods';
const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const eviction = (name: string, rest: object = {}) => ({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name }, ...rest });

/** Running Pods a and b of an application, and a budget with this status. */
async function withBudget(status: object, spec: object = {}) {
  const { call } = startApi();
  for (const name of ['a', 'b']) {
    await call('POST', PODS, { metadata: { name, labels: { app: 'web' } }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] } });
    await call('PATCH', `${PODS}/${name}/status`, { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } });
  }
  await call('POST', BUDGETS, { metadata: { name: 'web' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } }, ...spec } });
  await call('PATCH', `${BUDGETS}/web/status`, { status: { observedGeneration: 1, expectedPods: 2, ...status } });
  return { call, evict: (name: string, rest: object = {}) => call('POST', `${PODS}/${name}/eviction`, eviction(name, rest)) };
}

describe('an eviction', () => {
  it('spends the budget, and is refused when it is spent', async () => {
    const { call, evict } = await withBudget({ disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1 });
    expect((await evict('a', { deleteOptions: { dryRun: ['All'] } })).status).toBe(201);
    expect((await evict('a')).status).toBe(201);
    const pod = (await call('GET', `${PODS}/a`)).json;
    expect(pod.metadata.deletionTimestamp).toBeDefined();
    expect(pod.status.conditions).toContainEqual(expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }));
    expect((await call('GET', `${BUDGETS}/web`)).json.status).toMatchObject({ disruptionsAllowed: 0, disruptedPods: { a: expect.any(String) }, conditions: [{ type: 'DisruptionAllowed', status: 'False' }] });
    expect((await evict('b')).json).toMatchObject({ code: 429, reason: 'TooManyRequests', message: "Cannot evict pod as it would violate the pod's disruption budget." });
    expect((await call('GET', `${PODS}/b`)).json.metadata.deletionTimestamp).toBeUndefined();
    // One that goes already costs nothing.
    expect((await evict('a')).status).toBe(201);
  });

  it('waits for the controller of budgets', async () => {
    const { evict } = await withBudget({ observedGeneration: 0, disruptionsAllowed: 1 });
    const refused = await evict('a');
    expect(refused.json.details.causes).toEqual([{ reason: 'DisruptionBudget', message: 'The disruption budget web is still being processed by the server.' }]);
    expect(refused.headers['retry-after']).toBe('10');
  });

  it('of a Pod that is not ready is free where enough others are, or all are free', async () => {
    const notReady = { status: { conditions: [{ type: 'Ready', status: 'False' }] } };
    const spent = await withBudget({ disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 2 });
    await spent.call('PATCH', `${PODS}/a/status`, notReady);
    expect((await spent.evict('a')).status).toBe(429);
    const enough = await withBudget({ disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2 });
    await enough.call('PATCH', `${PODS}/a/status`, notReady);
    expect((await enough.evict('a')).status).toBe(201);
    const always = await withBudget({ disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 2 }, { unhealthyPodEvictionPolicy: 'AlwaysAllow' });
    await always.call('PATCH', `${PODS}/a/status`, notReady);
    expect((await always.evict('a')).status).toBe(201);
  });

  it('of a Pod with two budgets is refused', async () => {
    const { call, evict } = await withBudget({ disruptionsAllowed: 1 });
    await call('POST', BUDGETS, { metadata: { name: 'other' }, spec: { minAvailable: 1, selector: {} } });
    expect((await evict('a')).json).toMatchObject({ code: 500, message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.' });
  });
});
