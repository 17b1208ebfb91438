import type { Rollout } from '../../../frontends/argo/kinds/rollout.js';
import { RolloutStatusSchema, type RolloutStatus } from '../../../frontends/argo/kinds/rollout-status.js';
import { argoResources } from '../../../frontends/argo/resources.js';
import { timestamp, withoutCondition } from '../../../kubernetes/conditions.js';
import { isRecord } from '../../../kubernetes/json.js';
import { createMergePatch } from '../../../kubernetes/patch/merge-patch.js';
import { write } from '../../writes.js';
import type { RolloutContext } from './context.js';

/** The condition that says what the API server did not take. */
const REFUSED = 'ReplicaFailure';
/** What only a cloud's load balancer has. */
const FOREIGN: ReadonlySet<string> = new Set(['alb', 'albs']);
const OURS = Object.keys(RolloutStatusSchema.properties).filter((field) => !FOREIGN.has(field));

/**
 * Writes what changed of our fields, once a pass at most and guarded by the version that was decided on: a command that came in
 * between is neither lost nor taken for ours.
 */
export async function recordStatus(context: RolloutContext, rollout: Rollout, status: RolloutStatus): Promise<Rollout> {
  const { namespace = '', name, resourceVersion } = rollout.metadata;
  const changes = createMergePatch(ours(rollout.status), ours(status));
  if (changes === undefined) return rollout;
  const body = { metadata: { resourceVersion }, status: changes };
  return write(context, 'rollout.status', context.argo.rollouts, (client) => client.patch(argoResources.rollouts, { namespace, name }, { kind: 'merge', body }, { subresource: 'status' }));
}

function ours(status: unknown): Record<string, unknown> {
  return isRecord(status) ? Object.fromEntries(OURS.flatMap((field) => (status[field] === undefined ? [] : [[field, status[field]]]))) : {};
}

/** The status with what the API server refused last. @param now milliseconds since the epoch */
export function withRefusal(status: RolloutStatus, before: RolloutStatus | undefined, refusal: string | undefined, now: number): RolloutStatus {
  const others = withoutCondition(status.conditions, REFUSED);
  if (refusal === undefined) return others.length === (status.conditions?.length ?? 0) ? status : { ...status, conditions: others };
  const known = before?.conditions?.find(({ type, message }) => type === REFUSED && message === refusal);
  const since = timestamp(now);
  const condition = known ?? { type: REFUSED, status: 'True', reason: 'Refused', message: refusal, lastUpdateTime: since, lastTransitionTime: since };
  return { ...status, conditions: [...others, condition] };
}
