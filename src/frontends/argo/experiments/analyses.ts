import { controllerReference, isControlledBy } from '../../../kubernetes/owners.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import type { AnalysisRun, RunPhase } from '../kinds/analysis.js';
import type { Experiment, ExperimentSpec, ExperimentStatus } from '../kinds/experiment.js';
import { ARGO_API_VERSION, argoResources } from '../resources.js';
import { freeName } from '../runs/analysis-run.js';
import { INSTANCE_LABEL } from '../runs/labels.js';
import { runSpecOf } from '../runs/run-spec.js';
import { isEnd, isEnding } from './ended.js';
import { refusalKey, type ExperimentObservation, type PartialDecision } from './observation.js';
import { transition } from './templates.js';
import { withTemplateValues } from './template-values.js';

export type ExperimentAnalysis = NonNullable<ExperimentSpec['analyses']>[number];
export type AnalysisStatus = NonNullable<ExperimentStatus['analysisRuns']>[number];

/** What is to be done about one analysis, and how it stands. */
export interface AnalysisDecision extends Partial<PartialDecision> {
  readonly status: AnalysisStatus;
}

/** Everything about one analysis of an Experiment: its AnalysisRun begins when all Pods have been available, and ends with it. @param hashes of its templates */
export function advanceAnalysis(experiment: Experiment, analysis: ExperimentAnalysis, hashes: ReadonlyMap<string, string>, observation: ExperimentObservation): AnalysisDecision {
  const before = experiment.status?.analysisRuns?.find(({ name }) => name === analysis.name) ?? { name: analysis.name, analysisRun: '' };
  const step = nextStep(experiment, analysis, before, hashes, observation);
  const { phase, message } = step.status;
  if (phase === before.phase || phase === undefined) return step;
  const event = { reason: `AnalysisRun${phase}`, text: transition('AnalysisRun', analysis.name, before.phase, phase, message), type: isEnd(phase) && phase !== 'Successful' ? 'Warning' : 'Normal' } as const;
  return { ...step, events: [event, ...(step.events ?? [])] };
}

function nextStep(experiment: Experiment, analysis: ExperimentAnalysis, before: AnalysisStatus, hashes: ReadonlyMap<string, string>, observation: ExperimentObservation): AnalysisDecision {
  if (isEnd(before.phase)) return { status: before };
  const ending = isEnding(experiment);
  const wait = experiment.status?.availableAt === undefined;
  if (before.analysisRun === '') {
    if (ending) return { status: before };
    const made = runOf(experiment, analysis, hashes, observation);
    // Looked at before anything has begun, too: what cannot be measured needs no Pods.
    if (made.problems) return { status: failed(before, `Failed to create AnalysisRun for analysis '${analysis.name}': ${made.problems.join(' ')}`) };
    if (wait) return { status: before };
    return { status: { ...before, phase: 'Pending', analysisRun: made.run.metadata.name }, create: [made.run] };
  }
  const run = observation.analysisRuns.find(({ metadata }) => metadata.name === before.analysisRun);
  if (!run) {
    if (ending) return { status: before };
    // Put down before it was made; it is made under the name that was put down.
    const made = before.phase === 'Pending' ? runOf(experiment, analysis, hashes, observation, before.analysisRun) : { problems: [`AnalysisRun ${before.analysisRun} is gone.`] };
    return made.problems ? { status: failed(before, made.problems.join(' ')) } : { status: before, create: [made.run] };
  }
  const { phase, message } = run.status ?? {};
  const status = phase === undefined ? before : { ...withoutMessage(before), phase, ...(message === undefined ? {} : { message }) };
  if (!ending || isEnd(phase) || run.spec.terminate) return { status };
  return {
    status,
    annotate: [{ resource: argoResources.analysisRuns as Resource<KubernetesObject>, name: run.metadata.name, patch: { spec: { terminate: true } } }],
    events: [{ reason: 'AnalysisRunTerminating', text: `Terminating ${analysis.name} (${run.metadata.name})`, type: 'Normal' }],
  };
}

const withoutMessage = ({ message: _, ...status }: AnalysisStatus): AnalysisStatus => status;
const failed = (before: AnalysisStatus, message: string): AnalysisStatus => ({ ...before, phase: 'Error' satisfies RunPhase, message });

type MadeRun = { readonly run: AnalysisRun; readonly problems?: undefined } | { readonly run?: undefined; readonly problems: readonly string[] };

/** @param recorded the name that was put down for it; a free one when absent */
function runOf(experiment: Experiment, analysis: ExperimentAnalysis, hashes: ReadonlyMap<string, string>, { analysisRuns, known, refused }: ExperimentObservation, recorded?: string): MadeRun {
  const { name, namespace = 'default', labels } = experiment.metadata;
  const { templateName, clusterScope, args = [], requiredForCompletion = false } = analysis;
  const filled = withTemplateValues(args, experiment, hashes);
  // Times are not known before all Pods are available.
  if (filled.problems.length > 0 && experiment.status?.availableAt !== undefined) return { problems: filled.problems };
  const { dryRun, measurementRetention, analysisRunMetadata = {} } = experiment.spec;
  const { spec, problems = [] } = runSpecOf({
    templates: [{ templateName, ...(clusterScope === undefined ? {} : { clusterScope }) }],
    args: filled.args, namespace, known, ends: requiredForCompletion,
    ...(dryRun ? { dryRun } : {}),
    ...(measurementRetention ? { measurementRetention } : {}),
  });
  if (!spec) return { problems };
  // One that is there already was made by an earlier pass that was not put down.
  const own = analysisRuns.filter((each) => isControlledBy(each, experiment));
  const taken = new Set(analysisRuns.filter((each) => !own.includes(each) || isEnd(each.status?.phase)).map(({ metadata }) => metadata.name));
  const instance = labels?.[INSTANCE_LABEL];
  const run: AnalysisRun = {
    apiVersion: ARGO_API_VERSION,
    kind: argoResources.analysisRuns.kind,
    metadata: {
      name: recorded ?? freeName(`${name}-${analysis.name}`, taken),
      namespace,
      labels: { ...(instance === undefined ? {} : { [INSTANCE_LABEL]: instance }), ...analysisRunMetadata.labels },
      annotations: { ...analysisRunMetadata.annotations },
      ownerReferences: [controllerReference(experiment)],
    },
    spec,
  };
  const refusal = refused?.get(refusalKey(run));
  return refusal === undefined ? { run } : { problems: [refusal] };
}
