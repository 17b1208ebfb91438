import { describe, expect, it } from 'vitest';
import type { AnalysisTemplate } from '../kinds/analysis.js';
import type { ArgoMetric, AnalysisTemplateSpec } from '../kinds/metrics.js';
import type { Rollout } from '../kinds/rollout.js';
import { analysisRunOf, freeName, standaloneRun, type AnalysisRunRequest } from './analysis-run.js';

const metric = (name: string, more: Partial<ArgoMetric> = {}): ArgoMetric => ({ name, successCondition: 'result > 0', provider: { web: { url: 'http://{{args.host}}/' } }, ...more });
const template = (name: string, spec: AnalysisTemplateSpec, kind = 'AnalysisTemplate'): AnalysisTemplate => ({ apiVersion: 'argoproj.io/v1alpha1', kind, metadata: { name, ...(kind === 'AnalysisTemplate' ? { namespace: 'shop' } : {}) }, spec });
const rollout: Rollout = {
  apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout',
  metadata: { name: 'web', namespace: 'shop', uid: 'u-1', labels: { team: 'a', 'argo-rollouts.argoproj.io/controller-instance-id': 'one' } },
  spec: { replicas: 5, selector: { matchLabels: { app: 'web' } }, template: { spec: { containers: [{ name: 'main', image: 'web:v2' }] } } },
};
const host = { args: [{ name: 'host' }] };
const request = (more: Partial<AnalysisRunRequest>): AnalysisRunRequest => ({
  rollout, analysis: { templates: [{ templateName: 'errors' }], args: [{ name: 'host', value: 'x' }] }, type: 'Background', revision: '3', hashes: { stable: 'aaa', latest: 'bbb' },
  known: { analysisTemplates: [template('errors', { ...host, metrics: [metric('errors')] })] }, ...more,
});

describe('the AnalysisRun of a Rollout', () => {
  it('has the name, labels and owner by which tools find it', () => {
    const { run } = analysisRunOf(request({ type: 'Step', step: 2, analysis: { ...request({}).analysis, analysisRunMetadata: { labels: { kept: 'yes' }, annotations: { why: 'test' } } } }));
    expect(run?.metadata).toEqual({
      name: 'web-bbb-3-2', namespace: 'shop',
      labels: { 'rollouts-pod-template-hash': 'bbb', 'rollout-type': 'Step', 'step-index': '2', 'argo-rollouts.argoproj.io/controller-instance-id': 'one', kept: 'yes', app: 'web' },
      annotations: { 'rollout.argoproj.io/revision': '3', why: 'test' },
      ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web', uid: 'u-1', controller: true, blockOwnerDeletion: true }],
    });
    expect(run?.spec).toEqual({ metrics: [metric('errors')], args: [{ name: 'host', value: 'x' }] });
    expect((['Background', 'PrePromotion', 'PostPromotion'] as const).map((type) => analysisRunOf(request({ type })).run?.metadata.name)).toEqual(['web-bbb-3', 'web-bbb-3-pre', 'web-bbb-3-post']);
  });

  it('goes out of the way of names that are taken', () => {
    expect(analysisRunOf(request({ taken: new Set(['web-bbb-3', 'web-bbb-3.1']) })).run?.metadata.name).toBe('web-bbb-3.2');
    expect(freeName('a', undefined)).toBe('a');
  });

  it('fills in arguments from values, hashes and fields, and leaves secrets where they are', () => {
    const args = ['host', 'stable', 'latest', 'team', 'image', 'replicas', 'other', 'none'].map((name) => ({ name }));
    const known = { analysisTemplates: [template('errors', { args: [...args, { name: 'token', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }, { name: 'own', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }, { name: 'default', value: 'd' }], metrics: [metric('errors')] })] };
    const { run } = analysisRunOf(request({
      known,
      analysis: {
        templates: [{ templateName: 'errors' }],
        args: [
          { name: 'host', value: 'x' }, { name: 'stable', valueFrom: { podTemplateHashValue: 'Stable' } }, { name: 'latest', valueFrom: { podTemplateHashValue: 'Latest' } },
          { name: 'team', valueFrom: { fieldRef: { fieldPath: "metadata.labels['team']" } } }, { name: 'image', valueFrom: { fieldRef: { fieldPath: 'spec.template.spec.containers[0].image' } } },
          { name: 'replicas', valueFrom: { fieldRef: { fieldPath: 'spec.replicas' } } }, { name: 'other', value: '' }, { name: 'none', valueFrom: { fieldRef: { fieldPath: "metadata.annotations['no']" } } }, { name: 'unasked', value: 'u' },
        ],
      },
    }));
    expect(Object.fromEntries((run?.spec.args ?? []).map(({ name, value, valueFrom }) => [name, value ?? valueFrom]))).toEqual({
      host: 'x', stable: 'aaa', latest: 'bbb', team: 'a', image: 'web:v2', replicas: '5', other: '', none: '', token: { secretKeyRef: { name: 's', key: 'k' } }, own: 'web', default: 'd',
    });
  });

  it('takes templates of the cluster and templates of templates together', () => {
    const known = {
      analysisTemplates: [template('errors', { ...host, metrics: [metric('errors')], dryRun: [{ metricName: 'errors' }], templates: [{ templateName: 'both', clusterScope: true }] })],
      clusterAnalysisTemplates: [template('both', { args: [{ name: 'host', value: 'ignored' }], metrics: [metric('latency')], measurementRetention: [{ metricName: 'latency', limit: 3 }] }, 'ClusterAnalysisTemplate')],
    };
    const { run, problems } = analysisRunOf(request({ known, analysis: { ...request({}).analysis, dryRun: [{ metricName: 'lat.*' }] } }));
    expect(problems).toBeUndefined();
    expect(run?.spec).toEqual({ metrics: [metric('errors'), metric('latency')], args: [{ name: 'host', value: 'x' }], dryRun: [{ metricName: 'lat.*' }, { metricName: 'errors' }], measurementRetention: [{ metricName: 'latency', limit: 3 }] });
  });

  it('says everything that speaks against it, at once', () => {
    const known = {
      analysisTemplates: [
        template('errors', { args: [{ name: 'host' }, { name: 'zone', value: 'a' }], metrics: [metric('errors')] }),
        template('more', { args: [{ name: 'host' }, { name: 'zone', value: 'b' }], metrics: [metric('errors'), metric('cloud', { provider: { newRelic: {} } })] }),
      ],
    };
    const { run, problems = [] } = analysisRunOf(request({ known, analysis: { templates: ['errors', 'more', 'mor'].map((templateName) => ({ templateName })), args: [{ name: 'size', valueFrom: { fieldRef: { fieldPath: 'spec.size' } } }] } }));
    expect(run).toBeUndefined();
    for (const part of ['metric errors', 'argument host', 'argument zone has another default', 'newRelic is not asked by Serin', 'no AnalysisTemplate mor in namespace shop', 'argument size is to be read from spec.size']) expect(problems.join('\n')).toContain(part);
    expect(analysisRunOf(request({ analysis: {} })).problems?.join()).toContain('measures nothing');
    const twice = { templates: [{ templateName: 'errors' }], args: [{ name: 'host', value: 'x' }], dryRun: [{ metricName: 'errors' }, { metricName: 'errors' }] };
    expect(analysisRunOf(request({ analysis: twice })).problems).toEqual(['dryRun: two rules are for "errors". Remove one.']);
  });

  it('refuses an endless analysis that something waits for, and takes it beside the steps', () => {
    const known = { analysisTemplates: [template('errors', { ...host, metrics: [metric('errors', { interval: '10s' })] })] };
    expect(analysisRunOf(request({ known, type: 'Step', step: 0 })).problems?.join()).toContain('would never end');
    expect(analysisRunOf(request({ known })).run?.spec.metrics).toHaveLength(1);
  });

  it('needs no address of Prometheus where the controller has one', () => {
    const known = { analysisTemplates: [template('errors', { metrics: [{ name: 'errors', provider: { prometheus: { query: 'up' } } }] })] };
    expect(analysisRunOf(request({ known })).problems?.join()).toContain('nothing else says where Prometheus is');
    expect(analysisRunOf(request({ known: { ...known, prometheusAddress: 'http://p:9090' } })).run?.spec.metrics[0]?.provider.prometheus).toEqual({ query: 'up' });
  });
});

it('makes a run that belongs to nothing', () => {
  const { known } = request({});
  const made = standaloneRun({ name: 'try', namespace: 'shop', templates: [{ templateName: 'errors' }], args: [{ name: 'host', value: 'y' }], known });
  expect(made.run).toEqual({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata: { name: 'try', namespace: 'shop' }, spec: { metrics: [metric('errors')], args: [{ name: 'host', value: 'y' }] } });
  expect(standaloneRun({ name: 'try', namespace: 'shop', templates: [{ templateName: 'errors' }], args: [], known }).problems?.join()).toContain('nothing gives a value to argument host');
  const field = { analysisTemplates: [template('errors', { args: [{ name: 'host', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }], metrics: [metric('errors')] })] };
  expect(standaloneRun({ name: 'try', namespace: 'shop', templates: [{ templateName: 'errors' }], args: [], known: field }).problems?.join()).toContain('is for none');
});
