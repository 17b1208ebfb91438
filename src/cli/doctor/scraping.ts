import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { canBeAsked, scrapeTargetOf } from '../../metrics/scraping/scrape-target.js';
import { secretsOf } from '../../model/measure.js';
import type { MetricTemplate } from '../../model/metric-template.js';
import type { Metric } from '../../model/policy/analysis.js';
import type { MetricSource } from '../../model/policy/metric-sources.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { HASH_LABEL } from '../../model/version.js';
import { plural } from '../output/quantities.js';
import { seen, type ClusterFacts } from './facts.js';
import { findingsOf, type Finding } from './finding.js';
import { strictAt } from './mesh-ports.js';
import { keptOut, type Caller } from './network-policies.js';

type Facts = Pick<ClusterFacts, 'policies' | 'pods' | 'networkPolicies' | 'peerAuthentications' | 'metricTemplates' | 'clusterMetricTemplates' | 'secrets' | 'controllers' | 'namespaces'>;

const { ok, warn, fail } = findingsOf('metrics');

/** Whether what policies judge by can be had: Pods that tell it, networks that let it through, templates, Secrets. */
export function checkScraping(facts: Facts): Finding[] {
  // Of one that is refused its own condition tells.
  const policies = seen(facts.policies).filter(({ status }) => status?.phase !== 'Refused');
  const findings = policies.flatMap((policy) => [...checkTemplates(policy, facts), ...checkSecrets(policy, facts), ...checkPods(policy, facts)]);
  return policies.length === 0 || findings.length > 0 ? findings : [ok('What policies judge by can be had, as far as it can be seen from here.')];
}

const titleOf = ({ metadata }: ReleasePolicy): string => `${metadata.namespace ?? ''}/${metadata.name}`;
const metricsOf = ({ spec }: ReleasePolicy): readonly Metric[] => spec.analysis?.metrics ?? [{ name: 'errors', errorRate: {} }, { name: 'latency', latency: {} }];

/** Undefined where it is not there, or may not be seen. */
function templateOf({ metadata }: ReleasePolicy, { template }: Metric, { metricTemplates, clusterMetricTemplates }: Facts): MetricTemplate | undefined {
  if (!template) return undefined;
  return template.kind === 'ClusterMetricTemplate'
    ? seen(clusterMetricTemplates).find((each) => each.metadata.name === template.name)
    : seen(metricTemplates).find((each) => each.metadata.name === template.name && each.metadata.namespace === metadata.namespace);
}

const sourceOf = (policy: ReleasePolicy, metric: Metric, facts: Facts): MetricSource | undefined => metric.from ?? templateOf(policy, metric, facts)?.spec.from;

function checkTemplates(policy: ReleasePolicy, facts: Facts): Finding[] {
  return metricsOf(policy).flatMap((metric) => {
    const { template } = metric;
    if (!template || typeof (template.kind === 'ClusterMetricTemplate' ? facts.clusterMetricTemplates : facts.metricTemplates) === 'string' || templateOf(policy, metric, facts)) return [];
    const where = template.kind === 'ClusterMetricTemplate' ? '' : ` in namespace ${policy.metadata.namespace ?? ''}`;
    return [fail(`Metric ${metric.name} of ${titleOf(policy)} names the ${template.kind ?? 'MetricTemplate'} ${template.name}, which is not there.`, `Create it${where}, or correct the name.`)];
  });
}

function checkSecrets(policy: ReleasePolicy, facts: Facts): Finding[] {
  const namespace = policy.metadata.namespace ?? '';
  const names = new Set(metricsOf(policy).flatMap((metric) => secretsOf(sourceOf(policy, metric, facts))));
  const missing = [...names].filter((name) => facts.secrets[`${namespace}/${name}`] === 'missing');
  return missing.map((name) => fail(`Secret ${namespace}/${name}, which ${titleOf(policy)} reads for its metrics, is not there.`, 'Create it; until then these metrics have no samples.'));
}

/** A metric that Pods are asked for, and where. */
interface Asked {
  readonly metric: string;
  readonly port: number | undefined;
}

function checkPods(policy: ReleasePolicy, facts: Facts): Finding[] {
  const pods = seen(facts.pods).filter((pod) => pod.metadata.namespace === policy.metadata.namespace && pod.metadata.labels?.[policy.spec.workload.versions?.hashLabel ?? HASH_LABEL] === policy.status?.stable?.hash && canBeAsked(pod));
  const asked = metricsOf(policy).flatMap((metric): Asked[] => {
    const from = sourceOf(policy, metric, facts);
    if (metric.condition || (metric.template && !from) || (from && !from.scrape)) return [];
    return [{ metric: metric.name, port: from?.scrape?.port }];
  });
  if (pods.length === 0 || asked.length === 0) return [];
  // Metrics that ask the same place have the same trouble.
  const places = [...new Set(asked.map(({ port }) => port))].map((port) => ({ port, names: asked.filter((each) => each.port === port).map(({ metric }) => metric) }));
  return places.flatMap(({ port, names }) => checkPlace(policy, pods, port, names.join(', '), facts));
}

function checkPlace(policy: ReleasePolicy, pods: readonly Pod[], asked: number | undefined, metrics: string, facts: Facts): Finding[] {
  const title = titleOf(policy);
  const silent = pods.filter((pod) => scrapeTargetOf(pod, { port: asked }) === undefined);
  if (silent.length > 0) {
    return [warn(
      `${plural(silent.length, 'Pod')} of ${title} (${silent[0]?.metadata.name ?? ''}…) ${silent.length === 1 ? 'does' : 'do'} not say where ${silent.length === 1 ? 'its' : 'their'} metrics are: unless a gateway tells of its requests, ${metrics} will have no samples.`,
      'Annotate the Pod template with prometheus.io/scrape: "true" and prometheus.io/port, or name from.scrape.port of the metric.')];
  }
  const [pod] = pods;
  const port = pod && scrapeTargetOf(pod, { port: asked })?.port;
  if (!pod || port === undefined) return [];
  const strict = strictAt(pod, port, seen(facts.peerAuthentications));
  const shut = callers(facts).flatMap((caller) => keptOut(pod, port, caller, seen(facts.networkPolicies)).map(({ metadata }) => ({ caller, name: metadata.name })));
  const walls = [...new Set(shut.map(({ name }) => name))].join(', ');
  return [
    ...(strict === undefined ? [] : [warn(
      `${strict} lets only mutual TLS to port ${port} of ${title}, and Pods are asked in plain HTTP: ${metrics} will have no samples.`,
      `Leave from.scrape.port out and prometheus.io/port as injection sets it (15020, where the sidecar takes plain HTTP and merges the program's metrics unless prometheus.istio.io/merge-metrics is "false"), or set portLevelMtls of port ${port} to PERMISSIVE for the workload.`)]),
    ...(walls === '' ? [] : [warn(
      `NetworkPolicy ${policy.metadata.namespace ?? ''}/${walls} keeps namespace ${shut[0]?.caller.namespace ?? ''}, where Serin runs, from port ${port} of ${title}: ${metrics} will have no samples.`,
      `Allow ingress from namespace ${shut[0]?.caller.namespace ?? ''} to port ${port}.`)]),
  ];
}

/** The controllers, as networks see them. */
function callers({ controllers, namespaces }: Facts): Caller[] {
  return seen(controllers).map(({ metadata, spec }) => {
    const namespace = metadata.namespace ?? '';
    const labels = seen(namespaces).find((each) => each.metadata.name === namespace)?.metadata.labels ?? {};
    return { namespace, namespaceLabels: { 'kubernetes.io/metadata.name': namespace, ...labels }, podLabels: spec.template.metadata?.labels ?? {} };
  });
}
