import type { Application, Component, WorkflowStep } from '../../frontends/kubevela/application.js';
import { COMPONENT, REVISION } from '../../frontends/kubevela/labels.js';
import type { ServiceStatus, WorkflowStatus, WorkflowStepStatus } from '../../frontends/kubevela/status.js';
import { workflowSteps } from '../../frontends/kubevela/workflow/planned-workflow.js';
import type { Deployment, ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { isOwnedBy } from '../../kubernetes/owners.js';
import { hasEnded, type Release } from '../../model/release.js';
import type { Role } from '../../model/version.js';
import { versionStatus, type VersionStatus } from '../status/view.js';
import { isSeen, messageOf, noticesOf } from './message.js';

/** Everything that the status of an Application is told from. */
export interface ApplicationObjects {
  readonly app: Application;
  readonly deployments: readonly Deployment[];
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: readonly Pod[];
  /** Of the namespace. */
  readonly releases: readonly Release[];
}

/** One step of the workflow, begun or not. */
export interface StepView {
  readonly name: string;
  readonly type: string;
  /** `pending` where it has not begun. */
  readonly phase: string;
  readonly reason?: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly subSteps: readonly StepView[];
}

/** One revision of a component that runs. */
export interface RevisionView extends VersionStatus {
  readonly revision: string;
  /** In per mille: what part of the requests it is sent, as written to routing objects; only while two share them. */
  readonly share?: number;
}

export interface ComponentView {
  readonly name: string;
  readonly type: string;
  /** Undefined until it is known. */
  readonly healthy: boolean | undefined;
  readonly message: string;
  readonly revisions: readonly RevisionView[];
  /** The release under way, by name. */
  readonly release?: string;
}

/** Where an Application stands. */
export interface ApplicationView {
  readonly name: string;
  readonly namespace: string;
  /** As KubeVela calls it: running, workflowSuspending…; empty until the controller has taken notice. */
  readonly phase: string;
  readonly revision: string | undefined;
  readonly workflow: { readonly phase: string; readonly mode: string; readonly startedAt?: string; readonly endedAt?: string; readonly suspended: boolean; readonly finished: boolean; readonly steps: readonly StepView[] };
  readonly components: readonly ComponentView[];
  /** What is not as it was asked for. */
  readonly notices: readonly string[];
  /** In one sentence what it does or waits for, and what to do. */
  readonly message: string;
}

/** Puts together what belongs to one Application. Pure. */
export function applicationView({ app, deployments, replicaSets, pods, releases }: ApplicationObjects): ApplicationView {
  const { status, metadata, spec } = app;
  const { workflow } = status ?? {};
  const notices = noticesOf(app);
  const [startedAt, endedAt] = [workflow?.startTime ?? undefined, workflow?.endTime ?? undefined];
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    phase: status?.status ?? '',
    revision: status?.latestRevision?.name,
    workflow: {
      phase: workflow?.status ?? 'pending',
      mode: workflow?.mode ?? '',
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(endedAt === undefined ? {} : { endedAt }),
      suspended: workflow?.suspend ?? false,
      finished: workflow?.finished === true && isSeen(app),
      steps: stepViews(app, workflow),
    },
    components: spec.components.map((component) => componentView(component, status?.services ?? [], { deployments, replicaSets, pods, releases, notices })),
    notices,
    message: messageOf(app),
  };
}

function stepViews(app: Application, workflow: WorkflowStatus | undefined): StepView[] {
  const given = new Map((app.spec.workflow?.steps ?? []).flatMap((step): [string, Pick<WorkflowStep, 'meta'>][] => [[step.name, step], ...(step.subSteps ?? []).map((each): [string, Pick<WorkflowStep, 'meta'>] => [each.name, each])]));
  const planned = workflowSteps(app).steps;
  const known = workflow?.steps ?? [];
  const one = (name: string, type: string, found: WorkflowStepStatus | undefined, subSteps: readonly StepView[]): StepView => ({
    name: given.get(name)?.meta?.alias === undefined ? name : `${name} (${given.get(name)?.meta?.alias ?? ''})`,
    type,
    phase: found?.phase ?? 'pending',
    ...(found?.reason ? { reason: found.reason } : {}),
    ...(found?.message ? { message: found.message } : {}),
    ...(typeof found?.firstExecuteTime === 'string' ? { startedAt: found.firstExecuteTime } : {}),
    subSteps,
  });
  const present = planned.map((step) => {
    const found = known.find(({ name }) => name === step.name);
    return one(step.name, step.type, found, step.subSteps.map((each) => one(each.name, each.type, found?.subSteps?.find(({ name }) => name === each.name), [])));
  });
  // A run that a newer spec is about to take the place of has steps of its own.
  const former = known.filter(({ name }) => !planned.some((step) => step.name === name));
  return [...present, ...former.map((step) => one(step.name ?? step.id, step.type ?? '', step, []))];
}

function componentView({ name, type }: Component, services: readonly ServiceStatus[], { deployments, replicaSets, pods, releases, notices }: Omit<ApplicationObjects, 'app'> & Pick<ApplicationView, 'notices'>): ComponentView {
  const own = deployments.filter(({ metadata }) => metadata.labels?.[COMPONENT] === name);
  const names = own.map(({ metadata }) => metadata.name);
  const release = releases.find(({ spec, status }) => spec.workload.kind === 'Versions' && !hasEnded(status?.phase ?? 'Preparing') && [spec.stable.replicaSet, spec.canary.replicaSet].some((each) => names.includes(each)));
  const roleOf = (deployment: string): VersionStatus['role'] => (release === undefined ? 'stable' : deployment === release.spec.canary.replicaSet ? 'canary' : deployment === release.spec.stable.replicaSet ? 'stable' : 'other');
  const service = services.find((each) => each.name === name);
  return {
    name,
    type,
    healthy: service?.healthy,
    // What is told of the Application is not told again of the component.
    message: notices.reduce((text, notice) => text.replace(notice, ''), service?.message ?? '').trim(),
    ...(release === undefined ? {} : { release: release.metadata.name }),
    revisions: own.map((deployment): RevisionView => {
      const role = roleOf(deployment.metadata.name);
      const shares = release?.status?.shares;
      const share = role === 'other' ? undefined : shares?.written?.[role satisfies Role];
      return {
        ...versionStatus(deployment, replicaSets.filter((each) => isOwnedBy(each, deployment)), role, pods, release),
        revision: deployment.metadata.labels?.[REVISION] ?? deployment.metadata.name,
        ...(share === undefined ? {} : { share }),
      };
    }).sort((a, b) => a.revision.localeCompare(b.revision, 'en', { numeric: true })),
  };
}
