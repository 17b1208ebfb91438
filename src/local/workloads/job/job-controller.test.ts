import { afterEach, describe, expect, it } from 'vitest';
import type { Job, JobSpec } from '../../../kubernetes/generated/batch-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { timestamp } from '../../../kubernetes/conditions.js';
import { resources } from '../../../kubernetes/resources.js';
import { startLocalCluster, type LocalCluster, type LocalClusterOptions } from '../testing/local-cluster.js';
import { COMPLETION_INDEX } from './indexes.js';

const running: LocalCluster[] = [];
afterEach(async () => {
  for (const cluster of running.splice(0)) await cluster.stop();
});

const namespace = 'default';

/** A cluster with one Job `try`, and hands to end its Pods with. */
async function startJob(spec: Partial<JobSpec>, options: LocalClusterOptions = { readyAfter: 20 }) {
  const cluster = await startLocalCluster(options);
  running.push(cluster);
  const { client, clock } = cluster;
  await client.create(resources.jobs, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'try', namespace },
    spec: { template: { metadata: { name: '' }, spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'try:1' }] } }, ...spec },
  } as Job);
  await cluster.pass(200);
  const pods = async (): Promise<Pod[]> => (await client.list(resources.pods, { namespace })).items;
  const open = async (): Promise<Pod[]> => (await pods()).filter(({ status, metadata }) => !/Failed|Succeeded/.test(status?.phase ?? '') && metadata.deletionTimestamp === undefined);
  const job = (): Promise<Job> => client.get(resources.jobs, { name: 'try', namespace });
  return {
    cluster,
    pods,
    open,
    job,
    patch: (body: unknown) => client.patch(resources.jobs, { name: 'try', namespace }, { kind: 'merge', body }),
    conditions: async () => ((await job()).status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`),
    /** Ends a Pod that runs: the first, or the one with the index. */
    async end(exitCode: number, index?: number): Promise<void> {
      const pod = (await open()).find(({ metadata }) => index === undefined || metadata.labels?.[COMPLETION_INDEX] === String(index));
      if (pod === undefined) throw new Error('no Pod runs');
      const phase = exitCode === 0 ? 'Succeeded' : 'Failed';
      const terminated = { exitCode, finishedAt: timestamp(clock.now()) };
      const body = { status: { phase, conditions: [{ type: 'Ready', status: 'False' }], containerStatuses: [{ name: 'main', image: 'try:1', imageID: '', ready: false, restartCount: 0, state: { terminated } }] } };
      await client.patch(resources.pods, { name: pod.metadata.name, namespace }, { kind: 'strategic', body }, { subresource: 'status' });
      await cluster.pass(200);
    },
  };
}

describe('a Job', () => {
  it('is complete when as many Pods as asked have succeeded, never more at once than its parallelism', async () => {
    const { end, open, job, pods, conditions, cluster } = await startJob({ completions: 3, parallelism: 2 });
    expect((await job()).status).toMatchObject({ active: 2, ready: 2, startTime: '2026-01-01T00:00:00Z' });
    await end(0);
    expect(await open()).toHaveLength(2);
    await end(0);
    expect(await open()).toHaveLength(1);
    await end(0);
    const { status } = await job();
    expect(status).toMatchObject({ succeeded: 3, ready: 0, terminating: 0, uncountedTerminatedPods: {}, completionTime: timestamp(cluster.clock.now()) });
    expect(status?.active).toBeUndefined();
    expect(await conditions()).toEqual(['SuccessCriteriaMet=True CompletionsReached', 'Complete=True CompletionsReached']);
    expect((await pods()).map(({ metadata, status: of }) => [of?.phase, metadata.finalizers])).toEqual(Array(3).fill(['Succeeded', undefined]));
  });

  it('without completions starts no Pod after the first success and waits for the others', async () => {
    const { cluster, end, open, conditions, patch } = await startJob({ parallelism: 3 });
    await end(0);
    await patch({ spec: { parallelism: 5 } });
    await cluster.pass(200);
    expect(await open()).toHaveLength(2);
    expect(await conditions()).toEqual([]);
    await end(1);
    expect(await open()).toHaveLength(1);
    await end(0);
    expect(await conditions()).toContain('Complete=True CompletionsReached');
  });

  it('replaces failed Pods after 10 s, 20 s, … and fails beyond its limit', async () => {
    const { end, open, job, conditions, cluster } = await startJob({ backoffLimit: 2 });
    const waits: number[] = [];
    for (let failure = 0; failure < 2; failure += 1) {
      await end(1);
      let waited = 0;
      for (; (await open()).length === 0 && waited < 100; waited += 1) await cluster.pass(1000);
      waits.push(waited);
    }
    expect(waits).toEqual([10, 20]);
    expect((await job()).status).toMatchObject({ failed: 2, active: 1 });
    await end(1);
    expect(await conditions()).toEqual(['FailureTarget=True BackoffLimitExceeded', 'Failed=True BackoffLimitExceeded']);
    expect((await job()).status).toMatchObject({ failed: 3 });
    await cluster.pass(100_000);
    expect(await open()).toEqual([]);
  });

  it('ends its Pods when its deadline is over', async () => {
    const { cluster, pods, job, conditions } = await startJob({ parallelism: 2, completions: 2, activeDeadlineSeconds: 5 });
    await cluster.pass(4000);
    expect(await conditions()).toEqual([]);
    await cluster.pass(2000);
    expect(await conditions()).toEqual(['FailureTarget=True DeadlineExceeded', 'Failed=True DeadlineExceeded']);
    expect(await pods()).toEqual([]);
    expect((await job()).status).toMatchObject({ failed: 2, ready: 0, terminating: 0 });
  });

  it('suspended has no Pods, and counts none of those it had', async () => {
    const { cluster, open, job, patch, end, conditions } = await startJob({ suspend: true });
    expect(await open()).toEqual([]);
    expect((await job()).status?.startTime).toBeUndefined();
    expect(await conditions()).toEqual(['Suspended=True JobSuspended']);
    await cluster.pass(5000);
    await patch({ spec: { suspend: false } });
    await cluster.pass(200);
    expect((await job()).status).toMatchObject({ active: 1, startTime: '2026-01-01T00:00:05Z' });
    await patch({ spec: { suspend: true } });
    await cluster.pass(200);
    expect(await open()).toEqual([]);
    expect((await job()).status?.failed).toBeUndefined();
    await patch({ spec: { suspend: false } });
    await cluster.pass(200);
    await end(0);
    expect(await conditions()).toEqual(['Suspended=False JobResumed', 'SuccessCriteriaMet=True CompletionsReached', 'Complete=True CompletionsReached']);
  });

  it('lets go of a Pod at once again after its finalizer could not be taken off', async () => {
    let broken = true;
    const { cluster, open, patch } = await startJob({}, {
      readyAfter: 20,
      intercept: (request, send) => (broken && request.method === 'PATCH' && request.path.includes('/pods/') ? Promise.reject(new Error('connection reset')) : send()),
    });
    await patch({ spec: { suspend: true } });
    await cluster.pass(1000);
    expect(await open()).toHaveLength(1);
    broken = false;
    await cluster.pass(31_000);
    expect(await open()).toEqual([]);
  });

  it('says nothing of Pods that its namespace takes no more', async () => {
    const causes = [{ reason: 'NamespaceTerminating', message: 'namespace default is being terminated', field: 'metadata.namespace' }];
    const refused = JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'forbidden', reason: 'Forbidden', details: { causes }, code: 403 });
    const { cluster, pods } = await startJob({}, {
      intercept: (request, send) => (request.method === 'POST' && request.path.endsWith('/pods') ? Promise.resolve({ status: 403, headers: { 'content-type': 'application/json' }, body: refused }) : send()),
    });
    await cluster.pass(1000);
    expect(await pods()).toEqual([]);
    expect((await cluster.client.list(resources.events, { namespace })).items.map(({ reason }) => reason)).toEqual([]);
  });

  it('that is Indexed tells each Pod its index, unless its containers say it themselves', async () => {
    const own = { name: 'JOB_COMPLETION_INDEX', value: 'own' };
    const containers = [
      { name: 'main', image: 'try:1', env: [{ name: 'A', value: '1' }] },
      { name: 'other', image: 'try:1', env: [own] },
    ];
    const template = { metadata: { name: '' }, spec: { restartPolicy: 'Never', hostname: 'mine', containers } };
    const { pods } = await startJob({ completionMode: 'Indexed', completions: 1, template });
    const [pod] = await pods();
    expect(pod?.spec.hostname).toBe('try-0');
    expect(pod?.metadata.name).toMatch(/^try-0-\w{5}$/);
    expect(pod?.spec.containers.map(({ env }) => env)).toMatchObject([[{ name: 'A', value: '1' }, { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } } }], [own]]);
  });

  it('that is Indexed runs each index until it has succeeded', async () => {
    const { end, pods, open, job, cluster } = await startJob({ completionMode: 'Indexed', completions: 3, parallelism: 3 });
    const [first] = await pods();
    expect(first?.spec.hostname).toBe(`try-${first?.metadata.labels?.[COMPLETION_INDEX]}`);
    await end(0, 2);
    await end(1, 1);
    expect((await job()).status).toMatchObject({ completedIndexes: '2', succeeded: 1, failed: 1 });
    await cluster.pass(11_000);
    expect((await open()).map(({ metadata }) => metadata.labels?.[COMPLETION_INDEX]).sort()).toEqual(['0', '1']);
    await end(0, 0);
    await end(0, 1);
    expect((await job()).status).toMatchObject({ completedIndexes: '0-2', succeeded: 3, failed: 1 });
  });

  it('is deleted with its Pods when its time to live is over', async () => {
    const { cluster, pods, end } = await startJob({ ttlSecondsAfterFinished: 10 });
    await end(0);
    await cluster.pass(5_000);
    expect(await pods()).toHaveLength(1);
    await cluster.pass(10_000);
    expect(await cluster.client.find(resources.jobs, { name: 'try', namespace })).toBeUndefined();
    expect(await pods()).toEqual([]);
  });

  it('counts a Pod that somebody deletes as failed, and lets go the Pods of a Job that is deleted', async () => {
    const { cluster, open, job, pods } = await startJob({});
    const [pod] = await open();
    await cluster.client.delete(resources.pods, { name: pod?.metadata.name ?? '', namespace });
    await cluster.pass(500);
    expect((await job()).status).toMatchObject({ failed: 1 });
    await cluster.pass(11_000);
    expect(await open()).toHaveLength(1);
    await cluster.client.delete(resources.jobs, { name: 'try', namespace }, { propagationPolicy: 'Background' });
    await cluster.pass(2000);
    expect(await pods()).toEqual([]);
  });

  it('with a field that is not supported fails at once and names it', async () => {
    const { job, conditions, pods } = await startJob({ completionMode: 'Indexed', completions: 2, backoffLimitPerIndex: 1 });
    expect(await conditions()).toEqual(['FailureTarget=True UnsupportedField', 'Failed=True UnsupportedField']);
    expect((await job()).status?.conditions?.[0]?.message).toBe('this Job controller does not support spec.backoffLimitPerIndex: remove it from the Job');
    expect(await pods()).toEqual([]);
  });

  it('follows its failure policy: some exit codes do not count, others end it', async () => {
    const rules = [
      { action: 'Ignore', onExitCodes: { operator: 'In', values: [7] } },
      { action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [42] } },
    ];
    const { cluster, end, job, conditions } = await startJob({ backoffLimit: 1, podFailurePolicy: { rules } });
    for (const code of [7, 7, 1]) {
      await end(code);
      await cluster.pass(60_000);
    }
    expect((await job()).status).toMatchObject({ failed: 1, active: 1 });
    await end(42);
    expect(await conditions()).toEqual(['FailureTarget=True PodFailurePolicy', 'Failed=True PodFailurePolicy']);
    expect((await job()).status?.conditions?.[0]?.message).toMatch(/^Container main for pod default\/try-\w+ failed with exit code 42 matching FailJob rule at index 1$/);
  });

  it('starts and counts no Pod twice on caches that lag', async () => {
    const { cluster, job, end, pods } = await startJob({ completions: 4, parallelism: 2 }, { lag: 300, readyAfter: 20 });
    await cluster.pass(5000);
    for (let done = 0; done < 4; done += 1) {
      await end(0);
      await cluster.pass(5000);
    }
    expect((await job()).status).toMatchObject({ succeeded: 4 });
    expect(await pods()).toHaveLength(4);
  });
});
