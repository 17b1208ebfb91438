import type { Deployment } from '../../../kubernetes/generated/apps-v1.js';
import { isRecord, withoutNulls } from '../../../kubernetes/json.js';
import type { Metric } from '../../../model/policy/analysis.js';
import type { Strategy } from '../../../model/policy/strategies.js';
import type { CheckStep } from '../../../model/policy/steps.js';
import type { WorkloadSpec } from '../../../model/policy/workload.js';
import type { PolicySpec, ReleasePolicy } from '../../../model/release-policy.js';
import { API_VERSION, serinResources } from '../../../model/resources.js';
import type { KnownObjects } from '../checks/known-objects.js';
import { checkRollout } from '../checks/rollout.js';
import type { Rollout } from '../kinds/rollout.js';
import type { BlueGreenStrategy, CanaryStrategy } from '../kinds/strategies.js';
import type { Converted } from '../../conversion/converted.js';
import { Analyses } from './analyses.js';
import { Notes, durationText, type ConversionNote } from '../../conversion/notes.js';
import { convertRouting, type ConvertedRouting } from './routing.js';
import { analyzeStep, convertSteps } from './steps.js';

/** A Rollout as a ReleasePolicy. @param others what stands in the same files or on the same cluster */
export function rolloutPolicy(given: unknown, others: KnownObjects = {}): Converted {
  // Templates that are elsewhere keep nothing from being converted; there is a note on each.
  const { analysisTemplates: _own, clusterAnalysisTemplates: _cluster, ...rest } = others;
  const turns = turnsOf(given);
  const problems = checkRollout(turns?.without ?? given, rest).filter(({ severity }) => severity !== 'warning');
  if (problems.length > 0) return { policies: [], metricTemplates: [], notes: [], problems };
  // It was checked just now, with null for absent.
  const rollout = withoutNulls((turns?.without ?? given) as Rollout);
  const notes = new Notes();
  if (turns) notes.add(['spec', 'strategy', 'canary', 'pingPong'], `Services do not take turns: ${turns.stable} stays the one that clients use.`);
  const analyses = new Analyses(rollout, { analysisTemplates: [], clusterAnalysisTemplates: [], ...others }, notes);
  const { labels } = podsOf(rollout, others.deployments);
  const spec = strategySpec(rollout, analyses, others, labels, notes);
  generalNotes(rollout, notes);
  const metrics = withErrors(analyses.metrics, spec, rollout, notes);
  const { name, namespace, labels: own } = rollout.metadata;
  const policy: ReleasePolicy = {
    apiVersion: API_VERSION,
    kind: serinResources.releasePolicies.kind,
    metadata: { name: name ?? '', ...(namespace === undefined ? {} : { namespace }), ...(own === undefined ? {} : { labels: own }) },
    spec: {
      workload: workloadOf(rollout, notes),
      ...spec,
      ...(metrics.length === 0 ? {} : { analysis: { metrics, undecided: { then: 'hold' as const } } }),
      readyTimeout: durationText((rollout.spec.progressDeadlineSeconds ?? 600) * 1000),
      ...(rollout.spec.paused ? { paused: true } : {}),
    },
  };
  if (metrics.length === 0) notes.add(['spec', 'strategy'], 'The Rollout measures nothing. A policy without analysis is judged by errors and latency of requests all the same, as far as Pods or routers tell of them.');
  return { policies: [policy], metricTemplates: analyses.templates, notes: notes.list, problems: [] };
}

/** A Rollout whose Services take turns, as one whose first Service is always the stable one; undefined for others. */
function turnsOf(given: unknown): { readonly stable: string; readonly without: unknown } | undefined {
  const canary = ['spec', 'strategy', 'canary'].reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), given);
  const { pingPong, ...others } = isRecord(canary) ? canary : {};
  if (!isRecord(given) || !isRecord(pingPong)) return undefined;
  const { pingService, pongService } = pingPong;
  // Of one that runs, the Service that users come by at the moment stays the one.
  const hasPong = isRecord(given['status']) && isRecord(given['status']['canary']) && given['status']['canary']['stablePingPong'] === 'pong';
  const [stable, other] = hasPong ? [pongService, pingService] : [pingService, pongService];
  if (typeof stable !== 'string' || others['stableService'] !== undefined || others['canaryService'] !== undefined) return undefined;
  return { stable, without: { ...given, spec: { ...(given as unknown as Rollout).spec, strategy: { canary: { ...others, stableService: stable, canaryService: other } } } } };
}

/** Metrics that only steps name say nothing in between; there requests are watched, as they are where a policy names no metric at all. */
function withErrors(metrics: readonly Metric[], { service }: ConvertedRouting, { spec }: Rollout, notes: Notes): Metric[] {
  const judgedAlways = spec.strategy?.canary?.analysis !== undefined;
  if (metrics.length === 0 || judgedAlways || service === undefined || metrics.some(({ name }) => name === 'errors')) return [...metrics];
  notes.add(['spec', 'strategy'], 'Between the steps that measure something nothing was watched. The metric errors, which compares failed requests with those of stable, is added for that; leave it out if it should be as before.');
  return [...metrics, { name: 'errors', errorRate: {} }];
}

function podsOf({ spec, metadata }: Rollout, deployments: readonly Deployment[] = []): { readonly labels: Readonly<Record<string, string>> } {
  const referred = deployments.find((each) => each.metadata.name === spec.workloadRef?.name && (each.metadata.namespace ?? 'default') === (metadata.namespace ?? 'default'));
  return { labels: (spec.template ?? referred?.spec.template)?.metadata?.labels ?? {} };
}

function workloadOf({ spec }: Rollout, notes: Notes): WorkloadSpec {
  const { workloadRef, selector, template, replicas = 1 } = spec;
  if (workloadRef) {
    notes.add(['spec', 'workloadRef'], `The Deployment runs the Pods itself again: set its replicas to ${replicas} before the Rollout goes.`);
    if (workloadRef.kind !== 'Deployment') notes.add(['spec', 'workloadRef', 'kind'], `A policy names Deployments: make one of ${workloadRef.kind ?? ''} ${workloadRef.name ?? ''}.`);
    return { deployment: workloadRef.name ?? '' };
  }
  if ((selector?.matchExpressions ?? []).length > 0) notes.add(['spec', 'selector', 'matchExpressions'], 'A policy selects by labels alone.');
  notes.when(spec.minReadySeconds, ['spec', 'minReadySeconds'], 'Pods that are written into a policy count as soon as they are ready; a Deployment has minReadySeconds.');
  const labels = selector?.matchLabels ?? {};
  return { inline: { replicas, selector: { matchLabels: Object.keys(labels).length > 0 ? labels : (template?.metadata?.labels ?? {}) }, template: template ?? { spec: { containers: [] } } } };
}

function strategySpec(rollout: Rollout, analyses: Analyses, { services = [] }: KnownObjects, labels: Readonly<Record<string, string>>, notes: Notes): ConvertedRouting & { strategy: Strategy } & Partial<Pick<PolicySpec, 'drain'>> {
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  if (blueGreen) return { service: blueGreen.activeService, router: { service: {} }, strategy: { blueGreen: convertBlueGreen(blueGreen, analyses, notes) } };
  const given = canary ?? {};
  canaryNotes(given, notes);
  const routing = convertRouting(rollout, given, services, labels, notes);
  if (given.analysis) {
    analyses.convert(given.analysis, ['spec', 'strategy', 'canary', 'analysis'], true);
    if ((given.analysis.startingStep ?? 0) > 0) notes.add(['spec', 'strategy', 'canary', 'analysis', 'startingStep'], 'Metrics of a policy are measured from the beginning; one that is to begin later goes into an analyze step.');
  }
  const steps = convertSteps(given, analyses, notes);
  const drain = given.trafficRouting ? { drain: durationText((given.scaleDownDelaySeconds ?? 30) * 1000) } : {};
  if ((given.steps ?? []).length === 0) {
    const { maxSurge, maxUnavailable } = given;
    return { ...routing, strategy: { rolling: { batches: ['100%'], ...(maxSurge === undefined ? {} : { maxSurge }), maxUnavailable: maxUnavailable ?? '25%' } }, ...drain };
  }
  return { ...routing, strategy: { canary: { steps: steps.length === 0 ? [{ weight: 100 }] : steps } }, ...drain };
}

function convertBlueGreen(strategy: BlueGreenStrategy, analyses: Analyses, notes: Notes): NonNullable<Strategy['blueGreen']> {
  const path = ['spec', 'strategy', 'blueGreen'];
  const { previewService, previewReplicaCount, autoPromotionEnabled = true, autoPromotionSeconds = 0, scaleDownDelaySeconds = 30, prePromotionAnalysis, postPromotionAnalysis } = strategy;
  const pause: CheckStep[] = !autoPromotionEnabled ? [{ pause: {} }] : autoPromotionSeconds > 0 ? [{ pause: { for: durationText(autoPromotionSeconds * 1000) } }] : [];
  const before = [...(prePromotionAnalysis ? analyzeStep(analyses.convert(prePromotionAnalysis, [...path, 'prePromotionAnalysis'], false)) : []), ...pause];
  const after = postPromotionAnalysis ? analyzeStep(analyses.convert(postPromotionAnalysis, [...path, 'postPromotionAnalysis'], false)) : [];
  const note = (field: keyof BlueGreenStrategy, text: string): void => notes.when(strategy[field], [...path, field], text);
  note('scaleDownDelayRevisionLimit', 'Only the version before is kept, for as long as keep says.');
  note('abortScaleDownDelaySeconds', 'Pods of a version that was taken back go at once.');
  note('maxUnavailable', 'serin restart replaces Pods as a release of its own.');
  metadataNotes(strategy, ['previewMetadata', 'activeMetadata'], path, notes);
  note('antiAffinity', 'Write the anti-affinity into the Pod template.');
  return {
    ...(previewService === undefined || previewService === '' ? {} : { preview: { service: previewService } }),
    ...(previewReplicaCount === undefined || previewReplicaCount < 1 ? {} : { previewReplicas: previewReplicaCount }),
    before,
    ...(after.length === 0 ? {} : { after }),
    keep: durationText(scaleDownDelaySeconds * 1000),
  };
}

function metadataNotes(strategy: Readonly<Record<string, unknown>>, fields: readonly string[], path: ConversionNote['path'], notes: Notes): void {
  for (const field of fields) notes.when(strategy[field], [...path, field], 'Pods of both versions carry what their template says, and nothing that changes with their role.');
}

function canaryNotes(canary: CanaryStrategy, notes: Notes): void {
  const path = ['spec', 'strategy', 'canary'];
  const note = (field: keyof CanaryStrategy, text: string): void => notes.when(canary[field], [...path, field], text);
  metadataNotes(canary, ['canaryMetadata', 'stableMetadata'], path, notes);
  note('antiAffinity', 'Write the anti-affinity into the Pod template.');
  note('scaleDownDelayRevisionLimit', 'Only the version before is kept, for as long as drain says.');
  note('abortScaleDownDelaySeconds', 'Pods of a version that was taken back go once they are drained.');
  note('dynamicStableScale', 'Stable keeps its size until the end; where there is no room for both versions take strategy rolling.');
  note('minPodsPerReplicaSet', 'A version with a share always has a Pod; for more write scale steps.');
  note('replicaProgressThreshold', 'A step waits until all Pods that it needs are ready.');
  if ((canary.steps ?? []).length === 0) return;
  for (const field of ['maxSurge', 'maxUnavailable'] as const) note(field, 'Pods of both versions follow from the weights; of the declared replicas none is ever missing.');
}

function generalNotes({ spec }: Rollout, notes: Notes): void {
  const { rollbackWindow, restartAt, revisionHistoryLimit, analysis, progressDeadlineSeconds, progressDeadlineAbort } = spec;
  notes.when(rollbackWindow, ['spec', 'rollbackWindow'], 'Going back to an earlier version is a release like any other; serin hotfix before it skips the steps.');
  notes.when(restartAt, ['spec', 'restartAt'], 'serin restart replaces Pods as a release of its own.');
  notes.when(revisionHistoryLimit, ['spec', 'revisionHistoryLimit'], 'A Deployment has its own revisionHistoryLimit; historyLimit of a policy says how many releases are kept on record.');
  notes.when(analysis, ['spec', 'analysis'], 'historyLimit of a policy says how many releases are kept, with their evidence.');
  if (!progressDeadlineAbort) notes.add(['spec', progressDeadlineSeconds === undefined ? 'strategy' : 'progressDeadlineSeconds'], 'A version whose Pods do not get ready within readyTimeout is taken back; Argo Rollouts would only say so without progressDeadlineAbort.');
}
