import { isForbidden, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';
import { findEvidence, whereSeen } from '../evidence/reading.js';
import { statusView } from '../status/view.js';
import type { Target } from '../target.js';
import type { Facts } from './facts.js';

/** Reads everything that an explanation is made from. What the caller may not see is left out. */
export async function gatherFacts(client: ClusterClient, { namespace, policy, release }: Target, signal: AbortSignal): Promise<Facts> {
  const list = async <T extends KubernetesObject>(resource: Resource<T>, fieldSelector?: string): Promise<T[]> => {
    try {
      return (await client.list(resource, { namespace, signal, ...(fieldSelector === undefined ? {} : { fieldSelector }) })).items;
    } catch (error) {
      if (isNotFound(error) || isForbidden(error)) return [];
      throw error;
    }
  };
  const about = policy ? `involvedObject.kind=${policy.kind},involvedObject.name=${policy.metadata.name}` : undefined;
  const [deployments, replicaSets, pods, autoscalers, budgets, approvals, events, evidence] = await Promise.all([
    list(resources.deployments), list(resources.replicaSets), list(resources.pods), list(resources.horizontalPodAutoscalers), list(resources.podDisruptionBudgets),
    list(serinResources.approvals), about === undefined ? [] : list(resources.events, about),
    release && whereSeen(() => findEvidence(client, release, signal)),
  ]);
  const name = policy?.spec.workload.deployment ?? (release?.spec.workload.kind === 'Deployment' ? release.spec.workload.name : undefined);
  return {
    view: statusView({ policy, release, deployments, replicaSets, pods, approvals, evidence: evidence?.spec }),
    deployment: deployments.find(({ metadata }) => metadata.name === name),
    autoscalers, budgets, approvals,
    events: events.map((event) => ({ time: event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '', text: event.message ?? event.reason ?? '' })).sort((a, b) => a.time.localeCompare(b.time)),
  };
}
