import { seededRandom, type Random } from '../../../../src/ports/random.js';
import { systemClock } from '../../../../src/ports/clock.js';
import type { ApiRequest, ApiResponse, Transport } from '../../../../src/ports/transport.js';
import { FaultyNetwork, type Faults } from '../../../driver/faulty-transport.js';

const none: Faults = { refused: 0, lostBefore: 0, lostAfter: 0, cut: 0, late: 0 };

/** What can be done to the requests of a controller on their way, by name. */
export const networks: Readonly<Record<string, (seed: number) => { wrap(inner: Transport): Transport; begin(): void; readonly struck: () => number }>> = {
  'answers of 409, 429, 500 and 503': (seed) => network({ ...none, refused: 0.2 }, seed),
  'a bad line': (seed) => network({ ...none, lostBefore: 0.1, lostAfter: 0.1, cut: 0.1 }, seed),
  'watches that are cut and late': (seed) => network({ ...none, cut: 0.15, late: 700 }, seed),
  'a slow server': (seed) => wrapping((inner, count, random) => delayed(inner, 300, count, random), seed),
  'history that is compacted away': (seed) => wrapping(compacted, seed),
};

function network(faults: Faults, seed: number): ReturnType<(typeof networks)[string]> {
  const faulty = new FaultyNetwork(faults, seededRandom(seed), systemClock);
  return { wrap: (inner) => faulty.wrap(inner), begin: () => (faulty.bad = true), struck: () => Object.values(faulty.struck).reduce((sum, count) => sum + count, 0) };
}

type Counting = () => boolean;

function wrapping(wrap: (inner: Transport, count: Counting, random: Random) => Transport, seed: number): ReturnType<(typeof networks)[string]> {
  let [bad, struck] = [false, 0];
  const count = (): boolean => {
    if (bad) struck++;
    return bad;
  };
  return { wrap: (inner) => wrap(inner, count, seededRandom(seed)), begin: () => (bad = true), struck: () => struck };
}

/** Every answer comes late. @param most milliseconds */
function delayed(inner: Transport, most: number, strikes: Counting, random: Random): Transport {
  const request = async (asked: ApiRequest): Promise<ApiResponse> => {
    if (strikes()) await systemClock.sleep(random() * most, asked.signal);
    const answer = await inner.request(asked);
    await systemClock.sleep(random() * most, asked.signal);
    return answer;
  };
  return { request, stream: (asked) => inner.stream(asked) };
}

/** Watches end at some event, and who comes back is told by the API server itself that this version is too old. */
function compacted(inner: Transport, strikes: Counting, random: Random): Transport {
  let old = 0;
  return {
    request: (request) => inner.request(request),
    async stream(request) {
      const query = new URLSearchParams(request.query);
      if (old > 0) {
        old--;
        query.set('resourceVersion', '1');
      }
      const answer = await inner.stream({ ...request, query });
      return {
        ...answer,
        chunks: (async function* () {
          for await (const chunk of answer.chunks) {
            yield chunk;
            if (random() < 0.1 && strikes()) {
              old++;
              return;
            }
          }
        })(),
      };
    },
  };
}
