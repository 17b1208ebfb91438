import type { KubernetesObject } from '../kubernetes/objects.js';
import { serinResources } from '../model/resources.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { namedTemplates } from '../strategies/analysis/checks.js';
import type { TemplateKind, TemplateSource } from '../strategies/analysis/templates.js';
import type { Caches } from './caches.js';

const ONE_NAMESPACE = 'this installation of Serin works in one namespace alone. Make it a MetricTemplate of that namespace.';

/** The templates that policies of a namespace may name, as the controller sees them. */
export function templatesIn(namespace: string, caches: Pick<Caches, 'metricTemplates' | 'clusterMetricTemplates' | 'blindness'>): TemplateSource {
  const cacheOf = (kind: TemplateKind): Caches['metricTemplates'] | undefined => (kind === 'MetricTemplate' ? caches.metricTemplates : caches.clusterMetricTemplates);
  const at = (kind: TemplateKind, name: string): { name: string; namespace?: string } => (kind === 'MetricTemplate' ? { namespace, name } : { name });
  return {
    find(kind, name) {
      const cache = cacheOf(kind);
      if (!cache) return { hidden: ONE_NAMESPACE };
      return cache.synced ? cache.get(at(kind, name))?.spec : { hidden: caches.blindness(cache.resource) ?? 'nothing has been seen of this kind yet.' };
    },
    names: (kind) => cacheOf(kind)?.list(kind === 'MetricTemplate' ? { namespace } : {}).map(({ metadata }) => metadata.name) ?? [],
  };
}

/** Whether a policy names this template. */
export function namesTemplate({ spec, metadata }: ReleasePolicy, template: KubernetesObject): boolean {
  if (template.kind === serinResources.metricTemplates.kind && template.metadata.namespace !== metadata.namespace) return false;
  return namedTemplates(spec).some(({ kind, name }) => kind === template.kind && name === template.metadata.name);
}
