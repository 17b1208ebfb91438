import { isForbidden } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { MetricTemplate } from '../../model/metric-template.js';
import type { Plan } from '../../model/plan.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { serinResources } from '../../model/resources.js';
import { namedTemplates } from '../../strategies/analysis/checks.js';
import { placeholderValues } from '../../strategies/analysis/placeholder-values.js';
import type { TemplateKind, TemplateSource } from '../../strategies/analysis/templates.js';
import { compilePolicy } from '../../strategies/compile.js';
import { CliError } from '../errors.js';
import { withDefaults } from '../manifests/defaults.js';

/**
 * The plan of a release from the stable version to itself, with the templates that the policy names.
 * @throws CliError for a metric that cannot be filled in, with the reason
 */
export async function planAgainstItself(client: ClusterClient, policy: ReleasePolicy, signal: AbortSignal): Promise<Plan> {
  const { metadata: { name, namespace = '' }, spec, status } = policy;
  const templates = await templatesOf(client, policy, signal);
  const version = status?.stable?.replicaSet ?? name;
  try {
    return compilePolicy(spec, { templates, values: placeholderValues(spec, { namespace, policy: name, release: status?.release ?? `${name}-1`, stable: version, canary: version }) });
  } catch (error) {
    throw new CliError(`policy ${name} cannot be calibrated: ${error instanceof Error ? error.message : String(error)}`, undefined, { cause: error });
  }
}

type Found = MetricTemplate | { readonly hidden: string } | undefined;

async function templatesOf(client: ClusterClient, { metadata: { namespace = '' }, spec }: ReleasePolicy, signal: AbortSignal): Promise<TemplateSource> {
  const found = new Map<string, Found>();
  for (const { kind, name } of namedTemplates(spec)) found.set(`${kind} ${name}`, await findTemplate(client, namespace, kind, name, signal));
  return {
    find(kind, name) {
      const template = found.get(`${kind} ${name}`);
      return template && 'hidden' in template ? template : template && withDefaults(template).spec;
    },
    names: () => [],
  };
}

async function findTemplate(client: ClusterClient, namespace: string, kind: TemplateKind, name: string, signal: AbortSignal): Promise<Found> {
  try {
    return kind === 'MetricTemplate'
      ? await client.find(serinResources.metricTemplates, { namespace, name }, { signal })
      : await client.find(serinResources.clusterMetricTemplates, { name }, { signal });
  } catch (error) {
    if (isForbidden(error)) return { hidden: `you may not read objects of kind ${kind}.` };
    throw error;
  }
}
