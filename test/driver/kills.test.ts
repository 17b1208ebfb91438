import { beforeAll, describe, expect, it } from 'vitest';
import type { FaultPort } from '../../src/ports/fault-port.js';
import { seededRandom } from '../../src/ports/random.js';
import { chosenBoundaries, RANDOM_KILLS, SEED, WHICH } from './chosen-kills.js';
import { play as playStory, type Story } from './story.js';

/** Each run at random dies several times. */
const KILLS_PER_RUN = 5;

/** Stops the controller dead at the boundaries with these numbers, counted over the whole run. */
class Killer implements FaultPort {
  readonly reached: string[] = [];
  readonly #kills: ReadonlySet<number>;
  #dead = 0;
  killed = 0;

  constructor(kills: readonly number[] = []) {
    this.#kills = new Set(kills);
  }

  reach(boundary: string): Promise<void> {
    this.reached.push(boundary);
    if (!this.#kills.has(this.reached.length - 1)) return this.#dead > this.killed ? Promise.reject(new Error('dead')) : Promise.resolve();
    this.#dead++;
    return Promise.reject(new Error(`killed at ${boundary}`));
  }

  /** Whether a kill waits to be carried out on the process. */
  get dying(): boolean {
    return this.#dead > this.killed;
  }
}

/** Runs one story to its end, starting a new controller after every kill. @returns the objects that are left, comparable */
function play(story: Story, killer: Killer): Promise<unknown> {
  return playStory(
    story,
    {},
    async (driver) => {
      await driver.killController();
      await driver.startController(killer);
    },
    (driver) => {
      if (!killer.dying) return false;
      killer.killed++;
      // Not awaited inside virtual time that it would have to move itself.
      setImmediate(() => void driver.killController().then(() => driver.startController(killer)));
      return true;
    },
  );
}

describe.each<Story>(['completed', 'aborted'])('rule 5: a controller that is killed at a write, story "%s"', (story) => {
  const undisturbed = new Killer();
  let end: unknown;
  beforeAll(async () => {
    end = await play(story, undisturbed);
    expect(end).toMatchObject({ phase: story === 'completed' ? 'Completed' : 'Aborted' });
    expect(undisturbed.reached.length).toBeGreaterThan(30);
  });

  it(`comes to the same end from ${WHICH} boundary`, async () => {
    for (const [index, boundary] of chosenBoundaries(undisturbed.reached)) {
      const killer = new Killer([index]);
      expect(await play(story, killer), `killed at ${index}, ${boundary}`).toEqual(end);
      expect(killer.killed, boundary).toBe(1);
    }
  }, 900_000);

  it(`comes to the same end through ${RANDOM_KILLS / 2} kills at random (seed ${SEED})`, async () => {
    const random = seededRandom(SEED + (story === 'completed' ? 0 : 1));
    let kills = 0;
    while (kills < RANDOM_KILLS / 2) {
      const chosen = Array.from({ length: KILLS_PER_RUN }, () => Math.floor(random() * undisturbed.reached.length * 1.5));
      const killer = new Killer(chosen);
      expect(await play(story, killer), `seed ${SEED}, killed at ${chosen.join(', ')}`).toEqual(end);
      kills += Math.max(1, killer.killed);
    }
  }, 900_000);
});
