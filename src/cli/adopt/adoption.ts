import { isForbidden, isNotFound } from '../../cluster/api-error.js';
import { Memory } from '../../controller/eject/memory.js';
import { FLAGGER_GROUP, type FlaggerMetricTemplate } from '../../frontends/flagger/canary.js';
import { argoResources } from '../../frontends/argo/resources.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { serinResources } from '../../model/resources.js';
import type { Clock } from '../../ports/clock.js';
import { CliError } from '../errors.js';
import { argo, flagger, type FormerController } from './at-work.js';
import { canaries, type LiveCanary } from './canary-view.js';
import { canaryRefusal, canarySteps } from './canary-steps.js';
import { wantedOfCanary, wantedOfRollout } from './conversion.js';
import { foundNowList, type Reading } from './reading.js';
import { rolloutRefusal } from './rollout-refusals.js';
import { rolloutSteps } from './rollout-steps.js';
import { nextAction, type AdoptAction, type AdoptStep } from './step.js';
import { surroundings } from './surroundings.js';

/** What a person wants to become a policy. */
export interface AdoptTarget {
  readonly kind: 'rollout' | 'canary';
  readonly namespace: string;
  readonly name: string;
}

/** An adoption that may begin, or go on. */
export interface Adoption {
  readonly former: FormerController;
  readonly object: KubernetesObject;
  /** What is different once it is a policy. */
  readonly notes: readonly string[];
  /** Why it may not go on, or the steps; undefined once the object is gone. */
  look(): Promise<{ readonly refused: string } | { readonly steps: readonly AdoptStep[] } | undefined>;
}

const flaggerTemplates = { group: FLAGGER_GROUP, version: 'v1beta1', kind: 'MetricTemplate', plural: 'metrictemplates', namespaced: true } as unknown as Resource<FlaggerMetricTemplate & { metadata: { name: string } }>;

/** What comes next; the end once the object is gone. */
export async function nextOf({ look }: Adoption): Promise<AdoptAction> {
  const found = await look();
  if (!found) return { do: 'done' };
  return 'refused' in found ? { do: 'refuse', why: found.refused } : nextAction(found.steps);
}

/** @returns undefined where there is no such object @throws CliError for what no policy can say */
export async function adoptionOf(target: AdoptTarget, reading: Reading, clock: Clock): Promise<Adoption | undefined> {
  return target.kind === 'rollout' ? rolloutAdoption(target, reading, clock) : canaryAdoption(target, reading, clock);
}

async function rolloutAdoption({ namespace, name }: AdoptTarget, reading: Reading, clock: Clock): Promise<Adoption | undefined> {
  const { client, signal } = reading;
  const found = await client.find(argoResources.rollouts, { namespace, name }, { signal });
  if (!found) return undefined;
  const memory = new Memory(clock);
  const look = (): ReturnType<typeof surroundings> => {
    memory.lookAgain();
    return surroundings(reading, namespace, (what) => memory.waited(what));
  };
  const list = foundNowList(reading, namespace);
  const made = wantedOfRollout(found, await look(), await list(argoResources.analysisTemplates), await orNone(list(argoResources.clusterAnalysisTemplates)));
  if ('problems' in made) throw impossible(`Rollout ${name}`, made.problems);
  return {
    former: argo, object: { ...found, metadata: { ...found.metadata, name } }, notes: made.notes,
    look: async () => {
      const rollout = await client.find(argoResources.rollouts, { namespace, name }, { signal });
      if (!rollout || rollout.metadata.deletionTimestamp !== undefined) return undefined;
      const [around, policy, templates, clusterTemplates] = await Promise.all([look(), policyOf(reading, namespace, name), list(serinResources.metricTemplates), orNone(list(serinResources.clusterMetricTemplates))]);
      const view = { namespace, rollout, wanted: made, policy, metricTemplates: [...templates, ...clusterTemplates].map(({ kind, metadata }) => `${kind}/${metadata.name}`), around };
      const refused = rolloutRefusal(view);
      return refused === undefined ? { steps: rolloutSteps(view) } : { refused };
    },
  };
}

async function canaryAdoption({ namespace, name }: AdoptTarget, reading: Reading, clock: Clock): Promise<Adoption | undefined> {
  const { client, signal } = reading;
  const find = (): Promise<LiveCanary | undefined> => client.find(canaries, { namespace, name }, { signal });
  const found = await find();
  if (!found) return undefined;
  const memory = new Memory(clock);
  const made = wantedOfCanary(found, await foundNowList(reading, namespace)(flaggerTemplates));
  if ('problems' in made) throw impossible(`Canary ${name}`, made.problems);
  return {
    former: flagger, object: { ...found, metadata: { ...found.metadata, name } }, notes: made.notes,
    look: async () => {
      const canary = await find();
      if (!canary) return undefined;
      memory.lookAgain();
      const around = await surroundings(reading, namespace, (what) => memory.waited(what));
      const view = { namespace, canary, wanted: { policy: made.policy, metricTemplates: [] }, policy: await policyOf(reading, namespace, made.policy.metadata.name), around };
      const refused = canaryRefusal(view);
      return refused === undefined ? { steps: canarySteps(view) } : { refused };
    },
  };
}

const impossible = (title: string, problems: readonly string[]): CliError => new CliError(`no policy can be made of ${title}:\n${problems.map((each) => `  ${each}`).join('\n')}`);

async function policyOf({ client, signal }: Reading, namespace: string, name: string) {
  return client.find(serinResources.releasePolicies, { namespace, name }, { signal });
}

/** Whoever may not see a kind is told of none. */
async function orNone<T>(list: Promise<T[]>): Promise<T[]> {
  try {
    return await list;
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) return [];
    throw error;
  }
}
