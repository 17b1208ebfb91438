import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClusterClient } from '../../../cluster/client.js';
import { createClient } from '../../../cluster/create-client.js';
import { localCluster, type LocalCluster } from '../../../cluster/testing/local-cluster.js';
import { argoDefinitions } from '../../../frontends/argo/custom-resources.js';
import type { AnalysisRun, AnalysisRunSpec } from '../../../frontends/argo/kinds/analysis.js';
import type { ArgoMetric } from '../../../frontends/argo/kinds/metrics.js';
import { argoResources } from '../../../frontends/argo/resources.js';
import { timestamp } from '../../../kubernetes/conditions.js';
import type { Job } from '../../../kubernetes/generated/batch-v1.js';
import { controllerReference } from '../../../kubernetes/owners.js';
import { resources } from '../../../kubernetes/resources.js';
import { AnsweringServer } from '../../../metrics/testing/answering-server.js';
import { systemClock } from '../../../ports/clock.js';
import { seededRandom } from '../../../ports/random.js';
import { install } from '../../installation.js';
import { startLoop, type LoopOptions, type RunningLoop } from './testing/loop.js';

const clock = systemClock;
const namespace = 'default';
const WAIT = { timeout: 20_000, interval: 20 };

describe('the loop over AnalysisRuns', () => {
  let cluster: LocalCluster;
  let client: ClusterClient;
  let server: AnsweringServer;
  let processes: RunningLoop[];
  let leads: boolean;
  let errors: string[];
  let told: string[];
  let writes: string[];
  let reach: (boundary: string) => void;

  async function start(more: Pick<LoopOptions, 'withoutConfig' | 'prometheusAddress'> = {}): Promise<RunningLoop> {
    const client = createClient(cluster.transport, { fieldManager: 'serin', clock, random: seededRandom(2) });
    const started = await startLoop({ client, errors, told, mayWrite: () => leads, reach: (boundary) => { writes.push(boundary); reach(boundary); }, ...more });
    processes.push(started);
    return started;
  }

  beforeEach(async () => {
    [leads, errors, told, writes, processes, reach] = [true, [], [], [], [], () => undefined];
    server = await new AnsweringServer().start();
    server.answer = () => ({ body: '1' });
    cluster = localCluster(clock);
    client = createClient(cluster.transport, { fieldManager: 'test', clock, random: seededRandom(1) });
    await install(client, clock, new AbortController().signal, []);
    for (const definition of argoDefinitions()) await client.create(resources.customResourceDefinitions, definition);
  });
  afterEach(async () => {
    await Promise.all(processes.map((each) => each.stop()));
    await server.stop();
    await cluster.close();
  });

  const web = (name: string, more: Partial<ArgoMetric> = {}): ArgoMetric => ({ name, provider: { web: { url: `${server.address}/${name}` } }, ...more });
  const job = (name: string, more: Partial<ArgoMetric> = {}): ArgoMetric => ({ name, provider: { job: { metadata: { labels: { team: 'a' } }, spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'check:v1' }] } } } } }, ...more });
  const create = (name: string, metrics: ArgoMetric[], more: Partial<AnalysisRunSpec> = {}): Promise<AnalysisRun> => client.create(argoResources.analysisRuns, { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata: { name, namespace }, spec: { metrics, ...more } });
  const status = async (name: string): Promise<AnalysisRun['status']> => (await client.find(argoResources.analysisRuns, { namespace, name }))?.status;
  const ends = async (name: string, phase: string): Promise<NonNullable<AnalysisRun['status']>> => {
    await vi.waitFor(async () => expect((await status(name))?.completedAt, JSON.stringify([await status(name), errors])).toBeDefined(), WAIT);
    const found = await status(name);
    expect(found?.phase, found?.message).toBe(phase);
    return found ?? {};
  };
  const jobs = async (): Promise<Job[]> => (await client.list(resources.jobs, { namespace })).items;
  const oneJob = async (): Promise<Job> => vi.waitFor(async () => {
    const [found] = await jobs();
    expect(found).toBeDefined();
    return found as Job;
  }, WAIT);
  const endJob = async (name: string, type: 'Complete' | 'Failed'): Promise<void> => {
    const now = timestamp(clock.now());
    const conditions = [type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget', type].map((each) => ({ type: each, status: 'True', lastTransitionTime: now, lastProbeTime: now, reason: 'BackoffLimitExceeded', message: 'it ended with 1' }));
    await client.patch(resources.jobs, { name, namespace }, { kind: 'merge', body: { status: { conditions, startTime: now, ...(type === 'Complete' ? { completionTime: now, succeeded: 1 } : { failed: 1 }) } } }, { subresource: 'status' });
  };

  it('measures, writes down what it finds, and tells how it ended', async () => {
    await start();
    await create('good', [web('a', { count: 3, interval: '100ms', successCondition: 'result == 1' }), web('b')]);
    const found = await ends('good', 'Successful');
    expect(found).toMatchObject({ runSummary: { count: 2, successful: 2 }, metricResults: [{ name: 'a', count: 3, measurements: [{ value: '1' }, { value: '1' }, { value: '1' }] }, { name: 'b', count: 1 }] });
    expect(server.seen.map(({ url }) => url.pathname).sort()).toEqual(['/a', '/a', '/a', '/b']);
    expect([...told].sort()).toEqual(['good: Metric a ended: Successful.', 'good: Metric b ended: Successful.', 'good: The analysis ended: Successful.']);
    const version = (await client.get(argoResources.analysisRuns, { namespace, name: 'good' })).metadata.resourceVersion;
    await create('bad', [web('a', { failureCondition: 'result == 1' })]);
    expect((await ends('bad', 'Failed')).message).toBe('Metric "a" assessed Failed due to failed (1) > failureLimit (0)');
    await create('never', [{ name: 'cloud', provider: { cloudWatch: {} } }]);
    expect((await ends('never', 'Error')).message).toContain('cloudWatch is not asked by Serin');
    expect((await client.get(argoResources.analysisRuns, { namespace, name: 'good' })).metadata.resourceVersion).toBe(version);
    expect(errors).toEqual([]);
  });

  it('runs a Job that it owns, once, whatever happens', async () => {
    // Dies after the Job is made, before it is on record.
    const first = await start();
    reach = (boundary) => {
      if (boundary === 'controller.job.create.after') leads = false;
    };
    const run = await create('jobs', [job('Smoke_Test', { count: 2, interval: '100ms', failureLimit: 1 })]);
    const made = await oneJob();
    expect(made).toMatchObject({
      metadata: { labels: { team: 'a', 'analysisrun.argoproj.io/uid': run.metadata.uid }, annotations: { 'analysisrun.argoproj.io/name': 'jobs', 'analysisrun.argoproj.io/metric-name': 'Smoke_Test' }, ownerReferences: [controllerReference(run)] },
      spec: { backoffLimit: 0 },
    });
    await first.stop();
    processes = [];
    expect((await status('jobs'))?.metricResults ?? []).toEqual([]);
    await endJob(made.metadata.name, 'Failed');
    [leads, reach] = [true, () => undefined];
    await start();
    const second = await vi.waitFor(async () => {
      const all = await jobs();
      expect(all).toHaveLength(2);
      return all.find(({ metadata }) => metadata.name !== made.metadata.name) as Job;
    }, WAIT);
    expect(await status('jobs')).toMatchObject({ phase: 'Running', metricResults: [{ failed: 1, measurements: [{ phase: 'Failed', metadata: { 'job-name': made.metadata.name, reason: 'BackoffLimitExceeded: it ended with 1' } }, {}] }] });
    await endJob(second.metadata.name, 'Complete');
    expect((await ends('jobs', 'Successful')).metricResults).toMatchObject([{ count: 2, successful: 1, failed: 1 }]);
    expect(writes.filter((each) => each === 'controller.job.create.after')).toHaveLength(2);
  });

  it('comes to the same end wherever it is killed', async () => {
    /** Lets Jobs succeed until the condition holds. */
    const until = (condition: () => Promise<boolean> | boolean): Promise<void> => vi.waitFor(async () => {
      for (const { metadata, status: job } of await jobs()) if (job?.conditions === undefined) await endJob(metadata.name, 'Complete');
      expect(await condition(), JSON.stringify(errors)).toBe(true);
    }, WAIT);
    const finish = async (name: string): Promise<NonNullable<AnalysisRun['status']>> => {
      await until(async () => (await status(name))?.completedAt !== undefined);
      return (await status(name)) ?? {};
    };
    const end = ({ phase, runSummary, metricResults = [] }: NonNullable<AnalysisRun['status']>): unknown => ({ phase, runSummary, results: metricResults.map(({ measurements: _, ...result }) => result) });
    const play = async (name: string): Promise<AnalysisRun> => create(name, [web('a', { count: 2, interval: '100ms', successCondition: 'result == 1' }), job('b')]);
    let last = await start();
    await play('whole');
    const whole = end(await finish('whole'));
    const boundaries = writes.length;
    expect(boundaries).toBeGreaterThan(5);
    for (let killed = 0; killed < boundaries; killed++) {
      let left = killed;
      reach = () => {
        if (left-- === 0) leads = false;
      };
      const run = await play(`killed-${killed}`);
      await until(async () => !leads || (await status(run.metadata.name))?.completedAt !== undefined);
      await last.stop();
      processes = [];
      [leads, reach] = [true, () => undefined];
      last = await start();
      expect(end(await finish(`killed-${killed}`)), `killed at ${killed}: ${writes.join()}`).toEqual(whole);
      expect((await jobs()).filter(({ metadata }) => metadata.labels?.['analysisrun.argoproj.io/uid'] === run.metadata.uid), `killed at ${killed}`).toHaveLength(1);
    }
  }, 120_000);

  it('sees a Job that is gone as soon as it ends, and misses one that went before', async () => {
    await start();
    await create('quick', [job('a')]);
    const quick = await oneJob();
    await vi.waitFor(async () => expect((await status('quick'))?.metricResults).toHaveLength(1), WAIT);
    await endJob(quick.metadata.name, 'Complete');
    await client.delete(resources.jobs, { namespace, name: quick.metadata.name }, { propagationPolicy: 'Background' });
    await ends('quick', 'Successful');
    await create('lost', [job('a', { consecutiveErrorLimit: 0 })]);
    const lost = await oneJob();
    await vi.waitFor(async () => expect((await status('lost'))?.metricResults).toHaveLength(1), WAIT);
    await client.delete(resources.jobs, { namespace, name: lost.metadata.name }, { propagationPolicy: 'Background' });
    expect((await ends('lost', 'Error')).message).toContain('is gone before its end');
  });

  it('ends when it is told to, with all that is under way', async () => {
    await start();
    server.answer = () => 'hang';
    await create('ended', [web('a'), job('b')]);
    await oneJob();
    await vi.waitFor(() => expect(server.seen).toHaveLength(1), WAIT);
    await vi.waitFor(async () => expect((await status('ended'))?.metricResults).toHaveLength(1), WAIT);
    await client.patch(argoResources.analysisRuns, { namespace, name: 'ended' }, { kind: 'merge', body: { spec: { terminate: true } } });
    expect((await ends('ended', 'Inconclusive')).metricResults).toMatchObject([{ name: 'b', phase: 'Inconclusive' }]);
    await vi.waitFor(async () => expect(await jobs()).toEqual([]), WAIT);
    server.answer = () => ({ body: '1' });
    await create('told', [web('a', { interval: '100ms' })]);
    await vi.waitFor(async () => expect((await status('told'))?.metricResults?.[0]?.count).toBeGreaterThan(1), WAIT);
    await client.patch(argoResources.analysisRuns, { namespace, name: 'told' }, { kind: 'merge', body: { spec: { terminate: true } } });
    expect((await ends('told', 'Successful')).message).toBe('Run Terminated');
    const asked = server.seen.length;
    await create('after', [web('z')]);
    await ends('after', 'Successful');
    expect(server.seen).toHaveLength(asked + 1);
  });

  it('is inconclusive where an image cannot be had', async () => {
    await start();
    await create('stuck', [job('a')]);
    const made = await oneJob();
    const pod = await client.create(resources.pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a-1', namespace, ownerReferences: [controllerReference(made)] }, spec: { containers: [{ name: 'main', image: 'check:v1' }] } });
    await client.patch(resources.pods, { namespace, name: pod.metadata.name }, { kind: 'merge', body: { status: { phase: 'Pending', containerStatuses: [{ name: 'main', image: 'check:v1', imageID: '', ready: false, restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } }] } } }, { subresource: 'status' });
    expect((await ends('stuck', 'Inconclusive')).message).toContain('container main: ImagePullBackOff: no such image');
    await vi.waitFor(async () => expect(await jobs()).toEqual([]), WAIT);
  });

  it('asks Prometheus where metrics do not say where it is, and reads Secrets for each measurement', async () => {
    await client.create(resources.secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys', namespace }, stringData: { token: 'first' } });
    await start({ prometheusAddress: server.address });
    server.answer = ({ headers }) => {
      if (headers.authorization === 'first') void client.patch(resources.secrets, { namespace, name: 'keys' }, { kind: 'merge', body: { stringData: { token: 'second' } } });
      return { body: JSON.stringify({ status: 'success', data: { resultType: 'scalar', result: [1, '5'] } }) };
    };
    const metric: ArgoMetric = { name: 'a', count: 2, interval: '500ms', successCondition: 'result == 5', provider: { prometheus: { query: 'up', headers: [{ key: 'Authorization', value: '{{args.token}}' }] } } };
    await create('asked', [metric], { args: [{ name: 'token', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } }] });
    expect((await ends('asked', 'Successful')).metricResults).toMatchObject([{ metadata: { ResolvedPrometheusQuery: 'up' } }]);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['first', 'second']);
  });

  it('says so where it may read no Secrets', async () => {
    await start({ withoutConfig: true });
    await create('blind', [web('a', { consecutiveErrorLimit: 0, provider: { web: { url: `${server.address}/{{args.token}}` } } })], { args: [{ name: 'token', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } }] });
    expect((await ends('blind', 'Error')).message).toContain('this controller may read none');
    expect(server.seen).toEqual([]);
  });

  it('does nothing where it does not lead', async () => {
    leads = false;
    const process = await start();
    await create('ours', [web('a')]);
    await vi.waitFor(() => expect([process.argo.analysisRuns.list().length, process.loop.queueDepth()]).toEqual([1, 0]), WAIT);
    expect([writes, server.seen]).toEqual([[], []]);
    leads = true;
    process.loop.lookAtEverything();
    await ends('ours', 'Successful');
    expect(server.seen.map(({ url }) => url.pathname)).toEqual(['/a']);
  });

  it('deletes runs when their time is over', async () => {
    await start();
    await create('brief', [web('a')], { ttlStrategy: { secondsAfterSuccess: 0 } });
    await vi.waitFor(async () => expect(await client.find(argoResources.analysisRuns, { namespace, name: 'brief' })).toBeUndefined(), WAIT);
    expect(server.seen).toHaveLength(1);
  });

  it('measures many at once, and one metric once at a time', async () => {
    await start();
    let [open, most, twice] = [new Map<string, number>(), 0, false];
    server.answer = ({ url }) => {
      open = open.set(url.pathname, (open.get(url.pathname) ?? 0) + 1);
      twice ||= (open.get(url.pathname) ?? 0) > 1;
      most = Math.max(most, open.size);
      return 'hang';
    };
    await create('many', Array.from({ length: 40 }, (_, index) => web(`m${index}`, { provider: { web: { url: `${server.address}/m${index}`, timeoutSeconds: 60 } } })));
    await vi.waitFor(() => expect(most).toBe(32), WAIT);
    await client.patch(argoResources.analysisRuns, { namespace, name: 'many' }, { kind: 'merge', body: { spec: { terminate: true } } });
    await ends('many', 'Successful');
    expect(twice).toBe(false);
  });
});
