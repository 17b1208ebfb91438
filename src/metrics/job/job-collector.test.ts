import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { createClient } from '../../cluster/create-client.js';
import { localCluster, type LocalCluster } from '../../cluster/testing/local-cluster.js';
import type { Job } from '../../kubernetes/generated/batch-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { FINALIZER } from '../../model/resources.js';
import { VirtualClock } from '../../ports/virtual-clock.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import type { Collector } from '../collector.js';
import { collectorFor } from '../collector-for.js';
import { about, measuring, release } from '../testing/measuring.js';
import type { MeasuringJobs } from './measuring-jobs.js';
import { measurementName } from './measurement-job.js';

const template = { metadata: { name: '', labels: { team: 'shop' } }, spec: { template: { spec: { containers: [{ name: 'check', image: 'check:v1', env: [{ name: 'SERIN_POLICY', value: 'mine' }] }] } } } };

/** Straight through a client: what the controller does with its cache. */
function jobsOf(client: ClusterClient): MeasuringJobs & { creations: string[] } {
  const creations: string[] = [];
  return {
    creations,
    async list(namespace, labels) {
      const labelSelector = Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(',');
      return (await client.list(resources.jobs, { namespace, labelSelector })).items;
    },
    async create(job) {
      try {
        await client.create(resources.jobs, job);
        creations.push(job.metadata.name ?? '');
      } catch (error) {
        if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
      }
    },
    async remove({ metadata: { name = '', namespace = '' } }) {
      await client.patch(resources.jobs, { name, namespace }, { kind: 'merge', body: { metadata: { finalizers: null } } });
      await client.delete(resources.jobs, { name, namespace }, { propagationPolicy: 'Background' });
    },
  };
}

describe('a Job for each measurement', () => {
  let clock: VirtualClock;
  let cluster: LocalCluster;
  let client: ClusterClient;
  let jobs: ReturnType<typeof jobsOf>;
  let controller: AbortController;
  beforeEach(async () => {
    clock = new VirtualClock();
    cluster = localCluster(clock);
    client = createClient(cluster.transport, { fieldManager: 'test', clock });
    jobs = jobsOf(client);
    controller = new AbortController();
    await client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' }, spec: {} });
  });
  afterEach(async () => {
    controller.abort(new Error('over'));
    await cluster.close();
  });

  const collectorOf = (condition: { every?: string; delay?: string; count?: number; success?: string; failure?: string } = {}, lastAt?: number, step?: number): Collector =>
    collectorFor({ name: 'smoke', condition: { every: '30s', ...condition }, from: { job: { template, timeout: '2m' } } },
      { ...about(clock.now()), ...(step === undefined ? {} : { step }), ...(lastAt === undefined ? {} : { lastAt }), variables: [{ name: 'SERIN_RELEASE', value: 'web-1' }, { name: 'SERIN_POLICY', value: 'web' }] }, { ...measuring({ clock }), jobs });
  /** What it comes to within a while of virtual time; undefined when nothing does. */
  async function within(seconds: number, collector: Collector): Promise<MetricSample | undefined> {
    const stop = new AbortController();
    let sample: MetricSample | undefined;
    const done = collector.collect(AbortSignal.any([controller.signal, stop.signal])).then((found) => (sample = found), () => undefined);
    for (let passed = 0; passed < seconds && sample === undefined; passed++) await clock.advance(1000);
    stop.abort();
    await done;
    return sample;
  }
  const all = async (): Promise<Job[]> => (await client.list(resources.jobs, { namespace: 'shop' })).items;
  const end = async (name: string, type: 'Complete' | 'Failed', more: object = {}): Promise<void> => {
    const now = new Date(clock.now()).toISOString().replace(/\.\d+/, '');
    const goal = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
    const conditions = [goal, type].map((each) => ({ type: each, status: 'True', lastTransitionTime: now, lastProbeTime: now, ...more }));
    await client.patch(resources.jobs, { name, namespace: 'shop' }, { kind: 'merge', body: { status: { conditions, startTime: now, ...(type === 'Complete' ? { completionTime: now, succeeded: 1 } : { failed: 1 }) } } }, { subresource: 'status' });
  };

  it('runs one after the other, and tells how each ended', async () => {
    const collector = collectorOf({ delay: '5s' });
    expect(await within(4, collector)).toBeUndefined();
    expect(await all()).toEqual([]);
    expect(await within(60, collector)).toBeUndefined();
    const [first] = await all();
    expect(first).toMatchObject({
      metadata: {
        name: 'web-1-smoke-0', finalizers: [FINALIZER], ownerReferences: [{ kind: 'Release', name: 'web-1', uid: 'u-1', controller: true }],
        labels: { team: 'shop', 'serin.dev/release': 'web-1', 'serin.dev/policy': 'web', 'serin.dev/metric': 'smoke', 'app.kubernetes.io/managed-by': 'serin' },
      },
      spec: { activeDeadlineSeconds: 120, backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [{ env: [{ name: 'SERIN_POLICY', value: 'mine' }, { name: 'SERIN_RELEASE', value: 'web-1' }] }] } } },
    });
    await end('web-1-smoke-0', 'Complete');
    const at = clock.now() - (clock.now() % 1000);
    expect(await within(3, collector)).toEqual({ kind: 'condition', at, measurement: 'success', detail: 'Job web-1-smoke-0 succeeded' });
    expect(await within(3, collector)).toBeUndefined();
    await end('web-1-smoke-1', 'Failed', { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' });
    expect(await within(3, collector)).toMatchObject({ measurement: 'failure', detail: 'Job web-1-smoke-1 failed: DeadlineExceeded: Job was active longer than specified deadline' });
  });

  it('runs no measurement twice, restarted or doubled', async () => {
    const [one, other] = [collectorOf(), collectorOf()];
    await Promise.all([within(10, one), within(10, other)]);
    await within(10, collectorOf());
    expect(jobs.creations).toEqual(['web-1-smoke-0']);
    await end('web-1-smoke-0', 'Complete');
    const told = await within(3, one);
    const again = collectorOf({}, told?.kind === 'condition' ? told.at : undefined);
    expect(await within(40, again)).toBeUndefined();
    expect(jobs.creations).toEqual(['web-1-smoke-0', 'web-1-smoke-1']);
  });

  it('tells after a restart what ended in the meantime', async () => {
    await within(3, collectorOf());
    await end('web-1-smoke-0', 'Complete');
    expect(await within(3, collectorOf())).toMatchObject({ measurement: 'success' });
  });

  it('counts one that somebody deletes as an error, and does not run it again', async () => {
    const collector = collectorOf();
    await within(3, collector);
    await client.delete(resources.jobs, { name: 'web-1-smoke-0', namespace: 'shop' }, { propagationPolicy: 'Background' });
    expect(await within(3, collector)).toMatchObject({ measurement: 'error', detail: 'Job web-1-smoke-0 was deleted before its end' });
    await within(40, collector);
    expect(jobs.creations).toEqual(['web-1-smoke-0', 'web-1-smoke-1']);
  });

  it('stops after so many, keeps the last three, and asks conditions of their ends', async () => {
    const collector = collectorOf({ every: '1s', count: 5, failure: 'result' });
    for (let number = 0; number < 5; number++) {
      await within(3, collector);
      await end(`web-1-smoke-${number}`, 'Complete');
      expect(await within(3, collector)).toMatchObject({ measurement: 'failure', detail: `Job web-1-smoke-${number} succeeded; result is true: result` });
    }
    expect(await within(60, collector)).toBeUndefined();
    expect((await all()).map(({ metadata }) => metadata.name).sort()).toEqual(['web-1-smoke-2', 'web-1-smoke-3', 'web-1-smoke-4']);
  });

  it('begins afresh in each step: Jobs of another one neither count nor are told of', async () => {
    const once = { count: 1, every: '1s' };
    for (const [step, name] of [[0, 'web-1-smoke-step-1-0'], [2, 'web-1-smoke-step-3-0']] as const) {
      const collector = collectorOf(once, undefined, step);
      expect(await within(5, collector)).toBeUndefined();
      expect(jobs.creations.at(-1)).toBe(name);
      expect((await all()).find(({ metadata }) => metadata.name === name)?.metadata.annotations).toMatchObject({ 'serin.dev/step': String(step), 'serin.dev/measurement': '0' });
      await end(name, 'Complete');
      // Another controller within the step takes it as it is.
      expect(await within(5, collectorOf(once, undefined, step))).toMatchObject({ measurement: 'success', detail: `Job ${name} succeeded` });
      expect(await within(60, collectorOf(once, clock.now(), step))).toBeUndefined();
    }
    expect(jobs.creations).toHaveLength(2);
    expect(await within(5, collectorOf(once))).toBeUndefined();
    expect(jobs.creations.at(-1)).toBe('web-1-smoke-0');
  });

  it('says why no Job can be made, and tries again later', async () => {
    const wrong = { template: { spec: { template: { spec: { containers: [] } } } }, timeout: '2m' };
    const collector = collectorFor({ name: 'smoke', condition: { every: '1s' }, from: { job: wrong } }, about(clock.now()), { ...measuring({ clock }), jobs });
    await expect(collector.collect(controller.signal)).rejects.toThrow(/^its Job could not be run: .*spec.template.spec.containers: Required value/);
    const [before, again] = [clock.now(), expect(collector.collect(controller.signal)).rejects.toThrow('its Job could not be run')];
    await clock.advance(10_000);
    await again;
    expect(clock.now() - before).toBe(10_000);
  });

  it('leaves Jobs of an earlier release of this name alone, and waits for them to go', async () => {
    await client.create(resources.jobs, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'web-1-smoke-0', namespace: 'shop', labels: { 'serin.dev/release': 'web-1', 'serin.dev/metric': 'smoke' }, annotations: { 'serin.dev/measurement': '0' } }, spec: { template: { spec: { restartPolicy: 'Never', ...template.spec.template.spec } } } });
    const collector = collectorOf();
    expect(await within(5, collector)).toBeUndefined();
    await end('web-1-smoke-0', 'Complete');
    expect(await within(5, collector)).toBeUndefined();
    expect(jobs.creations).toEqual([]);
    await client.delete(resources.jobs, { name: 'web-1-smoke-0', namespace: 'shop' }, { propagationPolicy: 'Background' });
    await within(5, collector);
    expect(jobs.creations).toEqual(['web-1-smoke-0']);
  });
});

it('names measurements apart, in 63 characters', () => {
  const long = { ...release, metadata: { ...release.metadata, name: 'a'.repeat(60) } };
  const names = [0, 1, 10].flatMap((number) => ['smoke', 'b'.repeat(63), `${'b'.repeat(62)}c`].flatMap((metric) => [undefined, 0, 1].map((step) => measurementName({ release: long, metric, step }, number))));
  expect(new Set(names).size).toBe(27);
  expect(measurementName({ release, metric: 'smoke', step: 1 }, 0)).not.toBe(measurementName({ release, metric: 'smoke-step-2', step: undefined }, 0));
  for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/);
});
