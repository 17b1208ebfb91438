import { advance } from '../src/engine/advance.js';
import type { Observation } from '../src/engine/observation.js';
import { releaseWith } from '../src/engine/testing/arbitraries.js';
import { World } from '../src/engine/testing/world.js';
import { reconcilePolicy } from '../src/controller/reconcile-policy.js';
import { reconcileRelease } from '../src/controller/reconcile-release.js';
import type { Release } from '../src/model/release.js';
import { seededRandom, type Random } from '../src/ports/random.js';
import { fillCaches, recordRelease, type FilledController } from './harness/filled-controller.js';
import { digits, median, times } from './harness/numbers.js';
import type { Subject } from './harness/subject.js';

const SMALL = 1_000;
const LARGE = 10_000;
const PASSES = 5;
/** One pass goes round and round the releases for so long. */
const PASS_MILLISECONDS = 400;

interface Case {
  readonly release: Release;
  readonly observation: Observation;
  readonly now: number;
}

/** Does one thing to the release with this number. */
type Work = (index: number) => unknown;

export const decisions: Subject = {
  name: 'decisions',
  title: 'Decisions on one core, with 1,000 and 10,000 releases',
  about:
    'Processor time, one after the other in this process. The engine alone: `advance` over releases and observations in all sorts of states. The loop: one whole pass of the controller ' +
    '(observe from filled caches, ask the router, decide, compare with what is on record) over a release that is in the middle of a step and needs no write, ' +
    'and one of its policy; with a namespace for each, and with a hundred in each namespace. Writes, the network and the filling of the caches are not in it. ' +
    'The ratio is the cost of one decision among 10,000 to that among 1,000: 1 is flat.',
  async measure(bench) {
    const rows: string[][] = [];
    const findings: string[] = [];
    const random = seededRandom(1);
    bench.note('makes releases in all sorts of states');
    const cases = Array.from({ length: LARGE }, (_, index) => makeCase(index, random));
    const decide: Work = (index) => {
      const { release, observation, now } = cases[index] ?? fail(index);
      return advance(release, observation, now);
    };
    rows.push(await compare('engine: advance', { small: decide, large: decide }));
    const recorded = await recordRelease(bench);
    for (const perNamespace of [1, 100]) {
      const small = fillCaches(recorded, SMALL, perNamespace);
      const large = fillCaches(recorded, LARGE, perNamespace);
      const where = perNamespace === 1 ? 'one in a namespace' : `${perNamespace} in a namespace`;
      const release = ({ context, releases }: FilledController): Work => (index) => reconcileRelease(context, releases[index] ?? fail(index));
      const policy = ({ context, policies }: FilledController): Work => (index) => reconcilePolicy(context, policies[index] ?? fail(index));
      rows.push(await compare(`loop: release, ${where}`, { small: release(small), large: release(large) }));
      rows.push(await compare(`loop: policy, ${where}`, { small: policy(small), large: policy(large) }));
      for (const [words, number] of small.waits()) if (!words.startsWith('Pauses')) findings.push(`${where}: ${number} of ${digits(SMALL)} releases do not pause as they should, but hold, so that this row measures holding: "${words}"`);
    }
    return { columns: ['what', `µs each of ${digits(SMALL)}`, `µs each of ${digits(LARGE)}`, 'ratio', `decisions/s with ${digits(LARGE)}`], rows, findings };
  },
};

/** @returns a row of the table */
async function compare(name: string, work: { readonly small: Work; readonly large: Work }): Promise<string[]> {
  const [small, large]: [number[], number[]] = [[], []];
  // Every release once, and code that is compiled: within reason.
  await microseconds(work.small, SMALL, 1_500);
  await microseconds(work.large, LARGE, 1_500);
  for (let turn = 0; turn < PASSES; turn++) {
    small.push(await microseconds(work.small, SMALL));
    large.push(await microseconds(work.large, LARGE));
  }
  return [name, digits(median(small)), digits(median(large)), times(median(large), median(small)), digits(1e6 / median(large))];
}

/** Processor time of one decision, the collector's included, on average. */
async function microseconds(work: Work, size: number, milliseconds = PASS_MILLISECONDS): Promise<number> {
  // Scattered over all of them, whatever the length of the pass.
  const stride = 7;
  let done = 0;
  const before = process.cpuUsage();
  for (const end = performance.now() + milliseconds; performance.now() < end; ) {
    for (let batch = 0; batch < 16; batch++) {
      const result = work((done++ * stride) % size);
      if (result instanceof Promise) await result;
    }
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / done;
}

/** A release of some plan, some way along, in a world that has worked on it. */
function makeCase(index: number, random: Random): Case {
  const weights = [1, 50, 100, 250, 500].filter(() => random() < 0.7);
  const steps = weights.flatMap((share) => [
    { kind: 'weight' as const, share },
    random() < 0.5 ? { kind: 'pause' as const, milliseconds: 5_000 } : { kind: 'analyze' as const, milliseconds: 5_000, minimumRequests: 20 },
  ]);
  const world = new World(releaseWith([{ kind: 'weight', share: 1 }, ...steps, { kind: 'promote' }]), 1 + (index % 8), random);
  for (let rounds = random() * 40; rounds > 0; rounds--) world.happen({ kind: 'round', works: 3, milliseconds: 500 });
  if (random() < 0.1) world.happen({ kind: 'abort' });
  if (random() < 0.1) world.happen({ kind: 'template', to: 'other' });
  return { release: { ...world.release, status: world.status }, observation: structuredClone(world.observation()), now: world.now + 1_000 };
}

function fail(index: number): never {
  throw new Error(`there is no release ${index}`);
}

