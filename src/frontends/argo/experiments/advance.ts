import { timestamp } from '../../../kubernetes/conditions.js';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Service } from '../../../kubernetes/generated/core-v1.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { isControlledBy } from '../../../kubernetes/owners.js';
import { resources } from '../../../kubernetes/resources.js';
import { formatProblem } from '../../../model/policy-problem.js';
import { checkExperiment } from '../checks/experiment.js';
import type { Experiment, ExperimentStatus } from '../kinds/experiment.js';
import { advanceAnalysis } from './analyses.js';
import { conditionsOf, INVALID, invalid } from './conditions.js';
import { hasEnded, isEnd } from './ended.js';
import { together, type ExperimentDecision, type ExperimentEvent, type ExperimentObservation, type PartialDecision } from './observation.js';
import { assessTemplates, phaseOf } from './phase.js';
import { isFor, templateHashes } from './replica-sets.js';
import { advanceTemplate } from './templates.js';

/**
 * What follows from how an Experiment stands. Its status is what is known of it; all else is read anew, and every object has a
 * name that is known before it is made, so a pass that was cut off is made up for by the next.
 * @param now milliseconds since the epoch
 */
export function advanceExperiment(experiment: Experiment, observation: ExperimentObservation, now: number): ExperimentDecision {
  const before = experiment.status ?? {};
  if (observation.otherController !== undefined) return { status: before, ...together([]) };
  // What has ended is cleared away whatever its spec says by now.
  const problems = hasEnded(experiment) ? [] : checkExperiment(experiment).filter(({ severity }) => severity !== 'warning').map(formatProblem);
  if (problems.length > 0) return refused(experiment, problems.join(' '), now);
  const hashes = templateHashes(experiment, observation.replicaSets, hasEnded(experiment));
  const analyses = (experiment.spec.analyses ?? []).map((analysis) => advanceAnalysis(experiment, analysis, hashes, observation));
  // What cannot be measured, or has been measured, needs no Pods.
  const measured = { ...experiment, status: { ...before, analysisRuns: analyses.map(({ status }) => status) } };
  const templates = experiment.spec.templates.map((template) => advanceTemplate(measured, template, hashes.get(template.name) ?? '', observation, now));
  const parts = together([...templates, ...analyses, leftovers(experiment, observation)]);
  const known: ExperimentStatus = {
    ...(before.availableAt === undefined ? {} : { availableAt: before.availableAt }),
    templateStatuses: templates.map(({ status }) => status),
    ...(analyses.length > 0 ? { analysisRuns: analyses.map(({ status }) => status) } : {}),
  };
  const { phase, message } = phaseOf(experiment, known);
  const isAvailable = before.phase !== undefined && !isEnd(before.phase) && assessTemplates(experiment.spec, known).phase === 'Running';
  const status: ExperimentStatus = {
    phase,
    ...(message === undefined || message === '' ? {} : { message }),
    ...known,
    ...(known.availableAt === undefined && isAvailable ? { availableAt: timestamp(now) } : {}),
  };
  return { ...parts, status: { ...status, conditions: conditionsOf(experiment, status, now) }, events: [...parts.events, ...phaseEvents(before, status)] };
}

/** What was made for templates that are not in the spec any more. */
function leftovers(experiment: Experiment, { replicaSets, services }: ExperimentObservation): Partial<PartialDecision> {
  const isLeft = (object: ReplicaSet | Service): boolean => isControlledBy(object, experiment) && !experiment.spec.templates.some((template) => isFor(object, experiment, template));
  return {
    sizes: replicaSets.filter((each) => isLeft(each) && each.spec?.replicas !== 0).map(({ metadata }) => ({ replicaSet: metadata.name, replicas: 0 })),
    remove: services.filter(isLeft).map(({ metadata }) => ({ resource: resources.services as Resource<KubernetesObject>, name: metadata.name })),
  };
}

function phaseEvents({ phase: from }: ExperimentStatus, { phase: to }: ExperimentStatus): ExperimentEvent[] {
  if (from === to) return [];
  return [{ reason: `Experiment${to ?? ''}`, text: `Experiment transitioned from ${from ?? ''} -> ${to ?? ''}`, type: isEnd(to) && to !== 'Successful' ? 'Warning' : 'Normal' }];
}

/** Nothing is touched: what runs goes on until the spec makes sense again. */
function refused(experiment: Experiment, text: string, now: number): ExperimentDecision {
  const status = { ...experiment.status, conditions: invalid(experiment, text, now) };
  const isKnown = experiment.status?.conditions?.some(({ type, message }) => type === INVALID && message === text) ?? false;
  return { status, ...together([]), events: isKnown ? [] : [{ reason: INVALID, text, type: 'Warning' }] };
}
