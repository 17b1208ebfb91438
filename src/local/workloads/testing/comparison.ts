import { isDeepStrictEqual } from 'node:util';
import type { Replay } from './replay.js';
import type { ObjectChange, Scenario, StateStep } from './scenario.js';

/** What is compared, each by itself. */
export type Aspect = 'answers' | 'states' | 'sizes' | 'owners' | 'conditions' | 'progress' | 'deletion';

export interface Difference {
  readonly aspect: Aspect;
  readonly recorded: unknown;
  readonly replayed: unknown;
}

/** Where a replay ended differently. Intermediate sizes that only show how fast Pods became ready are not compared. */
export function compare(scenario: Scenario, replay: Replay): Difference[] {
  const recordedStates = scenario.steps.filter((step): step is StateStep => 'state' in step);
  const pairs: Difference[] = [
    { aspect: 'answers', recorded: [], replayed: replay.refusals },
    { aspect: 'states', recorded: recordedStates.map(inOrder), replayed: replay.states.map(inOrder) },
    { aspect: 'sizes', recorded: turningPoints(scenario.changes), replayed: turningPoints(replay.changes) },
    { aspect: 'owners', recorded: ownership(scenario.changes), replayed: ownership(replay.changes) },
    { aspect: 'conditions', recorded: withoutPodNames(scenario.conditions), replayed: withoutPodNames(replay.conditions) },
    { aspect: 'progress', recorded: milestones(scenario.progress), replayed: milestones(replay.progress) },
    { aspect: 'deletion', recorded: scenario.firstDeleted, replayed: scenario.firstDeleted && replay.firstDeleted },
  ];
  return pairs.filter(({ recorded, replayed }) => !isDeepStrictEqual(recorded, replayed));
}

function inOrder(state: StateStep): StateStep {
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  return { ...state, deployments: [...state.deployments].sort(byName), replicaSets: [...state.replicaSets].sort(byName) };
}

/** By object: each state of owners and pausing with the sizes at which its growth or shrinking began, turned or ended. */
function turningPoints(changes: readonly ObjectChange[]): Record<string, string[]> {
  const byObject: Record<string, { what: string; size: number }[]> = {};
  for (const change of changes) {
    if (change.object.startsWith('ConfigMap/')) continue;
    const what = describe(change);
    const size = change.replicas ?? -1;
    const points = (byObject[change.object] ??= []);
    const last = points.at(-1);
    const before = points.at(-2);
    if (last?.what === what && last.size === size) continue;
    const goesOn = before !== undefined && before.what === what && last?.what === what && Math.sign(last.size - before.size) === Math.sign(size - last.size);
    if (goesOn) points.pop();
    points.push({ what, size });
  }
  return Object.fromEntries(Object.entries(byObject).map(([object, points]) => [object, points.map(({ what, size }) => `${size} ${what}`)]));
}

/** By kind: in which order objects came, changed owners and went. */
function ownership(changes: readonly ObjectChange[]): Record<string, string[]> {
  const last = new Map<string, string>();
  const byKind: Record<string, string[]> = {};
  for (const change of changes) {
    const what = describe({ ...change, paused: false });
    if (last.get(change.object) === what) continue;
    last.set(change.object, what);
    (byKind[change.object.split('/')[0] ?? ''] ??= []).push(`${change.object} ${what}`);
  }
  return byKind;
}

/** Names of Pods that were refused end in random letters. */
function withoutPodNames(conditions: Scenario['conditions']): Record<string, string[]> {
  const plain = (condition: string): string => condition.replaceAll(/(\$replicaSet\d+)-[a-z0-9]{5}\b/g, '$1-…');
  return Object.fromEntries(Object.entries(conditions).map(([object, all]) => [object, all.map(plain)]));
}

/** The reasons of Progressing without those that come and go with the pace of Pods. */
function milestones(progress: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  const passing = ['NewReplicaSetCreated', 'FoundNewReplicaSet', 'ReplicaSetUpdated'];
  const kept = Object.entries(progress).map(([object, reasons]): [string, string[]] => {
    const lasting = reasons.filter((reason) => !passing.some((each) => reason.endsWith(each)));
    return [object, lasting.filter((reason, index) => reason !== lasting[index - 1])];
  });
  return Object.fromEntries(kept);
}

function describe({ owners = [], paused, deleting, deleted, finalizers }: ObjectChange): string {
  return [...owners, paused === true && 'paused', deleting === true && `deleting ${(finalizers ?? []).join(',')}`, deleted === true && 'deleted']
    .filter(Boolean)
    .join(', ');
}
