import { timestamp } from '../../../kubernetes/conditions.js';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { resources } from '../../../kubernetes/resources.js';
import type { Experiment, ExperimentStatus } from '../kinds/experiment.js';
import { endsAt, isEnding } from './ended.js';
import { SCALE_DOWN_DEADLINE } from './labels.js';
import { earliest, refusalKey, together, type ExperimentObservation, type PartialDecision } from './observation.js';
import { isFor, replicaSetOf, type ExperimentTemplate } from './replica-sets.js';
import { serviceName, serviceOf } from './services.js';

export type TemplateStatus = NonNullable<ExperimentStatus['templateStatuses']>[number];

/** What is to be done about one template, and how it stands. */
export interface TemplateDecision extends PartialDecision {
  readonly status: TemplateStatus;
}

const DEADLINE = 600;
const SCALE_DOWN_DELAY = 30;
const ENDS: readonly (string | undefined)[] = ['Successful', 'Failed', 'Error'];

/** The first state of a template. */
const begun = (name: string): TemplateStatus => ({ name, replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 });

/** Everything about the Pods of one template of an Experiment. @param hash of its Pods @param now milliseconds since the epoch */
export function advanceTemplate(experiment: Experiment, template: ExperimentTemplate, hash: string, observation: ExperimentObservation, now: number): TemplateDecision {
  const before = experiment.status?.templateStatuses?.find(({ name }) => name === template.name) ?? begun(template.name);
  const found = observation.replicaSets.find((each) => isFor(each, experiment, template));
  const ending = isEnding(experiment);
  const desired = ending ? 0 : (template.replicas ?? 1);
  const pods = podsOf(experiment, template, { found, hash, desired, ending }, observation, now);
  const service = serviceFor(experiment, template, { found, hash, desired }, observation);
  const counted: TemplateStatus = { ...before, ...countsOf(found), ...(hash === '' ? {} : { podTemplateHash: hash }) };
  const moved = (['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'] as const).some((field) => before[field] !== counted[field]) || pods.sizes.length > 0;
  if (moved || counted.lastTransitionTime === undefined) counted.lastTransitionTime = timestamp(now);
  if (service.name === undefined) delete counted.serviceName;
  else counted.serviceName = service.name;
  const { status, lookAgainAt } = stateOf(experiment, template, { counted, desired, ending }, [pods.fault, service.fault], now);
  const events = status.status === before.status ? [] : [{ reason: `Template${status.status ?? ''}`, text: transition('Template', template.name, before.status, status.status, status.message), type: status.status === 'Failed' || status.status === 'Error' ? 'Warning' : 'Normal' } as const];
  return { status, ...together([service, pods, { events, lookAgainAt }]) };
}

/** How something passed from one state to the next, as Argo's Events tell it. */
export const transition = (what: string, name: string, from: string | undefined, to: string | undefined, why: string | undefined): string =>
  `${what} '${name}' transitioned from ${from ?? ''} -> ${to ?? ''}${why === undefined || why === '' ? '' : `: ${why}`}`;

function countsOf(found: ReplicaSet | undefined): Pick<TemplateStatus, 'replicas' | 'updatedReplicas' | 'readyReplicas' | 'availableReplicas'> {
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = found?.status ?? {};
  return { replicas, updatedReplicas: replicas, readyReplicas, availableReplicas };
}

interface Wanted {
  readonly found: ReplicaSet | undefined;
  readonly hash: string;
  readonly desired: number;
}

interface Part extends Partial<PartialDecision> {
  /** Why it cannot be done. */
  readonly fault?: string;
}

function podsOf(experiment: Experiment, template: ExperimentTemplate, { found, hash, desired, ending }: Wanted & { ending: boolean }, observation: ExperimentObservation, now: number): Part & { sizes: PartialDecision['sizes'] } {
  if (!found) {
    // What is ending starts nothing.
    if (ending) return { sizes: [] };
    const wanted = replicaSetOf(experiment, template, hash, desired);
    const inTheWay = observation.replicaSets.some(({ metadata }) => metadata.name === wanted.metadata.name);
    const refusal = inTheWay ? `ReplicaSet ${wanted.metadata.name} is there already and is not this template's` : observation.refused?.get(refusalKey(wanted));
    if (refusal !== undefined) return { sizes: [], fault: `Failed to create ReplicaSet for template '${template.name}': ${refusal}` };
    const event = { reason: 'NewReplicaSetCreated', text: `Created ReplicaSet ${wanted.metadata.name} with size ${desired}`, type: 'Normal' } as const;
    return { sizes: [], create: [wanted], events: [event] };
  }
  const present = found.spec?.replicas ?? 1;
  if (present === desired) return { sizes: [] };
  if (desired > 0) return resized(found, present, desired);
  const delay = experiment.spec.scaleDownDelaySeconds ?? SCALE_DOWN_DELAY;
  const deadline = found.metadata.annotations?.[SCALE_DOWN_DEADLINE];
  if (delay <= 0) return resized(found, present, 0);
  if (deadline === undefined) {
    const at = now + delay * 1000;
    const patch = { metadata: { annotations: { [SCALE_DOWN_DEADLINE]: timestamp(at) } } };
    return { sizes: [], annotate: [{ resource: resources.replicaSets as Resource<KubernetesObject>, name: found.metadata.name, patch }], lookAgainAt: at };
  }
  const at = Date.parse(deadline);
  return Number.isNaN(at) || at <= now ? resized(found, present, 0) : { sizes: [], lookAgainAt: at };
}

function resized({ metadata: { name } }: ReplicaSet, from: number, to: number): Part & { sizes: PartialDecision['sizes'] } {
  return { sizes: [{ replicaSet: name, replicas: to }], events: [{ reason: 'ScalingReplicaSet', text: `Scaled ${to > from ? 'up' : 'down'} ReplicaSet ${name} from ${from} to ${to}`, type: 'Normal' }] };
}

/** The Service goes after the Pods: nothing leads to it any more by then. */
function serviceFor(experiment: Experiment, template: ExperimentTemplate, { found, hash, desired }: Wanted, observation: ExperimentObservation): Part & { name?: string } {
  const service = observation.services.find((each) => isFor(each, experiment, template));
  const remove = service ? [{ resource: resources.services as Resource<KubernetesObject>, name: service.metadata.name }] : [];
  if (!template.service) return { remove };
  if (desired === 0) {
    const isEmpty = !found || ((found.spec?.replicas ?? 1) === 0 && (found.status?.availableReplicas ?? 0) === 0);
    return isEmpty ? { remove } : service ? { name: service.metadata.name } : {};
  }
  if (service) return { name: service.metadata.name };
  const wanted = serviceOf(experiment, template, hash);
  const name = serviceName(experiment, template);
  const inTheWay = observation.services.some(({ metadata }) => metadata.name === name);
  const refusal = !wanted ? 'its containers name no ports' : inTheWay ? `Service ${name} is there already and is not this template's` : observation.refused?.get(refusalKey(wanted));
  if (!wanted || refusal !== undefined) return { fault: `Failed to create Service ${name} for template '${template.name}': ${refusal ?? ''}` };
  return { create: [wanted] };
}

interface Standing {
  readonly counted: TemplateStatus;
  readonly desired: number;
  readonly ending: boolean;
}

function stateOf(experiment: Experiment, template: ExperimentTemplate, { counted, desired, ending }: Standing, faults: readonly (string | undefined)[], now: number): { status: TemplateStatus; lookAgainAt?: number | undefined } {
  if (ENDS.includes(counted.status)) return { status: counted };
  const fault = faults.find((each) => each !== undefined);
  if (fault !== undefined) return { status: { ...counted, status: 'Error', message: fault } };
  if (ending) return { status: { ...counted, status: 'Successful' } };
  const end = endsAt(experiment);
  const isOver = end !== undefined && now >= end;
  if (counted.availableReplicas === desired) return { status: { ...counted, status: isOver ? 'Successful' : 'Running' }, lookAgainAt: isOver ? undefined : end };
  const seconds = experiment.spec.progressDeadlineSeconds ?? DEADLINE;
  const deadline = Date.parse(counted.lastTransitionTime ?? timestamp(now)) + seconds * 1000;
  if (now >= deadline) return { status: { ...counted, status: 'Failed', message: `Template '${template.name}' exceeded its progressDeadlineSeconds (${seconds})` } };
  return { status: { ...counted, status: 'Progressing' }, lookAgainAt: earliest([isOver ? undefined : end, deadline]) };
}

