import { oamResources, type Application } from '../../frontends/kubevela/application.js';
import type { ApplicationStatus } from '../../frontends/kubevela/status.js';
import { timestamp, withCondition, withoutCondition } from '../../kubernetes/conditions.js';
import { deepEqual } from '../../kubernetes/json.js';
import { message } from '../../model/messages.js';
import { write } from '../writes.js';
import { applyObjects, ApplyRefused, removeObjects, tellReleases } from './apply-objects.js';
import { ownerKey, type ApplicationContext, type ApplicationName } from './context.js';
import { observeApplication } from './observe-application.js';

/** The condition that says what the API server did not take. */
const APPLIED = 'Applied';

/**
 * One pass over one Application: observe, decide, write the decision down, then do what is written down.
 * @returns when to look again, milliseconds since the epoch
 */
export async function reconcileApplication(context: ApplicationContext, at: ApplicationName): Promise<number | undefined> {
  const key = ownerKey(at);
  const app = context.applications.applications.get(at);
  // What it was turned into goes with it, by owner references.
  if (!app || app.metadata.deletionTimestamp !== undefined) return letGoOf(context, at);
  const now = context.clock.now();
  const other = context.others.about(app);
  if (other) {
    context.calls.forget(key);
    if (context.toldOfOthers.get(key) === other.name) return other.until;
    context.toldOfOthers.set(key, other.name);
  } else context.toldOfOthers.delete(key);
  const decision = context.advance(app, observeApplication(context, app, other?.text), now);
  const recorded = await record(context, app, withRefusal(decision.status, context.refused.get(key), now));
  for (const what of decision.events) context.events.record(recorded, what, other ? 'Warning' : 'Normal');
  if (other) return other.until;
  try {
    await applyObjects(context, recorded, decision);
    await removeObjects(context, recorded, decision);
    await tellReleases(context, recorded, decision);
  } catch (error) {
    if (error instanceof ApplyRefused && context.refused.get(key) !== error.message) {
      context.refused.set(key, error.message);
      context.events.record(recorded, message('WriteRefused', { detail: error.message }), 'Warning');
    }
    throw error;
  }
  context.calls.carryOut(key, recorded, decision.calls);
  // What was refused has gone through: the next pass says so.
  if (context.refused.delete(key)) return now;
  return decision.lookAgainAt;
}

/** Forgets what was known of an Application that is gone, or that another controller leads. */
export function letGoOf(context: Pick<ApplicationContext, 'calls' | 'applied' | 'refused' | 'toldOfOthers'>, at: ApplicationName): undefined {
  const key = ownerKey(at);
  context.calls.forget(key);
  context.applied.forget(key);
  context.applied.forget(`${key} status`);
  context.refused.delete(key);
  context.toldOfOthers.delete(key);
}

/** The status with what the API server refused last. */
function withRefusal(status: ApplicationStatus, refusal: string | undefined, now: number): ApplicationStatus {
  const before = status.conditions ?? [];
  if (refusal === undefined) {
    return before.some(({ type }) => type === APPLIED) ? { ...status, conditions: withoutCondition(before, APPLIED) } : status;
  }
  return { ...status, conditions: [...withCondition(before, { type: APPLIED, status: 'False', reason: 'Refused', message: refusal, lastTransitionTime: timestamp(now) }, timestamp(now))] };
}

/** Once a pass, and only what changed; guarded by the version that was decided on. */
async function record(context: ApplicationContext, app: Application, status: ApplicationStatus): Promise<Application> {
  if (deepEqual(app.status ?? {}, status)) return app;
  const { managedFields: _, ...metadata } = app.metadata;
  return write(context, 'application.status', context.applications.applications, (client) => client.replace(oamResources.applications, { ...app, metadata, status }, { subresource: 'status' }));
}
