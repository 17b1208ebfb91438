import type { Deployment } from '../../../kubernetes/generated/apps-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { Application } from '../application.js';
import { policyOf } from '../policy.js';
import { renderDestinationRule, workloadOfRevision } from '../render.js';
import type { RevisionOfApplication } from '../render/metadata.js';
import type { RolloutStep } from '../rollout-steps.js';
import { isReleased, type ComponentFacts, type ReleasedComponent } from './facts.js';
import type { Wish } from './goals.js';
import { lostRelease, retried, type Goal } from './releasing.js';
import { rolloutObject } from './rollout-object-of.js';
import { ownBatches } from './rollouts.js';

/**
 * The objects of a component that are to be there, in the order in which they are applied: routes and subsets before Pods, and
 * the policy that sets off a release last.
 */
export function wantedObjects(app: Application, facts: ComponentFacts, wish: Wish, of: RevisionOfApplication, rollouts: readonly RolloutStep[]): KubernetesObject[] {
  if (!isReleased(facts)) return [...facts.rendered.traits, facts.rendered.workload];
  const { stable } = facts;
  const { goal } = wish;
  // A rollback that leads nowhere touches nothing; a release that was taken back is not begun again by what comes after it.
  const lost = goal && lostRelease(facts, goal);
  const want = goal === undefined || lost ? stable : goal.want;
  if (want === undefined) return [];
  const versions = versionsFor(facts, want);
  return [
    ...facts.rendered.traits,
    ...(facts.rendered.traffic ? [renderDestinationRule(app, facts.component, versions, of)] : []),
    ...deployments(app, facts, want, wish.active && !lost, of),
    rolloutObject(app, facts, wish, want, rollouts),
    policy(app, facts, want, goal),
  ];
}

/** All revisions that may have Pods or requests, the stable one first and the wanted one last. */
function versionsFor({ stable, moving }: ReleasedComponent, want: string): string[] {
  const under = moving ? [moving.spec.stable.replicaSet, moving.spec.canary.replicaSet] : [];
  const all = [...(stable === undefined ? [] : [stable]), ...under].filter((name) => name !== want);
  return [...new Set([...all, want])];
}

/**
 * Deployments of the wanted and of the stable revision. One that is not there is made while something asks for it: without Pods
 * beside one that runs, since its release brings them, and whole where nothing else runs. Those of a release that is under way
 * are its own: it takes one away before it says that it is over.
 */
function deployments(app: Application, facts: ReleasedComponent, want: string, isAsked: boolean, of: RevisionOfApplication): Deployment[] {
  const { stable, moving, deployments: there, rendered } = facts;
  const released = moving ? [moving.spec.stable.replicaSet, moving.spec.canary.replicaSet] : [];
  return [...new Set([...(stable === undefined ? [] : [stable]), want])].flatMap((name): Deployment[] => {
    const rendering = workloadOf(app, facts, name, of);
    if (rendering === undefined) return [];
    if (there.has(name)) return [rendering];
    if (released.includes(name)) return [];
    const isOnly = stable === undefined || stable === name;
    if (!isOnly && !isAsked) return [];
    return [{ ...rendering, spec: { ...rendering.spec, replicas: isOnly ? rendered.rollout.targetSize : 0 } }];
  });
}

/** The Deployment of a revision: of the spec, or made again from the record. */
function workloadOf(app: Application, { component, rendered, records }: ReleasedComponent, name: string, of: RevisionOfApplication): Deployment | undefined {
  if (name === rendered.revision) return rendered.workload;
  const record = records.get(name);
  return record && workloadOfRevision(app, component, record, of);
}

function policy(app: Application, facts: ReleasedComponent, want: string, goal: Goal | undefined): KubernetesObject {
  const { rendered, stable, moving } = facts;
  const others = moving ? [moving.spec.stable.replicaSet, moving.spec.canary.replicaSet] : [];
  return policyOf(app, rendered, { stable, want, others }, goal?.rollouts ?? ownBatches(facts), goal && retried(facts, goal));
}
