import { callerOf } from '../../approvals/giving.js';
import type { ClusterClient } from '../../cluster/client.js';
import { remember, type ToldVerb } from '../../commands/told.js';
import type { Release } from '../../model/release.js';

/** The name in which the cluster takes what a command writes; undefined where it does not say, which keeps nobody from telling a release something. */
export async function tellerOf(client: ClusterClient, signal: AbortSignal): Promise<string | undefined> {
  return callerOf(client, { signal }).then(({ username }) => username, () => undefined);
}

/** Puts on a release who told its policy something by a command. What was done stands without it. @param now milliseconds since the epoch */
export async function tell(client: ClusterClient, release: Release, verb: ToldVerb, now: number, signal: AbortSignal): Promise<void> {
  const user = await tellerOf(client, signal);
  if (user !== undefined) await remember(client, release, { user, verb }, now, signal);
}
