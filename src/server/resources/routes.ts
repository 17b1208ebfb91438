import { conflict } from '../errors.js';
import type { ChatAct } from '../../notifications/callbacks/callback.js';
import type { RouteModule, RouteParts } from '../route.js';
import type { Identity } from '../identity.js';
import { FrameRing } from '../stream/frame-ring.js';
import { feed } from '../stream/feed.js';
import type { StreamLimits } from '../stream/reader.js';
import { streamRoute } from '../stream/stream-route.js';
import { sayToImage } from './acting/say.js';
import { actOnRelease, requireOwnPolicy } from './acting/act-on-release.js';
import { startCaches, type ResourceCaches } from './caches.js';
import { Known } from './known.js';
import type { ResourceParts } from './resource-parts.js';
import { approvalRoutes } from './routes/approval-routes.js';
import { imageRoutes } from './routes/image-routes.js';
import { policyRoutes } from './routes/policy-routes.js';
import { releaseRoutes } from './routes/release-routes.js';

/** So many frames are kept for those who were away. */
const FRAMES = 4_096;
/** Frames of a later process have higher numbers, as long as a process makes fewer than so many a millisecond. */
const FRAMES_A_MILLISECOND = 1_000;

interface Running {
  readonly caches: ResourceCaches;
  readonly known: Known;
  readonly ring: FrameRing;
  readonly unfeed: () => void;
}

/** What the API tells of releases, policies, approvals and images, and does to them. @param limits of streams, where they are not the ordinary ones */
export function resourceRoutes(parts: RouteParts, limits?: StreamLimits): RouteModule {
  const { client, clientOf, rights, clock, random, log, namespace } = parts;
  let running: Running | undefined;
  const readers = new Set<Promise<void>>();

  const start = (): Running => {
    const caches = startCaches({ client, clock, random, ...(namespace === undefined ? {} : { namespace }), onError: (error, about) => log.debug({ about, problem: error.message }, 'a watch is being mended') });
    const known = new Known(caches, clock);
    const ring = new FrameRing(FRAMES, clock.now() * FRAMES_A_MILLISECOND);
    return { caches, known, ring, unfeed: feed(known, ring) };
  };
  const known = async (signal: AbortSignal): Promise<Known> => {
    running ??= start();
    await running.caches.untilReady(signal);
    return running.known;
  };
  const resource: ResourceParts = { clientOf, rights, clock, known };
  const keep = (reading: Promise<void>): void => {
    const kept = reading.finally(() => readers.delete(kept));
    readers.add(kept);
  };

  return {
    routes: [
      ...releaseRoutes(resource), ...policyRoutes(resource), ...approvalRoutes(resource), ...imageRoutes(resource),
      streamRoute({ rights, clock, known, ring: () => (running ??= start()).ring, keep, ...(limits === undefined ? {} : { limits }) }),
    ],
    start: () => void (running ??= start()),
    act: (act, identity) => carryOut(resource, act, identity),
    async stop() {
      const stopping = running;
      if (!stopping) return;
      stopping.unfeed();
      stopping.known.stop();
      await Promise.all([...readers, stopping.caches.stop()]);
    },
  };
}

/** What somebody said in a chat, done as that person. */
async function carryOut({ clientOf, clock, known: knownOf }: ResourceParts, { via, kind, namespace, name, uid, verb, step, freezeWindow, seen }: ChatAct, identity: Identity): Promise<string> {
  const { signal } = new AbortController();
  const actor = { identity, client: clientOf(identity), clock, signal, via };
  if (kind === 'image') {
    if (verb === 'abort') throw conflict('An image can be approved or rejected, and nothing else.');
    const { done, next } = await sayToImage(actor, { namespace, name }, verb === 'approve', { uid });
    return `${done.en} ${next.en}`.trim();
  }
  const known = await knownOf(signal);
  const release = known.caches.releases.get({ namespace, name });
  if (release) requireOwnPolicy(known.policyOf(release), release, verb);
  const body = { uid, ...(step === undefined ? {} : { step }), ...(freezeWindow === undefined ? {} : { freezeWindow }), ...(seen === undefined ? {} : { seen: { plan: seen.plan, images: [...seen.images] } }) };
  const { done, next } = await actOnRelease(actor, { namespace, name }, verb, body);
  return `${done.en} ${next.en}`.trim();
}
