import { timestamp, withCondition, withoutCondition } from '../../kubernetes/conditions.js';
import type { ApplicationCondition } from './status.js';

/** The conditions of KubeVela, in the order in which they come true. */
export const conditionTypes = ['Parsed', 'Revision', 'Policy', 'Render', 'Workflow', 'Ready'] as const;

/** That another revision runs than the spec asks for. */
export const DRIFT = 'Drift';

/** A condition to be set. */
export interface Stated {
  readonly type: string;
  readonly holds: boolean;
  /** Why, in one word: as KubeVela says it when absent. */
  readonly reason?: string;
  readonly message?: string;
}

/** Conditions with these ones set: what holds, and why something does not. @param now milliseconds since the epoch */
export function withConditions(before: readonly ApplicationCondition[] | undefined, stated: readonly Stated[], now: number): ApplicationCondition[] {
  return [...stated.reduce<readonly ApplicationCondition[]>((all, each) => withStated(all, each, now), before ?? [])];
}

function withStated(all: readonly ApplicationCondition[], { type, holds, reason = holds ? 'Available' : 'ReconcileError', message }: Stated, now: number): readonly ApplicationCondition[] {
  // A message that holds no longer must not stay behind.
  const bare = message === undefined ? all.map((each) => (each.type === type && each.message !== undefined ? withoutMessage(each) : each)) : all;
  return withCondition(bare, { type, status: holds ? 'True' : 'False', reason, lastTransitionTime: timestamp(now), ...(message === undefined ? {} : { message }) }, timestamp(now));
}

const withoutMessage = ({ message: _, ...rest }: ApplicationCondition): ApplicationCondition => rest;

/** Sets or removes the notice of another revision than the spec asks for. */
export function withDrift(before: readonly ApplicationCondition[], drifts: readonly string[], now: number): ApplicationCondition[] {
  if (drifts.length === 0) return withoutCondition(before, DRIFT);
  return withConditions(before, [{ type: DRIFT, holds: true, reason: 'OtherRevisionRuns', message: drifts.join(' ') }], now);
}
