import type { RoutingPlan } from '../../routers/router.js';
import type { Claim } from '../../routers/router.js';
import type { ClusterCopy } from './cluster-copy.js';

/** What a way through stages was like. */
export interface Walked {
  readonly claims: readonly Claim[];
  /** What was waited for between writes, in the router's words. */
  readonly waits: readonly string[];
}

/** More stages than any router has. */
const ROUNDS = 200;

/**
 * Goes the way of a router's plan on a copy, asking afresh after each stage. Where only time is waited for, it passes; where
 * something else is, the wait is told and the stages behind it follow.
 */
export function walk(copy: ClusterCopy, recorded: readonly Claim[], plan: (claims: readonly Claim[]) => RoutingPlan): Walked {
  let claims = recorded;
  const waits: string[] = [];
  const passed = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const current = plan(claims);
    claims = current.claims;
    const stage = current.stages.find(({ writes, waitsFor }) => writes.length > 0 || (waitsFor !== undefined && !passed.has(waitsFor)));
    if (!stage) return { claims, waits };
    for (const write of stage.writes) copy.apply(write);
    if (stage.writes.length > 0 || stage.waitsFor === undefined) continue;
    waits.push(stage.waitsFor);
    if (stage.waitsUntil === undefined) passed.add(stage.waitsFor);
    else copy.now = Math.max(copy.now, stage.waitsUntil);
  }
  return { claims, waits };
}
