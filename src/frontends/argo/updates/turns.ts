import type { Rollout } from '../kinds/rollout.js';
import type { Facts } from './facts.js';

/** Which of the two Services that take turns users come by; undefined where none does yet, which counts as pong. */
type Turn = 'ping' | 'pong';

/** The Rollout with the Services that take turns in their present roles, by which everything else knows them. */
export function withTurns(facts: Facts): Facts {
  const { rollout } = facts;
  const { canary } = rollout.spec.strategy ?? {};
  if (!canary?.pingPong) return facts;
  return { ...facts, rollout: { ...rollout, spec: { ...rollout.spec, strategy: { canary: { ...canary, ...rolesOf(canary.pingPong, turnOf(facts)) } } } } };
}

/** Which Service the stable version has: the other one each time a version becomes the stable one. What is not asked for stays as it was told last. */
export function turnOf({ rollout, found, stableHash }: Pick<Facts, 'rollout' | 'found' | 'stableHash'>): Turn | undefined {
  const { stablePingPong } = found.canary ?? {};
  const told = stablePingPong === 'ping' || stablePingPong === 'pong' ? stablePingPong : undefined;
  if (!rollout.spec.strategy?.canary?.pingPong || stableHash === '' || stableHash === found.stableRS) return told;
  return told === 'ping' ? 'pong' : 'ping';
}

type PingPong = NonNullable<NonNullable<NonNullable<Rollout['spec']['strategy']>['canary']>['pingPong']>;

function rolesOf({ pingService, pongService }: PingPong, turn: Turn | undefined): { readonly stableService: string; readonly canaryService: string } {
  return turn === 'ping' ? { stableService: pingService, canaryService: pongService } : { stableService: pongService, canaryService: pingService };
}
