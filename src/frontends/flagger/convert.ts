import type { PolicyProblem } from '../../model/policy-problem.js';
import type { RouterConfigs } from '../../model/policy/routers.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { API_VERSION, serinResources } from '../../model/resources.js';
import type { Converted } from '../conversion/converted.js';
import { Notes, durationText } from '../conversion/notes.js';
import { checkSchema } from '../conversion/schema-check.js';
import { canarySchema, type Canary, type CanaryAnalysis, type FlaggerMetricTemplate } from './canary.js';
import { convertMetrics } from './metrics.js';
import { convertStrategy } from './steps.js';

/** Products that Serin does not steer, though Flagger does. */
const REFUSED = ['linkerd', 'contour', 'gloo', 'traefik', 'skipper', 'kuma', 'apisix', 'knative', 'appmesh', 'osm', 'smi'];

/** A Flagger Canary as a ReleasePolicy. @param others MetricTemplates of the same files */
export function canaryPolicy(given: unknown, others: { readonly metricTemplates?: readonly FlaggerMetricTemplate[] } = {}): Converted {
  const { problems, object } = checkSchema(given, canarySchema);
  // Its schema let it pass.
  const canary = object as unknown as Canary | undefined;
  const all = [...problems, ...(canary ? checkCanary(canary) : [])];
  if (!canary || all.length > 0) return { policies: [], metricTemplates: [], notes: [], problems: all };
  const notes = new Notes();
  const { spec, metadata } = canary;
  const key = spec.analysis ? 'analysis' : 'canaryAnalysis';
  const analysis: CanaryAnalysis = spec[key] ?? {};
  const path = ['spec', key];
  const metrics = convertMetrics(canary, analysis, others.metricTemplates ?? [], path, notes);
  const service = spec.service.name ?? spec.targetRef.name;
  const router = routerOf(canary, service, notes);
  const strategy = convertStrategy(analysis, path, notes);
  generalNotes(canary, analysis, path, service, notes);
  const { sessionAffinity } = analysis;
  const policy: ReleasePolicy = {
    apiVersion: API_VERSION,
    kind: serinResources.releasePolicies.kind,
    metadata: { name: metadata.name ?? '', ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }), ...(metadata.labels === undefined ? {} : { labels: metadata.labels }) },
    spec: {
      workload: { deployment: spec.targetRef.name },
      service,
      router,
      strategy,
      ...(sessionAffinity && !router.service ? { sticky: { cookie: sessionAffinity.cookieName, for: durationText((sessionAffinity.maxAge ?? 86_400) * 1000) } } : {}),
      ...(metrics.length === 0 ? {} : { analysis: { metrics } }),
      readyTimeout: durationText((spec.progressDeadlineSeconds ?? 600) * 1000),
      ...(spec.suspend ? { paused: true } : {}),
      // A changed ConfigMap or Secret starts a run of Flagger's.
      watchConfig: true,
    },
  };
  return { policies: [policy], metricTemplates: [], notes: notes.list, problems: [] };
}

function checkCanary({ spec }: Canary): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const { kind, name } = spec.targetRef;
  if (kind !== 'Deployment') problems.push({ path: ['spec', 'targetRef', 'kind'], problem: `${name} is a ${kind}, which cannot be released.`, remedy: 'Policies release Deployments.' });
  const product = REFUSED.find((each) => spec.provider?.startsWith(each));
  if (product !== undefined) problems.push({ path: ['spec', 'provider'], problem: `${spec.provider ?? product} is not steered by Serin.`, remedy: 'It steers istio, nginx and the Gateway API (gatewayapi:v1), which Linkerd, Contour, Traefik, Kuma and APISIX read, too.' });
  if (!spec.analysis && !spec.canaryAnalysis) problems.push({ path: ['spec', 'analysis'], problem: 'is missing.', remedy: 'Write how the new version is put out, such as stepWeight and maxWeight.' });
  return problems;
}

function routerOf({ spec }: Canary, service: string, notes: Notes): RouterConfigs {
  const { provider = '', ingressRef, service: { gatewayRefs } } = spec;
  if (provider === 'nginx' || (provider === '' && ingressRef)) {
    if (ingressRef) notes.add(['spec', 'ingressRef'], `Ingress ${ingressRef.name}-canary was made by Flagger and goes with it; Serin makes one of its own.`);
    return { ingressNginx: ingressRef ? { ingresses: [ingressRef.name] } : {} };
  }
  if (provider.startsWith('gatewayapi') || (provider === '' && gatewayRefs)) {
    notes.add(['spec', 'service'], `HTTPRoute ${service} was written by Flagger. Let its backendRefs name ${service} alone; Serin splits them while a release is under way.`);
    return { gatewayApi: { routes: [{ name: service }] } };
  }
  if (provider === 'kubernetes') return { service: { approximate: true } };
  if (provider === '') notes.add(['spec', 'provider'], 'Nothing says which product is steered; istio stands there. Correct spec.router.');
  notes.add(['spec', 'service'], `VirtualService ${service} was written by Flagger. Let its routes lead to ${service} alone; Serin splits them while a release is under way.`);
  return { istio: { virtualServices: [{ name: service }] } };
}

function generalNotes({ spec }: Canary, analysis: CanaryAnalysis, path: (string | number)[], service: string, notes: Notes): void {
  const { name } = spec.targetRef;
  notes.add(['spec', 'targetRef'], `Deployment ${name} serves itself again: give it the replicas of ${name}-primary, and delete ${name}-primary and its Services once ${service} leads to ${name}.`);
  const written = ['match', 'rewrite', 'retries', 'headers', 'corsPolicy', 'trafficPolicy', 'hosts', 'gateways', 'gatewayRefs', 'mirror', 'timeout', 'delegation', 'apex', 'primary', 'canary', 'backends', 'headless'].filter((field) => spec.service[field as keyof typeof spec.service] !== undefined);
  if (written.length > 0) notes.add(['spec', 'service'], `Serin changes weights of routes that are yours: ${written.join(', ')} stay${written.length === 1 ? 's' : ''} in the route or Service as Flagger left it.`);
  notes.when(spec.autoscalerRef, ['spec', 'autoscalerRef'], `An autoscaler of Deployment ${name} sizes stable; there is no copy of it.`);
  notes.when(spec.skipAnalysis, ['spec', 'skipAnalysis'], 'serin hotfix lets the next release out without judging it.');
  notes.when(spec.revertOnDeletion, ['spec', 'revertOnDeletion'], 'serin eject puts everything back as it was.');
  notes.when(spec.metricsServer, ['spec', 'metricsServer'], 'Errors and latency come from the mesh, the gateway or the Pods themselves, without Prometheus.');
  notes.when(analysis.alerts, [...path, 'alerts'], 'There are no alerts: watch Events, or the alerts of the Helm chart.');
  notes.when(analysis.stepWeightPromotion, [...path, 'stepWeightPromotion'], 'There is no second shift: the new version keeps its Pods when it is promoted.');
  for (const field of ['primaryReadyThreshold', 'canaryReadyThreshold'] as const) notes.when(analysis[field], [...path, field], 'A step waits until all Pods that it needs are ready.');
  notes.when(analysis.threshold, [...path, 'threshold'], 'Errors and latency are judged by every request, and a version is taken back as soon as the evidence allows; conditions may fail threshold − 1 times.');
}
