import { Type } from 'typebox';
import type { Clock } from '../../ports/clock.js';
import type { Rights } from '../rights.js';
import { defineRoute, type Route } from '../route.js';
import { StreamQuerySchema } from '../schemas/stream.js';
import type { Known } from '../resources/known.js';
import { requireReadable } from '../resources/visibility.js';
import { serinResources } from '../../model/resources.js';
import type { FrameRing } from './frame-ring.js';
import { read, STREAM_LIMITS, type StreamLimits } from './reader.js';
import { Viewer } from './viewer.js';

/** What the stream is made of. */
export interface StreamParts {
  readonly rights: Rights;
  readonly clock: Clock;
  readonly known: (signal: AbortSignal) => Promise<Known>;
  readonly ring: () => FrameRing;
  /** Takes over the wait for a reader's end. */
  readonly keep: (reading: Promise<void>) => void;
  readonly limits?: StreamLimits;
}

/** Changes of everything that one may see, as they happen: server-sent events (HTML Living Standard, 9.2). */
export function streamRoute({ rights, clock, known, ring, keep, limits = STREAM_LIMITS }: StreamParts): Route {
  return defineRoute({
    method: 'GET', path: '/api/v1/stream', operationId: 'streamChanges', summary: 'Changes of all that you may see, as server-sent events; goes on after Last-Event-ID.',
    query: StreamQuerySchema, answers: { 200: Type.String({ description: 'Events release, gone, policy, approvals and reset; a comment every 15 s.' }) }, contentType: 'text/event-stream', changes: false,
    async handle({ identity, query, headers, session, signal }) {
      if (query.namespace !== undefined) await requireReadable(rights, identity, serinResources.releases, query.namespace);
      await known(signal);
      const given = headers['last-event-id'];
      const viewer = new Viewer(rights, identity, clock, query.namespace);
      return {
        contentType: 'text/event-stream',
        stream: (out) => {
          const signedIn = session && untilExpired(clock, session.expiresAt, signal);
          const reading = read(out, { ring: ring(), viewer, clock, limits, lastEventId: given === undefined || given === '' ? undefined : Number(given), signal: signedIn?.signal ?? signal });
          keep(reading.finally(() => signedIn?.end()));
        },
      };
    },
  });
}

/** A signal that aborts with another one, and when a session ends. */
function untilExpired(clock: Clock, expiresAt: number, signal: AbortSignal): { readonly signal: AbortSignal; end(): void } {
  const expired = new AbortController();
  const stopped = new AbortController();
  const either = AbortSignal.any([signal, stopped.signal]);
  clock.sleep(Math.max(0, expiresAt - clock.now()), either).then(() => expired.abort(new Error('the session has ended')), () => undefined);
  return { signal: AbortSignal.any([signal, expired.signal]), end: () => stopped.abort() };
}
