import { traitOf, type Application, type Component } from '../application.js';
import { batchSizes } from '../batches.js';
import { componentOfRollout, isRevisionOf, rolloutComponents, type PlacedStep } from '../rollout-steps.js';
import type { ApplicationProblem } from '../problem.js';
import { stepProperties } from '../properties/read.js';
import { stepSchemas, type CanaryRolloutProperties } from '../properties/steps.js';
import { traitSchemas, type RolloutTrait } from '../properties/traits.js';
import { listed, type CheckedComponent, type Path } from './context.js';
import type { KnownRevisions } from './known-revisions.js';
import { noSuchBatch } from './traits.js';

/** A step canary-rollout that can be read. */
interface Placed {
  readonly step: string;
  readonly path: Path;
  readonly properties: CanaryRolloutProperties;
  readonly component: Component;
}

/**
 * What is wrong with revisions that rollouts name, and with the steps canary-rollout as a whole.
 * @param sound components whose properties and traits can be read
 */
export function rolloutProblems(app: Application, sound: readonly CheckedComponent[], revisions: KnownRevisions, steps: readonly PlacedStep[]): ApplicationProblem[] {
  const problems: ApplicationProblem[] = [];
  const placed: Placed[] = [];
  for (const { step, path } of steps) {
    if (step.type !== 'canary-rollout' || stepSchemas['canary-rollout'].problems(step.properties, path).length > 0) continue;
    const at = [...path, 'properties'];
    const properties = stepProperties('canary-rollout', step);
    const component = componentOfRollout(app, properties);
    if (component) placed.push({ step: step.name, path: at, properties, component });
    else problems.push(noComponent(app, properties, at));
  }
  for (const { component, path } of sound) {
    const index = (component.traits ?? []).findIndex(({ type }) => type === 'rollout');
    const trait = component.traits?.[index];
    if (trait) problems.push(...ofComponent(component, traitSchemas.rollout.read(trait.properties), [...path, 'traits', index, 'properties'], placed.filter((each) => each.component === component), revisions));
  }
  return problems;
}

function noComponent(app: Application, { component, traffic }: CanaryRolloutProperties, path: Path): ApplicationProblem {
  const names = rolloutComponents(app).map(({ name }) => name);
  if (component !== undefined) return { path: [...path, 'component'], problem: `there is no component "${component}" with the trait rollout.`, remedy: names.length === 0 ? 'Give it the trait.' : `There ${names.length === 1 ? 'is' : 'are'} ${listed(names)}.` };
  if (names.length === 0) return { path, problem: 'no component has the trait rollout, so there is nothing to release.', remedy: 'Give the component the trait rollout.' };
  const weighed = names.filter((name) => traffic?.weightedTargets.some(({ revision }) => isRevisionOf(name, revision)));
  const problem = weighed.length > 1 ? 'weighs revisions of more than one component.' : 'does not say which component is meant.';
  return { path, problem, remedy: `Write component: ${names.join(' or ')}.` };
}

/** The trait of one component, and its steps in order. */
function ofComponent(component: Component, trait: RolloutTrait, path: Path, placed: readonly Placed[], revisions: KnownRevisions): ApplicationProblem[] {
  const problems: ApplicationProblem[] = trait.targetRevision === undefined ? [] : revisionProblem(component, trait.targetRevision, [...path, 'targetRevision'], revisions);
  const found = batchSizes(trait);
  if ('problem' in found) return problems;
  const count = found.sizes.length;
  const pending = trait.targetRevision ?? revisions.pendingOf(component);
  let before: Placed | undefined;
  let least = 0;
  for (const each of placed) {
    const { path, properties: { batchPartition, traffic } } = each;
    const at = [...path, 'batchPartition'];
    if (batchPartition >= count) problems.push({ path: at, problem: noSuchBatch(batchPartition, count), remedy: `Write at most ${count - 1}; batches are counted from 0.` });
    else if (before && batchPartition <= before.properties.batchPartition) problems.push({ path: at, problem: `the step ${before.step} has done the batch ${before.properties.batchPartition} already.`, remedy: 'Let every step go at least one batch further.' });
    if (traffic) {
      const weights = weightProblems(component, each, { last: batchPartition === count - 1, pending, revisions });
      const share = weightOfNew(component, traffic.weightedTargets, pending);
      if (weights.length === 0 && share !== undefined) {
        if (share < least) weights.push({ path: [...path, 'traffic', 'weightedTargets'], problem: `the new revision would go back from ${least} % to ${share} %.`, remedy: 'Weights may only rise; use canary-rollback to take a version back.' });
        least = Math.max(least, share);
      }
      problems.push(...weights);
    }
    before = each;
  }
  return problems;
}

type Targets = NonNullable<CanaryRolloutProperties['traffic']>['weightedTargets'];

/** The weight of the revision that is released; where nobody knows its name, of the one with the highest number. */
function weightOfNew(component: Component, targets: Targets, pending: string | undefined): number | undefined {
  if (pending !== undefined) return targets.find(({ revision }) => revision === pending)?.weight ?? 0;
  const numbered = targets.map(({ revision, weight }) => ({ weight, number: Number(revision.slice(component.name.length + 2)) }));
  return numbered.sort((a, b) => b.number - a.number)[0]?.weight;
}

function weightProblems(component: Component, { path, properties: { traffic } }: Placed, { last, pending, revisions }: { readonly last: boolean; readonly pending: string | undefined; readonly revisions: KnownRevisions }): ApplicationProblem[] {
  const targets = traffic?.weightedTargets ?? [];
  const at = [...path, 'traffic', 'weightedTargets'];
  if (!traitOf(component, 'canary-traffic')) return [{ path: [...path, 'traffic'], problem: `nothing splits the requests of ${component.name}.`, remedy: 'Give the component the trait canary-traffic, or leave traffic out.' }];
  const problems = targets.flatMap(({ revision }, index) => revisionProblem(component, revision, [...at, index, 'revision'], revisions));
  const running = revisions.runningOf(component);
  const idle = running === undefined || problems.length > 0 ? -1 : targets.findIndex(({ revision, weight }) => weight > 0 && revision !== running && revision !== pending);
  if (idle >= 0) problems.push({ path: [...at, idle, 'revision'], problem: `${targets[idle]?.revision ?? ''} does not run: ${running ?? ''} does.`, remedy: `Give its weight to ${running ?? ''}.` });
  const sum = targets.reduce((total, { weight }) => total + weight, 0);
  if (problems.length > 0 || sum !== 100 || !last) return problems;
  // Behind the last batch the old revision has no Pods.
  const late = targets.findIndex(({ revision, weight }) => weight > 0 && (pending === undefined ? targets.length > 1 && weight < 100 : revision !== pending));
  return late < 0 ? [] : [{ path: [...at, late, 'weight'], problem: `after the last batch there are no Pods but those of the new revision${pending === undefined ? '' : `, ${pending}`}.`, remedy: `Give ${pending ?? 'it'} 100.` }];
}

function revisionProblem(component: Component, revision: string, path: Path, revisions: KnownRevisions): ApplicationProblem[] {
  const pending = revisions.pendingOf(component);
  if (pending === undefined) {
    return isRevisionOf(component.name, revision) ? [] : [{ path, problem: `"${revision}" is no revision of ${component.name}.`, remedy: `They are called ${component.name}-v1, ${component.name}-v2 and so on.` }];
  }
  const all = revisions.namesOf(component);
  if (all.includes(revision)) return [];
  return [{ path, problem: `there is no revision "${revision}" of ${component.name}.`, remedy: `${all.length === 1 ? 'There is' : 'There are'} ${listed(all)}; what stands here is ${pending}.` }];
}
