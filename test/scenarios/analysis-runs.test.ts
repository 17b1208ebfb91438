import { afterAll, afterEach, beforeAll, expect, describe, it } from 'vitest';
import { startLoop } from '../../src/controller/argo/analysis-runs/testing/loop.js';
import { argoDefinitions } from '../../src/frontends/argo/custom-resources.js';
import type { AnalysisRun, AnalysisRunSpec } from '../../src/frontends/argo/kinds/analysis.js';
import type { ArgoMetric } from '../../src/frontends/argo/kinds/metrics.js';
import { argoResources } from '../../src/frontends/argo/resources.js';
import { resources } from '../../src/kubernetes/resources.js';
import { hasPrometheus, startPrometheusWith, type RunningPrometheus } from '../../src/metrics/prometheus/testing/prometheus-server.js';
import { eventually, startTestCluster, type TestCluster } from './local-cluster.js';
import { shopImages } from './shop-manifests.js';

if (!hasPrometheus) console.warn('NOT RUN: AnalysisRuns that ask a real Prometheus: there is no prometheus; see scripts/install-tools.sh.');

const namespace = 'default';

describe('AnalysisRuns on a local cluster', () => {
  let cluster: TestCluster;
  let stop: (() => Promise<void>) | undefined;
  const errors: string[] = [];

  beforeAll(async () => {
    cluster = await startTestCluster('--images', shopImages);
    for (const definition of argoDefinitions()) await cluster.client.create(resources.customResourceDefinitions, definition);
  }, 120_000);
  afterAll(async () => {
    await stop?.();
    await cluster?.stop();
  });
  afterEach(() => expect(errors).toEqual([]));

  /** The loop as the controller starts it; called again it is another process. */
  async function start(): Promise<void> {
    const started = await startLoop({ client: cluster.client, errors });
    stop = async () => {
      stop = undefined;
      await started.stop();
    };
  }

  const job = (name: string, script: string, more: { image?: string; deadline?: number; metric?: Partial<ArgoMetric> } = {}): ArgoMetric => ({
    name, ...more.metric,
    provider: { job: { spec: { backoffLimit: 0, ...(more.deadline === undefined ? {} : { activeDeadlineSeconds: more.deadline }), template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: more.image ?? 'node:20-alpine', args: ['-e', script] }] } } } } },
  });
  const create = (name: string, spec: AnalysisRunSpec): Promise<AnalysisRun> => cluster.client.create(argoResources.analysisRuns, { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata: { name, namespace }, spec });
  const status = async (name: string): Promise<NonNullable<AnalysisRun['status']>> => (await cluster.client.get(argoResources.analysisRuns, { namespace, name })).status ?? {};
  const ended = (name: string): Promise<NonNullable<AnalysisRun['status']>> => eventually(`${name} ends`, async () => {
    const found = await status(name);
    return found.completedAt === undefined ? undefined : found;
  });
  const jobsOf = async (run: AnalysisRun): Promise<string[]> => (await cluster.client.list(resources.jobs, { namespace, labelSelector: `analysisrun.argoproj.io/uid=${run.metadata.uid ?? ''}` })).items.map(({ metadata }) => metadata.name);

  it('judges by Jobs that really run, also after a restart in the middle', async () => {
    await start();
    const spec = { metrics: [job('waits', 'setTimeout(() => process.exit(0), 3000)'), job('twice', 'process.exit(0)', { metric: { count: 2, interval: '1s' } })] };
    const run = await create('good', spec);
    await eventually('its Jobs run', async () => (await status('good')).metricResults?.some(({ name, phase }) => name === 'waits' && phase === 'Running'));
    await stop?.();
    await start();
    expect(await ended('good')).toMatchObject({ phase: 'Successful', runSummary: { count: 2, successful: 2 }, metricResults: [{ name: 'waits', count: 1 }, { name: 'twice', count: 2 }] });
    expect(await jobsOf(run)).toHaveLength(3);
  }, 90_000);

  it('tells failures from Jobs that are over their deadline, and from images that cannot be had', async () => {
    await create('bad', { metrics: [job('fails', 'process.exit(3)')] });
    await create('late', { metrics: [job('hangs', 'setInterval(() => undefined, 1000)', { deadline: 1 })] });
    await create('stuck', { metrics: [job('missing', '', { image: 'registry.example/none:v1' })] });
    expect(await ended('bad')).toMatchObject({ phase: 'Failed', message: 'Metric "fails" assessed Failed due to failed (1) > failureLimit (0)' });
    expect((await ended('late')).metricResults?.[0]?.measurements?.[0]).toMatchObject({ phase: 'Failed', metadata: { reason: expect.stringContaining('DeadlineExceeded') as string } });
    expect(await ended('stuck')).toMatchObject({ phase: 'Inconclusive', message: expect.stringMatching(/cannot begin: container main: (ErrImagePull|ImagePullBackOff)/) as string });
  }, 90_000);

  it('ends a Job that runs when it is told to', async () => {
    const run = await create('ended', { metrics: [job('hangs', 'setInterval(() => undefined, 1000)')] });
    await eventually('its Job runs', async () => (await cluster.client.list(resources.pods, { namespace, labelSelector: 'batch.kubernetes.io/job-name' })).items.some(({ metadata, status: pod }) => metadata.name.startsWith(run.metadata.uid ?? ' ') && pod?.phase === 'Running'));
    await cluster.client.patch(argoResources.analysisRuns, { namespace, name: 'ended' }, { kind: 'merge', body: { spec: { terminate: true } } });
    expect(await ended('ended')).toMatchObject({ phase: 'Inconclusive' });
    await eventually('its Job and its Pod are gone', async () => (await jobsOf(run)).length === 0 && !(await cluster.client.list(resources.pods, { namespace })).items.some(({ metadata }) => metadata.name.startsWith(run.metadata.uid ?? ' ')));
  }, 90_000);

  describe.skipIf(!hasPrometheus)('with a real Prometheus', () => {
    let prometheus: RunningPrometheus;
    beforeAll(async () => {
      prometheus = await startPrometheusWith({ global: { scrape_interval: '1s', scrape_timeout: '1s' } });
    }, 60_000);
    afterAll(() => prometheus?.stop());

    it('asks it at one moment and over a range', async () => {
      const ask = (query: string, more: object = {}): ArgoMetric['provider'] => ({ prometheus: { address: prometheus.address, query, ...more } });
      const range = { rangeQuery: { start: "now() - duration('3s')", end: 'now()', step: '1s' } };
      await create('asked', {
        args: [{ name: 'limit', value: '2' }],
        metrics: [
          { name: 'vector', successCondition: 'len(result) == 2 && result[0] + result[1] == 3', provider: ask('label_replace(vector(1), "a", "b", "", "") or vector({{args.limit}})') },
          { name: 'scalar', successCondition: 'result == 4', provider: ask('scalar(vector(4))') },
          { name: 'range', count: 2, interval: '1s', successCondition: 'len(result) == 4 && all(result, # == 7)', provider: ask('vector(7)', range) },
          { name: 'nothing', successCondition: 'len(result) == 0 || isNaN(result[0])', provider: ask('vector(1) > 2') },
          { name: 'infinite', successCondition: 'isInf(result[0]) && isNaN(result[1])', provider: ask('vector(1) / 0 or label_replace(vector(0) / 0, "a", "b", "", "")') },
        ],
      });
      const found = await ended('asked');
      expect(found.phase, JSON.stringify(found.metricResults)).toBe('Successful');
      expect(found.metricResults?.map(({ measurements = [] }) => measurements.at(-1)?.value)).toEqual(['[1,2]', '4', '[7,7,7,7]', '[]', '[+Inf,NaN]']);
      expect(found.metricResults?.[0]?.metadata?.['ResolvedPrometheusQuery']).toContain('vector(2)');
      await create('wrong', { metrics: [{ name: 'wrong', consecutiveErrorLimit: 0, provider: ask('up{') }] });
      expect((await ended('wrong')).message).toMatch(/^Metric "wrong" assessed Error due to consecutiveErrors \(1\) > consecutiveErrorLimit \(0\): "Error Message: Prometheus refuses the query: bad_data: .*parse error/);
    }, 60_000);
  });
});
