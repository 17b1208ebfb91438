import { write } from '../../controller/eject/actions.js';
import type { MetricTemplate } from '../../model/metric-template.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { serinResources } from '../../model/resources.js';
import type { AdoptStep } from './step.js';

/** Serin's own objects, the templates first. @param templates names of those that are there */
export function createRecords(wanted: { readonly policy: ReleasePolicy; readonly metricTemplates: readonly MetricTemplate[] }, policy: ReleasePolicy | undefined, templates: readonly string[]): AdoptStep {
  const { name } = wanted.policy.metadata;
  return {
    title: `ReleasePolicy ${name} is there`,
    next: () => {
      const missing = wanted.metricTemplates.find(({ kind, metadata }) => !templates.includes(`${kind}/${metadata.name}`));
      if (missing) return write(`${missing.kind} ${missing.metadata.name} is created`, { action: 'create', resource: missing.kind === 'ClusterMetricTemplate' ? serinResources.clusterMetricTemplates : serinResources.metricTemplates, object: missing });
      return policy ? undefined : write(`ReleasePolicy ${name} is created`, { action: 'create', resource: serinResources.releasePolicies, object: wanted.policy });
    },
  };
}
