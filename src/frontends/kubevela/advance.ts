import type { ControllerRevision, Deployment } from '../../kubernetes/generated/apps-v1.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { message, type Message } from '../../model/messages.js';
import { formatProblem } from '../../model/policy-problem.js';
import type { Release } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import type { Application } from './application.js';
import { appliedResources, type Removal } from './applied-resources.js';
import { checkApplication } from './check.js';
import { driftOf } from './components/drift.js';
import { componentFacts, type ComponentFacts } from './components/facts.js';
import { wishOf, type Wish } from './components/goals.js';
import { heldFor } from './components/holding.js';
import { serviceStatus } from './components/service-status.js';
import { wantedObjects } from './components/wanted-objects.js';
import { conditionTypes, withConditions, withDrift } from './conditions.js';
import type { ApplicationProblem } from './problem.js';
import { publishedApplication } from './published-spec.js';
import { revisionRecords, surplusRevisions } from './revision-records.js';
import { applicationRevision, type RevisionRecord } from './revisions.js';
import type { ApplicationPhase, ApplicationStatus, RunPhase, WorkflowStatus } from './status.js';
import type { Answer, Call, Command } from './steps/step.js';
import { takeUp } from './workflow/commands.js';
import { earlier } from './workflow/durations.js';
import { passOverSteps, type MachinePass } from './workflow/machine.js';
import { stepsByName } from './workflow/phases.js';
import { plannedWorkflow } from './workflow/planned-workflow.js';
import { presentRun, runName } from './workflow/run.js';
import { runEvents, runStatus } from './workflow/run-status.js';

/** What is seen of an Application on its cluster. */
export interface ApplicationObservation {
  readonly controllerRevisions: readonly ControllerRevision[];
  readonly applicationRevisions: readonly KubernetesObject[];
  readonly deployments: readonly Deployment[];
  readonly policies: readonly ReleasePolicy[];
  readonly releases: readonly Release[];
  /** How calls ended, by key. */
  readonly answers: ReadonlyMap<string, Answer>;
  /** Who else looks after Applications on this cluster, if somebody does. */
  readonly otherController?: string | undefined;
}

/** What is to be; everything follows again from what is seen after it was done only in part. */
export interface ApplicationDecision {
  readonly status: ApplicationStatus;
  /** To be applied in this order. A `status` goes to the subresource. */
  readonly apply: readonly KubernetesObject[];
  readonly remove: readonly Removal[];
  readonly commands: readonly Command[];
  readonly calls: readonly Call[];
  readonly events: readonly Message[];
  /** Milliseconds since the epoch; undefined when only a change of what is seen can matter. */
  readonly lookAgainAt: number | undefined;
}

/** From an Application and what is seen of it to what is to be. Pure. @param now milliseconds since the epoch */
export function advanceApplication(given: Application, observation: ApplicationObservation, now: number): ApplicationDecision {
  const app = publishedApplication(given, observation.applicationRevisions);
  const nothing = { apply: [], remove: [], commands: [], calls: [], lookAgainAt: undefined };
  const before = app.status ?? {};
  if (app.metadata.deletionTimestamp !== undefined) return { ...nothing, status: { ...before, status: 'deleting' satisfies ApplicationPhase }, events: [] };
  if (observation.otherController !== undefined) {
    const conditions = withConditions(before.conditions, [{ type: 'Ready', holds: false, reason: 'OtherController', message: observation.otherController }], now);
    return { ...nothing, status: { ...before, conditions }, events: [message('ApplicationElsewhere', { other: observation.otherController })] };
  }
  const problems = checkApplication(app, { revisions: observation.controllerRevisions }).filter(({ severity }) => severity !== 'warning');
  return problems.length > 0 ? { ...nothing, ...refused(app, problems, now) } : carriedOn(app, observation, now);
}

/** The old state is kept: nothing of an Application that cannot be run is touched. */
function refused({ status = {}, metadata }: Application, problems: readonly ApplicationProblem[], now: number): Pick<ApplicationDecision, 'status' | 'events'> {
  const text = problems.map(formatProblem).join(' ');
  const known = status.conditions?.find(({ type }) => type === 'Parsed');
  const conditions = withConditions(status.conditions, [{ type: 'Parsed', holds: false, message: text }, { type: 'Ready', holds: false, message: 'The Application cannot be run as it is.' }], now);
  return {
    status: { ...status, status: 'starting' satisfies ApplicationPhase, conditions, ...observed(metadata.generation) },
    events: known?.status === 'False' && known.message === text ? [] : [message('ApplicationRefused', { problems: text })],
  };
}

const observed = (generation: number | undefined): Pick<ApplicationStatus, 'observedGeneration'> => (generation === undefined ? {} : { observedGeneration: generation });

function carriedOn(app: Application, observation: ApplicationObservation, now: number): ApplicationDecision {
  const record = applicationRevision(app, observation.applicationRevisions);
  const of = { name: record.name, hash: record.hash };
  const components = componentFacts(app, observation, of);
  const plan = plannedWorkflow(app);
  const run = presentRun(app, runName(app, record), plan, now);
  const { workflow, told } = run.begins ? { workflow: run.workflow, told: undefined } : takeUp(run.workflow, plan, now);
  const context = { app, plan, components, answers: observation.answers, now };
  const pass = workflow.finished === true ? standing(workflow) : passOverSteps(workflow.steps ?? [], context, nameOf(app, workflow));
  const status = runStatus(workflow, pass, now);
  const records = stepsByName(pass.steps);
  const wishes = new Map([...components].map(([name, facts]): [string, Wish | undefined] => [name, wishOf(facts, { plan, components, records })]));
  const wanted = [...components].flatMap(([name, facts]) => {
    const wish = wishes.get(name);
    return wish === undefined ? [] : wantedObjects(app, facts, wish, of, plan.rollouts);
  });
  const held = [...components].flatMap(([name, facts]) => {
    const wish = wishes.get(name);
    return wish === undefined ? [] : heldFor(facts, wish);
  });
  const complete = status.status === 'succeeded' && [...wishes.values()].every((wish) => wish !== undefined);
  const { listed, remove } = appliedResources(app.status?.appliedResources ?? [], wanted, { begins: run.begins, complete }, serving(components));
  return {
    status: statusOf(app, { components, wishes, record, workflow: status, appliedResources: listed }, now),
    apply: [...revisionRecords(record, components, status), ...wanted],
    remove: [...remove, ...surplusRevisions(record, observation.applicationRevisions)],
    commands: together([...pass.commands, ...held]),
    calls: pass.calls,
    events: runEvents(app, run, told, workflow, status),
    lookAgainAt: earlier(pass.lookAgainAt, run.restartsAt),
  };
}

const nameOf = ({ metadata }: Application, { appRevision = '', startTime }: WorkflowStatus) => ({ uid: metadata.uid ?? metadata.name, run: appRevision, startTime: startTime ?? '' });

/** A run that is over is not passed over again. */
const standing = ({ steps = [] }: WorkflowStatus): MachinePass => ({ steps, finished: true, commands: [], calls: [], lookAgainAt: undefined });

/** Deployments that users rely on, or that a release still moves. */
function serving(components: ReadonlyMap<string, ComponentFacts>): ReadonlySet<string> {
  return new Set([...components.values()].flatMap(({ stable, moving }) => [...(stable === undefined ? [] : [stable]), ...(moving ? [moving.spec.stable.replicaSet, moving.spec.canary.replicaSet] : [])]));
}

/** What one release is told is told at once. */
function together(commands: readonly Command[]): Command[] {
  const all = new Map<string, Command>();
  for (const { release, spec } of commands) all.set(release, { release, spec: { ...all.get(release)?.spec, ...spec } });
  return [...all.values()];
}

interface Known extends Required<Pick<ApplicationStatus, 'appliedResources'>> {
  readonly components: ReadonlyMap<string, ComponentFacts>;
  readonly wishes: ReadonlyMap<string, Wish | undefined>;
  readonly record: RevisionRecord;
  readonly workflow: WorkflowStatus;
}

function statusOf(app: Application, { components, wishes, record, workflow, appliedResources: applied }: Known, now: number): ApplicationStatus {
  const { status: before = {}, metadata } = app;
  const services = [...components].map(([name, facts]) => serviceStatus(app, facts, wishes.get(name)));
  const phase = phaseOf(workflow.status, services.every(({ healthy }) => healthy));
  const drifts = workflow.finished === true ? [...components.values()].flatMap((facts) => driftOf(facts) ?? []) : [];
  const done = phase === 'running';
  const set = conditionTypes.map((type) => {
    if (type === 'Workflow') return { type, holds: workflow.status === 'succeeded', ...(workflow.status === 'succeeded' ? {} : { reason: workflow.status === 'failed' ? 'ReconcileError' : 'Reconciling', ...(workflow.message === undefined ? {} : { message: workflow.message }) }) };
    if (type === 'Ready') return { type, holds: done, ...(done ? {} : { reason: phase === 'workflowFailed' || phase === 'unhealthy' ? 'ReconcileError' : 'Reconciling' }) };
    return { type, holds: true };
  });
  return {
    ...before,
    ...observed(metadata.generation),
    status: phase,
    conditions: withDrift(withConditions(before.conditions, set, now), drifts, now),
    latestRevision: { name: record.name, revision: record.revision, revisionHash: record.hash },
    services,
    appliedResources: applied,
    workflow,
  };
}

function phaseOf(run: RunPhase | undefined, healthy: boolean): ApplicationPhase {
  switch (run) {
    case 'suspending':
      return 'workflowSuspending';
    case 'terminated':
      return 'workflowTerminated';
    case 'failed':
      return 'workflowFailed';
    case 'succeeded':
      return healthy ? 'running' : 'unhealthy';
    case undefined:
    case 'initializing':
    case 'executing':
    case 'skipped':
      return 'runningWorkflow';
  }
}
