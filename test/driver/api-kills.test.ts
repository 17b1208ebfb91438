import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/ports/random.js';
import { chosenBoundaries, RANDOM_KILLS, SEED, WHICH } from './chosen-kills.js';
import { play, type Story } from './story.js';

const KILLS_PER_RUN = 8;

/** Kills the API server at the commit boundaries with these numbers, counted from the moment the new version arrives. */
class ApiKiller {
  boundaries = 0;
  killed = 0;
  #counting = false;
  readonly #kills: ReadonlySet<number>;

  constructor(kills: readonly number[] = []) {
    this.#kills = new Set(kills);
  }

  async run(story: Story): Promise<unknown> {
    return play(
      story,
      { apiDiesAt: () => this.#counting && this.#kills.has(this.boundaries++) },
      () => {
        this.#counting = true;
        return Promise.resolve();
      },
      (driver) => {
        if (!driver.apiIsDead) return false;
        this.killed++;
        driver.restartApi();
        return true;
      },
    );
  }
}

describe.each<Story>(['completed', 'aborted'])('rule 5: an API server that is killed at a commit, story "%s"', (story) => {
  const undisturbed = new ApiKiller();
  let end: unknown;
  beforeAll(async () => {
    end = await undisturbed.run(story);
    expect(end).toMatchObject({ phase: story === 'completed' ? 'Completed' : 'Aborted' });
    expect(undisturbed.boundaries).toBeGreaterThan(100);
  });

  it(`leads to the same end from ${WHICH} boundary`, async () => {
    for (const [boundary] of chosenBoundaries(Array.from({ length: undisturbed.boundaries }))) {
      const killer = new ApiKiller([boundary]);
      expect(await killer.run(story), `killed at ${boundary}`).toEqual(end);
      expect(killer.killed, `killed at ${boundary}`).toBe(1);
    }
  }, 600_000);

  it(`leads to the same end through ${RANDOM_KILLS / 2} kills at random (seed ${SEED})`, async () => {
    const random = seededRandom(SEED + (story === 'completed' ? 2 : 3));
    for (let killed = 0; killed < RANDOM_KILLS / 2; ) {
      const kills = Array.from({ length: KILLS_PER_RUN }, () => Math.floor(random() * undisturbed.boundaries));
      const killer = new ApiKiller(kills);
      expect(await killer.run(story), `seed ${SEED}, killed at ${kills.join(', ')}`).toEqual(end);
      killed += Math.max(1, killer.killed);
    }
  }, 300_000);
});
