import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { AnalysisRun, AnalysisTemplate } from '../../../frontends/argo/kinds/analysis.js';
import type { Experiment } from '../../../frontends/argo/kinds/experiment.js';
import type { Rollout } from '../../../frontends/argo/kinds/rollout.js';
import { argoResources } from '../../../frontends/argo/resources.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { VirtualClock } from '../../../ports/virtual-clock.js';
import type { Informer } from '../../../cluster/informer.js';
import { message } from '../../../model/messages.js';
import { NotLeading } from '../../writes.js';
import { ArgoMetrics } from './argo-metrics.js';
import { allArgoDefinitions } from './definitions.js';

const apiVersion = 'argoproj.io/v1alpha1';
const metadata = { namespace: 'shop', name: 'web' };

/** A cache that holds what it is given. */
function holding<T extends KubernetesObject>(resource: Resource<T>, objects: T[]): Informer<T> {
  const get = ({ name, namespace = '' }: { name: string; namespace?: string }): T | undefined => objects.find((each) => each.metadata.name === name && (each.metadata.namespace ?? '') === namespace);
  return { resource, synced: true, get, list: () => objects, onChange: () => () => undefined, untilSynced: () => Promise.resolve(), remember: () => undefined, refresh: () => undefined, forget: () => undefined };
}

const rollout: Rollout = {
  apiVersion, kind: 'Rollout', metadata,
  spec: { replicas: 5, strategy: { canary: { trafficRouting: { nginx: { stableIngress: 'web' } } } } },
  status: { replicas: 6, availableReplicas: 4, updatedReplicas: 1, conditions: [{ type: 'Progressing', status: 'Unknown', reason: 'RolloutPaused' }] },
};
const run: AnalysisRun = {
  apiVersion, kind: 'AnalysisRun', metadata: { namespace: 'shop', name: 'web-1' },
  spec: { metrics: [{ name: 'errors', provider: { prometheus: { query: 'up' } } }, { name: 'tries', provider: { web: { url: 'http://shop' } } }], dryRun: [{ metricName: '^tries$' }] },
  status: { phase: 'Running', metricResults: [{ name: 'errors', phase: 'Failed' }] },
};
const template: AnalysisTemplate = { apiVersion, kind: 'AnalysisTemplate', metadata: { namespace: 'shop', name: 'errors' }, spec: { metrics: run.spec.metrics } };
const experiment: Experiment = { apiVersion, kind: 'Experiment', metadata: { namespace: 'shop', name: 'compare' }, spec: { templates: [] } };

function started(): { metrics: ArgoMetrics; lines: () => Promise<string[]>; rollouts: Rollout[]; tells: { now: boolean }; clock: VirtualClock } {
  const registry = new Registry();
  const rollouts = [rollout];
  const tells = { now: true };
  const metrics = new ArgoMetrics(registry, {
    rollouts: holding(argoResources.rollouts, rollouts), analysisRuns: holding(argoResources.analysisRuns, [run]), experiments: holding(argoResources.experiments, [experiment]),
    analysisTemplates: holding(argoResources.analysisTemplates, [template]), clusterAnalysisTemplates: holding(argoResources.clusterAnalysisTemplates, [{ ...template, metadata: { name: 'everywhere' } }]),
  }, () => tells.now);
  return { metrics, rollouts, tells, clock: new VirtualClock(), lines: async () => (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#')) };
}

describe('the metrics that dashboards of Argo Rollouts ask for', () => {
  it('tell what each Rollout does and has', async () => {
    const all = await started().lines();
    expect(all).toEqual(expect.arrayContaining([
      'rollout_info{namespace="shop",name="web",strategy="canary",traffic_router="Nginx",phase="Paused"} 1',
      'rollout_info_replicas_available{namespace="shop",name="web"} 4', 'rollout_info_replicas_unavailable{namespace="shop",name="web"} 2',
      'rollout_info_replicas_desired{namespace="shop",name="web"} 5', 'rollout_info_replicas_updated{namespace="shop",name="web"} 1',
      'rollout_phase{namespace="shop",name="web",strategy="canary",phase="Paused"} 1', 'rollout_phase{namespace="shop",name="web",strategy="canary",phase="Abort"} 0',
    ]));
    expect(all.filter((line) => line.startsWith('rollout_info{'))).toHaveLength(1);
  });

  it.each([
    [{ conditions: [{ type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }] }, 'Completed'],
    [{ conditions: [{ type: 'Progressing', status: 'False', reason: 'RolloutAborted' }] }, 'Abort'],
    [{ conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] }, 'Timeout'],
    [{ conditions: [{ type: 'InvalidSpec', status: 'True' }, { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }] }, 'InvalidSpec'],
    [undefined, 'Progressing'],
  ] as const)('say the phase as %j', async (status, phase) => {
    const { rollouts, lines } = started();
    const blueGreen: Rollout = { ...rollout, spec: { strategy: { blueGreen: { activeService: 'web' } } } };
    delete blueGreen.status;
    rollouts.splice(0, 1, { ...blueGreen, ...(status ? { status: { ...status, conditions: [...status.conditions] } } : {}) });
    expect(await lines()).toContain(`rollout_info{namespace="shop",name="web",strategy="blueGreen",traffic_router="",phase="${phase}"} 1`);
  });

  it('tell of analyses, templates and experiments', async () => {
    expect(await started().lines()).toEqual(expect.arrayContaining([
      'analysis_run_info{namespace="shop",name="web-1",phase="Running"} 1', 'analysis_run_phase{namespace="shop",name="web-1",phase="Running"} 1',
      'analysis_run_metric_type{namespace="shop",name="web-1",metric="errors",type="Prometheus"} 1',
      'analysis_run_metric_phase{namespace="shop",name="web-1",metric="errors",type="Prometheus",dry_run="false",phase="Failed"} 1',
      'analysis_run_metric_phase{namespace="shop",name="web-1",metric="tries",type="Web",dry_run="true",phase="Pending"} 1',
      'analysis_template_info{namespace="shop",name="errors"} 1', 'analysis_template_info{namespace="",name="everywhere"} 1',
      'analysis_template_metric_info{namespace="shop",name="errors",type="Web",metric="tries"} 1',
      'experiment_info{namespace="shop",name="compare",phase=""} 1', 'experiment_phase{namespace="shop",name="compare",phase="Pending"} 1',
    ]));
  });

  it('count Events and passes, and of passes those that failed', async () => {
    const { metrics, clock, lines } = started();
    const told: string[] = [];
    const events = metrics.counting({ record: (_, what) => void told.push(what.code), note: (_, what) => void told.push(what.reason) });
    events.note(rollout, { type: 'Normal', reason: 'RolloutPaused', message: '' });
    events.note(rollout, { type: 'Normal', reason: 'RolloutPaused', message: '' });
    events.record(rollout, message('WriteRefused', { detail: '' }), 'Warning');
    events.note(run, { type: 'Normal', reason: 'MetricFailed', message: '' });
    expect(told).toEqual(['RolloutPaused', 'RolloutPaused', 'WriteRefused', 'MetricFailed']);
    expect(await metrics.timed('rollout', metadata, clock, async () => (await clock.advance(200), 7))).toBe(7);
    await expect(metrics.timed('rollout', metadata, clock, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(metrics.timed('rollout', metadata, clock, () => Promise.reject(new NotLeading()))).rejects.toThrow(NotLeading);
    const all = await lines();
    expect(all).toEqual(expect.arrayContaining([
      'rollout_events_total{namespace="shop",name="web",type="Normal",reason="RolloutPaused"} 2', 'rollout_events_total{namespace="shop",name="web",type="Warning",reason="WriteRefused"} 1',
      'rollout_reconcile_count{namespace="shop",name="web"} 3', 'rollout_reconcile_bucket{le="0.15",namespace="shop",name="web"} 2', 'rollout_reconcile_bucket{le="0.25",namespace="shop",name="web"} 3',
      'rollout_reconcile_error{namespace="shop",name="web"} 1',
    ]));
    expect(all.join('\n')).not.toContain('MetricFailed');
  });

  it('go with what they are about, and are told by one process alone', async () => {
    const { metrics, clock, lines, rollouts, tells } = started();
    metrics.counting({ record: () => undefined, note: () => undefined }).note(rollout, { type: 'Normal', reason: 'RolloutPaused', message: '' });
    await metrics.timed('rollout', metadata, clock, () => Promise.reject(new Error('broken'))).catch(() => undefined);
    await metrics.timed('experiment', experiment.metadata, clock, () => Promise.resolve());
    expect((await lines()).filter((line) => line.includes('"web"')).length).toBeGreaterThan(10);
    rollouts.pop();
    expect((await lines()).filter((line) => line.includes('"web"'))).toEqual([]);
    expect((await lines()).join('\n')).toContain('experiment_reconcile_count{namespace="shop",name="compare"} 1');
    tells.now = false;
    expect(await lines()).toEqual([]);
  });

  it('are all in the docs', () => {
    const docs = readFileSync(new URL('../../../../docs/argo.md', import.meta.url), 'utf8');
    for (const { name, labels } of allArgoDefinitions) {
      expect(docs, name).toMatch(new RegExp(`\`${name}\`.*${Object.keys(labels).filter((label) => label !== 'name' && label !== 'namespace').map((label) => `\`${label}\``).join('.*')}`));
    }
  });
});
