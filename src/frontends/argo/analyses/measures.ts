import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { hasEnded as hasEndedExperiment, isEnd } from '../experiments/ended.js';
import { experimentsToRemove } from '../experiments/history.js';
import { experimentOf } from '../experiments/experiment-of.js';
import { argoResources } from '../resources.js';
import type { NamedObject, ObjectPatch } from '../rollout-decision.js';
import { analysisRunOf } from '../runs/analysis-run.js';
import { runsToRemove } from '../runs/history.js';
import { runTypes } from '../runs/labels.js';
import type { Course } from '../updates/course.js';
import type { Facts } from '../updates/facts.js';
import { EXPERIMENT_STEP, type Outcomes } from './outcomes.js';
import { ofRelease } from './release-label.js';
import { toldOf, type WantedAnalysis } from './wanted-analyses.js';

/** AnalysisRuns and Experiments of an update: those that begin, those that end, and those that are history. */
export interface Measures {
  readonly apply: readonly KubernetesObject[];
  readonly annotate: readonly ObjectPatch[];
  readonly remove: readonly NamedObject[];
  /** Why one cannot begin. */
  readonly problems: readonly string[];
}

/** What is to be measured for an update, and what is not any more. */
export function measuresOf(facts: Facts, course: Course): Measures {
  const { outcomes, aborted, update } = course;
  const begun = aborted || !update.release || facts.rollout.spec.paused === true ? { apply: [], problems: [] } : beginnings(facts, course);
  const current = new Set(aborted || facts.done ? [] : [...outcomes.analyses.flatMap(({ run }) => run?.metadata.name ?? []), ...(outcomes.experiment?.found ? [outcomes.experiment.found.metadata.name] : [])]);
  const runs = facts.observed.analysisRuns.filter(({ metadata, spec, status }) => !current.has(metadata.name) && spec.terminate !== true && !isEnd(status?.phase));
  const experiments = facts.observed.experiments.filter((each) => !current.has(each.metadata.name) && each.spec.terminate !== true && !hasEndedExperiment(each));
  const patch = { spec: { terminate: true } };
  return {
    ...begun,
    annotate: [
      ...runs.map(({ metadata }) => ({ resource: argoResources.analysisRuns, name: metadata.name, patch })),
      ...experiments.map(({ metadata }) => ({ resource: argoResources.experiments, name: metadata.name, patch })),
    ],
    remove: historyOf(facts, current),
  };
}

/** What ended longer ago than the Rollout keeps, or is of versions that are gone. What the status tells of stays. */
function historyOf({ observed: { analysisRuns, experiments, replicaSets }, rollout: { spec, status } }: Facts, current: ReadonlySet<string>): NamedObject[] {
  const told = runTypes.flatMap((type) => toldOf(status ?? {}, type)?.name ?? []);
  const old = runsToRemove(analysisRuns, replicaSets, spec, new Set([...current, ...told]));
  const gone = experimentsToRemove(experiments.filter(({ metadata }) => !current.has(metadata.name)), replicaSets, spec.analysis);
  return [...old.map(({ metadata }) => ({ resource: argoResources.analysisRuns, name: metadata.name })), ...gone.map(({ metadata }) => ({ resource: argoResources.experiments, name: metadata.name }))];
}

function beginnings(facts: Facts, { outcomes, update, pauses }: Course): Pick<Measures, 'apply' | 'problems'> {
  const apply: KubernetesObject[] = [];
  const problems: string[] = [];
  const release = update.release?.metadata.name ?? '';
  for (const each of outcomes.analyses) {
    if (each.run && !isAgain(each, outcomes, pauses.conditions.map(({ reason }) => reason))) continue;
    const made = newRun(facts, each);
    if (made.run) apply.push(ofRelease(made.run, release));
    else problems.push(...made.problems);
  }
  const { experiment } = outcomes;
  const step = experiment && !experiment.found ? facts.steps[experiment.step]?.experiment : undefined;
  if (experiment && step && facts.stable && facts.newest) {
    const made = experimentOf(facts.rollout, experiment.step, step, { stable: facts.stable, canary: facts.newest, revision: facts.wanted.revision, existing: facts.observed.experiments });
    if ('problems' in made) problems.push(...made.problems);
    else if (made.isNew) apply.push(withStep(ofRelease(made.experiment, release), experiment.step));
  }
  return { apply, problems };
}

/** One in the background that could not tell begins anew once a person has gone on. */
function isAgain({ type, run, isKnownUndecided }: WantedAnalysis, { undecided }: Outcomes, open: readonly string[]): boolean {
  return type === 'Background' && isKnownUndecided && run?.status?.phase === 'Inconclusive' && undecided.includes('InconclusiveAnalysisRun') && !open.includes('InconclusiveAnalysisRun');
}

function newRun({ rollout, wanted, stableHash, template, observed }: Facts, { analysis, type, step }: WantedAnalysis): ReturnType<typeof analysisRunOf> {
  return analysisRunOf({
    rollout, analysis, type,
    ...(step === undefined ? {} : { step }),
    revision: String(wanted.revision),
    hashes: { stable: stableHash, latest: wanted.hash },
    matchLabels: template.selector.matchLabels,
    known: observed.known,
    taken: new Set(observed.analysisRuns.map(({ metadata }) => metadata.name)),
  });
}

function withStep<T extends KubernetesObject>(object: T, step: number): T {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, [EXPERIMENT_STEP]: String(step) } } };
}
