import { resources } from '../../../kubernetes/resources.js';
import { experimentTraffic } from '../analyses/experiment-traffic.js';
import { measuresOf } from '../analyses/measures.js';
import type { Rollout } from '../kinds/rollout.js';
import { leftObjects } from '../leftovers/left-objects.js';
import { routesAtRest } from '../leftovers/routes-at-rest.js';
import { restartOf } from '../restarting/restart.js';
import { argoResources } from '../resources.js';
import type { ObjectPatch, RolloutDecision } from '../rollout-decision.js';
import type { RolloutObservation } from '../rollout-observation.js';
import { metadataPatches } from '../rollouts/ephemeral-metadata.js';
import { beyondHistory } from '../rollouts/history.js';
import { DESIRED_REPLICAS, REVISION, SCALE_DOWN_DEADLINE, WORKLOAD_GENERATION } from '../rollouts/labels.js';
import type { ResolvedTemplate } from '../rollouts/template.js';
import { workloadReplicas } from '../rollouts/workload-scale.js';
import { sizingOf } from '../scaling/sizes.js';
import { eventsOf } from '../status/events.js';
import { deadlineOf, isHealthy, isPaused, latenessOf } from '../status/progress.js';
import { takingBackUntil } from '../status/taking-back.js';
import { statusOf } from '../status/rollout-status.js';
import { commandsOf, courseOf } from './course.js';
import { factsOf, type Facts } from './facts.js';
import { withTurns } from './turns.js';
import { wantedPolicy } from './wanted-policy.js';

/** What is to be of a Rollout that passed the checks. */
export function served(rollout: Rollout, observed: RolloutObservation, template: ResolvedTemplate, now: number): RolloutDecision {
  const facts = withTurns(factsOf(rollout, observed, template, now));
  const course = courseOf(facts, latenessOf(rollout));
  const measures = measuresOf(facts, course);
  const sizing = sizingOf(facts, course);
  const restart = restartOf(facts, course.update.said.restartedAt);
  const problem = [...measures.problems, ...refusedPolicy(facts)].join(' ');
  const traffic = experimentTraffic(facts, course);
  const status = statusOf(facts, { ...course, experimentWeights: traffic.weights }, restart.restartedAt, problem === '' ? undefined : problem);
  const left = leftObjects(facts);
  const policy = wantedPolicy(facts, course);
  const replicaSet = facts.wanted.isNew ? [firstSized(facts)] : [];
  const old = beyondHistory(rollout, observed.replicaSets, inUse(facts));
  const deadline = facts.done && isHealthy(facts, status) ? undefined : isPaused(facts, status) || course.aborted ? undefined : deadlineOf({ ...facts, found: status }, course);
  return {
    status,
    apply: [...replicaSet, ...(policy ? [policy] : []), ...measures.apply],
    sizes: sizing.sizes,
    annotate: [...patchesOf(facts, sizing.deadlines), ...measures.annotate, ...workloadPatch(facts, status.availableReplicas ?? 0, isHealthy(facts, status))],
    // One after the other: both may write the same VirtualService.
    routes: traffic.writes.length > 0 ? traffic.writes : [...routesAtRest(facts), ...left.routes],
    remove: [...left.remove, ...old.map(({ metadata }) => ({ resource: resources.replicaSets, name: metadata.name })), ...measures.remove],
    evict: restart.evict,
    commands: commandsOf(facts, course),
    events: eventsOf(facts, course, status, sizing.sizes),
    lookAgainAt: earliest([sizing.lookAgainAt, restart.lookAgainAt, course.pauses.lookAgainAt, traffic.lookAgainAt, takingBackUntil(facts, course), deadline !== undefined && deadline > now ? deadline : undefined]),
  };
}

/** The first version goes out straight to its full size; others get their Pods from a release. */
function firstSized({ wanted, stable, stableHash, replicas }: Facts): Facts['wanted']['replicaSet'] {
  const first = stable === undefined && stableHash === wanted.hash;
  return first ? { ...wanted.replicaSet, spec: { ...wanted.replicaSet.spec, replicas } } : wanted.replicaSet;
}

/** ReplicaSets that are more than history. */
function inUse({ stable, wanted, moving }: Facts): ReadonlySet<string> {
  return new Set([wanted.replicaSet.metadata.name, ...(stable ? [stable.metadata.name] : []), ...(moving ? [moving.spec.stable.replicaSet, moving.spec.canary.replicaSet] : [])]);
}

/** Why no release of a version can start: its policy cannot be run. */
function refusedPolicy({ observed: { policy }, done, newest }: Facts): string[] {
  const { phase, observedGeneration, message } = policy?.status ?? {};
  return phase === 'Refused' && !done && newest !== undefined && observedGeneration === policy?.metadata.generation && message !== undefined ? [message] : [];
}

function patchesOf(facts: Facts, deadlines: ReturnType<typeof sizingOf>['deadlines']): ObjectPatch[] {
  const { rollout, observed, wanted, template } = facts;
  const { replicaSets, pods } = metadataPatches(rollout, { replicaSets: observed.replicaSets, pods: observed.pods, newest: wanted.hash, template: template.template });
  return [
    ...ownPatch(rollout, wanted.revision, template.workloadGeneration),
    ...(wanted.patch === undefined ? [] : [{ resource: resources.replicaSets, name: wanted.replicaSet.metadata.name, patch: wanted.patch }]),
    ...replicaSets.map((each) => ({ resource: resources.replicaSets, ...each })),
    ...pods.map((each) => ({ resource: resources.pods, ...each })),
    ...desiredPatches(facts),
    ...deadlines.map(({ replicaSet, at = null }) => ({ resource: resources.replicaSets, name: replicaSet, patch: { metadata: { annotations: { [SCALE_DOWN_DEADLINE]: at } } } })),
  ];
}

/** What tools read off the Rollout itself; and a size, without which nothing can scale it. */
function ownPatch({ metadata, spec }: Rollout, revision: number, workloadGeneration: number | undefined): ObjectPatch[] {
  const wanted = { [REVISION]: String(revision), [WORKLOAD_GENERATION]: workloadGeneration === undefined ? null : String(workloadGeneration) };
  const changed = Object.entries(wanted).filter(([key, value]) => (metadata.annotations?.[key] ?? null) !== value);
  const annotations = changed.length === 0 ? {} : { metadata: { annotations: Object.fromEntries(changed) } };
  const size = spec.replicas === undefined ? { spec: { replicas: 1 } } : {};
  const patch = { ...annotations, ...size };
  return Object.keys(patch).length === 0 ? [] : [{ resource: argoResources.rollouts, name: metadata.name, patch }];
}

/** How many Pods the Rollout asks for, on the ReplicaSets that stand for it. */
function desiredPatches({ stable, newest, replicas }: Facts): ObjectPatch[] {
  const of = [...new Set([stable, newest])].flatMap((each) => each ?? []);
  return of
    .filter(({ metadata }) => metadata.annotations?.[DESIRED_REPLICAS] !== String(replicas))
    .map(({ metadata }) => ({ resource: resources.replicaSets, name: metadata.name, patch: { metadata: { annotations: { [DESIRED_REPLICAS]: String(replicas) } } } }));
}

function workloadPatch({ rollout, observed: { workload } }: Facts, available: number, healthy: boolean): ObjectPatch[] {
  const replicas = workloadReplicas(rollout, workload, available, healthy);
  return replicas === undefined || !workload ? [] : [{ resource: resources.deployments, name: workload.metadata.name, patch: { spec: { replicas } } }];
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.flatMap((each) => each ?? []);
  return known.length === 0 ? undefined : Math.min(...known);
}
