import type { Course } from '../updates/course.js';
import type { Facts } from '../updates/facts.js';
import { wasTakenBack } from '../updates/update.js';

/** How long an abort waits for requests to come back before it is said all the same, in milliseconds. */
const PATIENCE = 30_000;

/**
 * Until when the status does not say yet that an update was taken back, in milliseconds since the epoch: its release has not
 * seen the abort, or the canary is still sent more than the release asks for, which is something only while stable cannot
 * carry all. Undefined where it is to be said. Who waits for Degraded relies on requests being back.
 */
export function takingBackUntil({ rollout, moving, now }: Pick<Facts, 'rollout' | 'moving' | 'now'>, { aborted, update }: Course): number | undefined {
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  // Where only Pods split requests, these follow in their own time.
  if (!aborted || moving === undefined || !(blueGreen ?? canary?.trafficRouting)) return undefined;
  if (wasTakenBack(moving) && (moving.status?.shares?.written?.canary ?? 0) <= (moving.status?.intent.share ?? 0)) return undefined;
  const { abortedAt } = update.said;
  const until = (abortedAt === undefined ? now : Date.parse(abortedAt)) + PATIENCE;
  return now < until ? until : undefined;
}
