import { expect, it } from 'vitest';
import type { Informer } from '../cluster/informer.js';
import type { MetricTemplate } from '../model/metric-template.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { API_VERSION, serinResources } from '../model/resources.js';
import { namesTemplate, templatesIn } from './templates.js';

const template = (kind: string, name: string, namespace?: string): MetricTemplate => ({ apiVersion: API_VERSION, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, spec: { errorRate: {} } });

/** All that is asked of a cache here. */
function cacheOf(resource: Informer<MetricTemplate>['resource'], objects: readonly MetricTemplate[], synced = true): Informer<MetricTemplate> {
  const has = ({ metadata }: MetricTemplate, namespace: string | undefined): boolean => namespace === undefined || metadata.namespace === namespace;
  const cache: Partial<Informer<MetricTemplate>> = {
    resource, synced,
    get: ({ name, namespace }) => objects.find((each) => each.metadata.name === name && has(each, namespace)),
    list: ({ namespace } = {}) => objects.filter((each) => has(each, namespace)),
  };
  return cache as Informer<MetricTemplate>;
}

const own = cacheOf(serinResources.metricTemplates, [template('MetricTemplate', 'a', 'shop'), template('MetricTemplate', 'b', 'other')]);
const cluster = cacheOf(serinResources.clusterMetricTemplates, [template('ClusterMetricTemplate', 'c')]);
const blindness = (): string => 'it may not be seen.';

it('finds the templates of the namespace and of the cluster, and no others', () => {
  const { find, names } = templatesIn('shop', { metricTemplates: own, clusterMetricTemplates: cluster, blindness });
  expect([find('MetricTemplate', 'a'), find('MetricTemplate', 'b'), find('MetricTemplate', 'c'), find('ClusterMetricTemplate', 'c')]).toEqual([{ errorRate: {} }, undefined, undefined, { errorRate: {} }]);
  expect([names('MetricTemplate'), names('ClusterMetricTemplate')]).toEqual([['a'], ['c']]);
});

it('says why none can be seen', () => {
  const alone = templatesIn('shop', { metricTemplates: own, clusterMetricTemplates: undefined, blindness });
  expect(alone.find('ClusterMetricTemplate', 'c')).toEqual({ hidden: expect.stringContaining('works in one namespace alone') as string });
  expect(alone.names('ClusterMetricTemplate')).toEqual([]);
  const unseen = templatesIn('shop', { metricTemplates: cacheOf(serinResources.metricTemplates, [], false), clusterMetricTemplates: cluster, blindness });
  expect(unseen.find('MetricTemplate', 'a')).toEqual({ hidden: 'it may not be seen.' });
});

it('knows which policies a template matters to', () => {
  const policy = (kind?: 'ClusterMetricTemplate'): ReleasePolicy => ({
    apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name: 'web', namespace: 'shop' },
    spec: { workload: { deployment: 'web' }, strategy: { canary: { steps: [{ weight: 1 }] } }, analysis: { metrics: [{ name: 'x', template: { name: 'a', ...(kind ? { kind } : {}) } }] } },
  });
  expect(namesTemplate(policy(), template('MetricTemplate', 'a', 'shop'))).toBe(true);
  expect(namesTemplate(policy(), template('MetricTemplate', 'a', 'other'))).toBe(false);
  expect(namesTemplate(policy(), template('MetricTemplate', 'b', 'shop'))).toBe(false);
  expect(namesTemplate(policy(), template('ClusterMetricTemplate', 'a'))).toBe(false);
  expect(namesTemplate(policy('ClusterMetricTemplate'), template('ClusterMetricTemplate', 'a'))).toBe(true);
});
