import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/ports/random.js';
import { Driver, serinResources } from './driver.js';
import { FaultyNetwork, type Faults } from './faulty-transport.js';
import { endingOf, type Ending } from './mid-release/ending.js';
import { namespace, policy, setImage, settle, web } from './program.js';
import type { SavedGame } from './saved-game.js';
import { Witness } from './witness.js';

const RUNS = Number(process.env['SERIN_FAULT_RUNS'] ?? 100);
const SEED = Number(process.env['SERIN_SEED'] ?? 20_260_102);

/** Networks of different kinds of badness. */
const kinds: Readonly<Record<string, Faults>> = {
  'a busy server': { refused: 0.3, lostBefore: 0, lostAfter: 0, cut: 0, late: 0 },
  'a bad line': { refused: 0, lostBefore: 0.1, lostAfter: 0.15, cut: 0.1, late: 0 },
  'stale caches': { refused: 0, lostBefore: 0, lostAfter: 0, cut: 0.02, late: 1500 },
  'all of it': { refused: 0.1, lostBefore: 0.05, lostAfter: 0.1, cut: 0.05, late: 700 },
};

describe('faults between the controller and its API server', () => {
  let game: SavedGame;
  const struck: Record<string, number> = {};
  const ends: Partial<Record<Story, Ending>> = {};
  type Story = 'completed' | 'aborted';

  async function play(story: Story, seed: number, faults?: Faults): Promise<{ ending: Ending; complaints: string[] }> {
    let network: FaultyNetwork | undefined;
    const driver: Driver = new Driver({ seed: 21, game, controllerTransport: (inner) => (faults ? (network ??= new FaultyNetwork(faults, seededRandom(seed), driver.clock)).wrap(inner) : inner) });
    driver.traffic.failing.canary = story === 'aborted' ? 0.5 : 0;
    await driver.start();
    const witness = new Witness(driver, namespace);
    try {
      if (network) network.bad = true;
      await setImage(driver, 'web:v2');
      await driver.until('the policy is at rest again', () => {
        const { phase, concluded } = driver.object(serinResources.releasePolicies, web)?.status ?? {};
        return concluded === 'web-1' && (phase === 'Resting' || phase === 'Holding');
      }, 1800);
      await driver.until('all is given back', () => !faults || JSON.stringify(endingOf(driver)) === JSON.stringify(ends[story]), 300).catch(() => undefined);
      for (const [name, count] of Object.entries(network?.struck ?? {})) struck[name] = (struck[name] ?? 0) + count;
      if (!faults) await driver.pass(5);
      return { ending: endingOf(driver), complaints: witness.complaints };
    } finally {
      await driver.stop();
    }
  }

  beforeAll(async () => {
    const driver = new Driver({ seed: 21 });
    await driver.start();
    await settle(driver, { replicas: 2, policy: policy([{ weight: 50 }, { analyze: { for: '2s', minimumRequests: 20 } }]) });
    game = driver.save();
    await driver.stop();
    for (const story of ['completed', 'aborted'] as const) ends[story] = (await play(story, 0)).ending;
  });
  afterAll(() => console.log(`faults that struck: ${JSON.stringify(struck)}`));

  it('the undisturbed ends are what they should be', () => {
    expect(ends).toMatchObject({ completed: { policy: 'Resting', releases: { 'web-1': 'Completed' } }, aborted: { policy: 'Holding', releases: { 'web-1': 'Aborted TooManyFailures' } } });
  });

  it.each(Object.entries(kinds))(`%s: the same end (seed ${SEED})`, async (kind, faults) => {
    const runs = Math.ceil(RUNS / Object.keys(kinds).length);
    for (let run = 0; run < runs; run++) {
      const story = run % 2 === 0 ? 'completed' : 'aborted';
      const { ending, complaints } = await play(story, SEED + run, faults);
      expect({ ending, complaints }, `${kind}, ${story}, seed ${SEED + run}`).toEqual({ ending: ends[story], complaints: [] });
    }
  }, 240_000);
});
