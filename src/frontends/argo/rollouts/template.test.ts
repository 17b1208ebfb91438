import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { Rollout } from '../kinds/rollout.js';
import { resolveTemplate } from './template.js';
import { rolloutOf, templateOf } from './testing/objects.js';

const referring = (kind: string, apiVersion: string, more: object = {}): Rollout => rolloutOf({ template: undefined, selector: undefined, workloadRef: { apiVersion, kind, name: 'web' }, ...more });
const workload = (kind: string, fields: object): KubernetesObject => ({ apiVersion: 'apps/v1', kind, metadata: { name: 'web', namespace: 'shop', generation: 7 }, ...fields });
const said = (rollout: Rollout, found?: KubernetesObject): string[] => {
  const result = resolveTemplate(rollout, found);
  return 'problems' in result ? result.problems.map(({ path, problem }) => `${path.join('.')}: ${problem}`) : [];
};

describe('the template of a Rollout', () => {
  it('is its own', () => {
    expect(resolveTemplate(rolloutOf({}))).toEqual({ template: templateOf(), selector: { matchLabels: { app: 'web' } }, workloadGeneration: undefined });
    expect(resolveTemplate(rolloutOf({ template: { ...templateOf(), metadata: { creationTimestamp: null, labels: { app: 'web' } } } }))).toMatchObject({ template: templateOf() });
  });

  it.each([['Deployment', 'apps/v1'], ['ReplicaSet', 'apps/v1']])('is that of a %s, selector included', (kind, apiVersion) => {
    const found = workload(kind, { spec: { selector: { matchLabels: { app: 'web' } }, template: templateOf('web:v2') } });
    expect(resolveTemplate(referring(kind, apiVersion), found)).toEqual({ template: templateOf('web:v2'), selector: { matchLabels: { app: 'web' } }, workloadGeneration: 7 });
  });

  it('is that of a PodTemplate, which has no selector', () => {
    const found = workload('PodTemplate', { template: templateOf('web:v2') });
    expect(said(referring('PodTemplate', 'v1'), found)).toEqual(['spec.selector: is missing, and a PodTemplate has none.']);
    expect(resolveTemplate(referring('PodTemplate', 'v1', { selector: { matchLabels: { app: 'web' } } }), found)).toMatchObject({ template: templateOf('web:v2') });
  });

  it('is missed by name', () => {
    expect(said(rolloutOf({ template: {} }))).toEqual(['spec.template: is missing.']);
    expect(said(rolloutOf({ selector: undefined }))).toEqual(['spec.selector: is missing.']);
    expect(said(rolloutOf({ selector: { matchLabels: { app: 'other' } } }))).toEqual(['spec.selector: the selector does not match the labels of the template.']);
    expect(said(rolloutOf({ workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } }))).toEqual(['spec.template: template must be empty for workload reference rollout.']);
    expect(said(referring('Deployment', 'apps/v1'))).toEqual(['spec.workloadRef.name: there is no Deployment web in namespace shop.']);
    expect(said(referring('Deployment', 'apps/v1'), workload('ReplicaSet', { spec: { selector: {}, template: templateOf() } }))).toEqual(['spec.workloadRef.name: there is no Deployment web in namespace shop.']);
    expect(said(referring('Deployment', 'v1'))).toEqual(['spec.workloadRef.kind: workload of type v1/Deployment is not supported.']);
    expect(said(referring('StatefulSet', 'apps/v1'))).toEqual(['spec.workloadRef.kind: workload of type apps/v1/StatefulSet is not supported.']);
    expect(said(referring('Deployment', 'apps/v1'), workload('Deployment', { spec: {} }))).toEqual(['spec.workloadRef.name: Deployment web has no Pod template.']);
  });
});
