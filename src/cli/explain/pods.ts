import type { HorizontalPodAutoscaler, MetricSpec } from '../../kubernetes/generated/autoscaling-v2.js';
import { matchesLabelSelector, SelectorError } from '../../kubernetes/selectors.js';
import { plural } from '../output/quantities.js';
import { movingRelease, titleOf, versionOf, type Facts, type Section } from './facts.js';

/** How many Pods each version has, and who else counts them. */
export function podsSection(facts: Facts): Section {
  const { view, deployment } = facts;
  const moving = movingRelease(facts);
  const lines = view.versions.filter(({ wanted, pods, role }) => wanted > 0 || pods.length > 0 || role !== 'other').map((version) => {
    const title = version.role === 'other' ? `another version, ${version.replicaSet}` : titleOf(facts, version.role);
    return `${title}: ${version.ready} of ${plural(version.wanted, 'Pod')} ready${version.troubles.length > 0 ? `; ${version.troubles.join('; ')}` : ''}.`.replace(/^./, (letter) => letter.toUpperCase());
  });
  if (moving && deployment) lines.push(`Deployment ${deployment.metadata.name} asks for ${plural(deployment.spec.replicas ?? 1, 'Pod')}; scaling it now scales ${moving.spec.plan.sizing === 'batch' ? 'both versions' : 'stable, and the canary in proportion'}.`);
  return { title: 'Pods', lines: [...lines, ...autoscalerLines(facts), ...budgetLines(facts)] };
}

/** What autoscalers of the Deployment see. They count Pods by its selector, and canary Pods carry the same labels. */
function autoscalerLines(facts: Facts): string[] {
  const { autoscalers, deployment } = facts;
  const own = autoscalers.filter(({ spec: { scaleTargetRef: { kind, name } } }) => kind === 'Deployment' && name === deployment?.metadata.name);
  const canary = movingRelease(facts) ? (versionOf(facts, 'canary')?.pods.length ?? 0) : 0;
  return own.flatMap((autoscaler) => {
    const { metadata, spec } = autoscaler;
    const limits = `${spec.minReplicas ?? 1} to ${spec.maxReplicas}`;
    return [`HorizontalPodAutoscaler ${metadata.name} sizes the Deployment (${limits} Pods).`, ...metricsOf(autoscaler).map((metric) => `  ${metricText(metric, canary)}`)];
  });
}

const metricsOf = ({ spec }: HorizontalPodAutoscaler): MetricSpec[] => (spec.metrics && spec.metrics.length > 0 ? spec.metrics : [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }]);

function metricText({ type, resource, containerResource, pods, external, object }: MetricSpec, canary: number): string {
  const own = canary > 0 ? `: ${plural(canary, 'canary Pod')} just now` : '';
  const averaged = `averages over all Pods behind the Deployment's selector, canary Pods too${own}; a canary that idles pulls the average down, and one that is slow pulls it up`;
  switch (type) {
    case 'Resource':
      return `Resource ${resource?.name ?? ''} ${averaged}.`;
    case 'ContainerResource':
      return `ContainerResource ${containerResource?.name ?? ''} of container ${containerResource?.container ?? ''} ${averaged}.`;
    case 'Pods':
      return `Pods metric ${pods?.metric.name ?? ''} ${averaged}.`;
    case 'External':
    case 'Object': {
      const [name, target] = type === 'External' ? [external?.metric.name, external?.target] : [object?.metric.name, object?.target];
      if (target?.type === 'AverageValue') return `${type} metric ${name ?? ''} is divided by the Pods that it wants; canary Pods do not count.`;
      return `${type} metric ${name ?? ''} scales in proportion to all ready Pods behind the Deployment's selector, canary Pods too${own}.`;
    }
    default:
      return `A metric of type ${type}.`;
  }
}

/** Budgets that count the canary's Pods as well. */
function budgetLines(facts: Facts): string[] {
  const { budgets, deployment, view } = facts;
  const labels = deployment?.spec.template.metadata?.labels ?? view.policy?.spec.workload.inline?.template.metadata?.labels;
  if (!labels) return [];
  const own = budgets.filter(({ spec }) => {
    try {
      return matchesLabelSelector(spec?.selector, labels);
    } catch (error) {
      if (error instanceof SelectorError) return false;
      throw error;
    }
  });
  const canary = movingRelease(facts) ? versionOf(facts, 'canary') : undefined;
  const unready = canary ? canary.pods.length - canary.ready : 0;
  return own.map(({ metadata, spec, status }) => {
    const rule = spec?.minAvailable !== undefined ? `at least ${spec.minAvailable} available` : `at most ${spec?.maxUnavailable ?? 1} unavailable`;
    const allowed = status?.disruptionsAllowed;
    const now = unready > 0 ? ` ${plural(unready, 'canary Pod')} that ${unready === 1 ? 'is' : 'are'} not ready ${unready === 1 ? 'counts' : 'count'} against it until ready or taken back.` : '';
    return `PodDisruptionBudget ${metadata.name} (${rule}) counts the canary's Pods too${allowed === undefined ? '' : `; it allows ${plural(allowed, 'eviction')} now`}.${now}`;
  });
}
