import { canaryPolicy } from '../../frontends/flagger/convert.js';
import type { FlaggerMetricTemplate } from '../../frontends/flagger/canary.js';
import type { Rollout } from '../../frontends/argo/kinds/rollout.js';
import type { AnalysisTemplate } from '../../frontends/argo/kinds/analysis.js';
import { rolloutPolicy } from '../../frontends/argo/convert/rollout-policy.js';
import type { Converted } from '../../frontends/conversion/converted.js';
import type { ConversionNote } from '../../frontends/conversion/notes.js';
import type { Service } from '../../kubernetes/generated/core-v1.js';
import { POD_TEMPLATE_HASH } from '../../kubernetes/pod-template.js';
import { formatPath, formatProblem, type PolicyProblem } from '../../model/policy-problem.js';
import type { MetricTemplate } from '../../model/metric-template.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { refused } from '../convert/conversion.js';
import type { LiveCanary } from './canary-view.js';
import { targetName } from './rollout-view.js';
import type { Surroundings } from './surroundings.js';

/** What an object becomes, and what is different then; or what no policy can say. */
export type Wanted = { readonly policy: ReleasePolicy; readonly metricTemplates: readonly MetricTemplate[]; readonly notes: readonly string[] } | { readonly problems: readonly string[] };

/** Notes on what an adoption does by itself. */
const DONE: Readonly<Record<'rollout' | 'canary', RegExp>> = {
  rollout: /^spec\.(workloadRef|minReadySeconds|strategy\.canary\.trafficRouting\.istio(\.destinationRule)?): /,
  canary: /^spec\.(targetRef|ingressRef|service): (?!Serin changes weights)/,
};

/** A Rollout as a policy of the Deployment that takes its place. */
export function wantedOfRollout(rollout: Rollout, { services, ingresses, deployments }: Surroundings, analysisTemplates: readonly AnalysisTemplate[], clusterAnalysisTemplates: readonly AnalysisTemplate[]): Wanted {
  // VirtualServices are not looked at: on the way they lead to one Service already.
  const known = { services: services.map(unpinned), ingresses, deployments, analysisTemplates, clusterAnalysisTemplates };
  const made = wanted('rollout', rolloutPolicy(bare(rollout), known));
  if ('problems' in made) return made;
  const { policy } = made;
  return { ...made, policy: { ...policy, spec: { ...policy.spec, workload: { deployment: targetName(rollout) } } } };
}

/** On the way Services lead to the Pods of one ReplicaSet of the Deployment. */
function unpinned(service: Service): Service {
  const { [POD_TEMPLATE_HASH]: _hash, ...selector } = service.spec?.selector ?? {};
  return service.spec ? { ...service, spec: { ...service.spec, selector } } : service;
}

/** A Canary as a policy of the Deployment that it names. */
export const wantedOfCanary = (canary: LiveCanary, metricTemplates: readonly FlaggerMetricTemplate[]): Wanted => wanted('canary', canaryPolicy(bare(canary), { metricTemplates }));

/** An object without what only a server writes. */
function bare({ apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec }: Rollout | LiveCanary): unknown {
  return { apiVersion, kind, metadata: { name, namespace, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) }, spec };
}

function wanted(kind: 'rollout' | 'canary', converted: Converted): Wanted {
  const problems: PolicyProblem[] = [...converted.problems, ...refused(converted)];
  const [policy] = converted.policies;
  if (problems.length > 0 || !policy) return { problems: problems.map((problem) => formatProblem(problem)) };
  const text = ({ path, note }: ConversionNote): string => `${formatPath(path)}: ${note}`;
  return { policy, metricTemplates: converted.metricTemplates, notes: converted.notes.map(text).filter((each) => !DONE[kind].test(each)) };
}
