import type { MetricTemplate } from '../../model/metric-template.js';
import { validateKind } from '../../model/policy-validation.js';
import { serinResources } from '../../model/resources.js';
import type { Resource } from '../../kubernetes/objects.js';
import type { TemplateKind, TemplateSource } from '../../strategies/analysis/templates.js';
import { withDefaults } from './defaults.js';
import type { ObjectSource } from './surroundings.js';

/** The templates that policies may name, out of files or off a cluster. */
export function templatesAmong(source: ObjectSource): TemplateSource {
  const resourceOf = (kind: TemplateKind): Resource<MetricTemplate> => (kind === 'MetricTemplate' ? serinResources.metricTemplates : serinResources.clusterMetricTemplates);
  const named = (kind: TemplateKind): MetricTemplate[] => source.list(resourceOf(kind));
  return {
    find(kind, name) {
      const found = named(kind).find(({ metadata }) => metadata.name === name);
      if (!found) return source.holdsAll(resourceOf(kind)) ? undefined : 'unknown';
      // What is wrong with it is said of itself.
      return validateKind(kind, found).length > 0 ? 'unknown' : withDefaults(found).spec;
    },
    names: (kind) => named(kind).map(({ metadata }) => metadata.name),
  };
}
