import { expect } from 'vitest';
import { Driver, serinResources } from '../driver.js';
import { namespace } from '../program.js';
import type { SavedGame } from '../saved-game.js';
import { Witness } from '../witness.js';
import { endingOf, untilStill, type Ending } from './ending.js';
import { A_WHILE, happenings, type Happening } from './happenings.js';
import { expectedEnding, outcomes } from './outcomes.js';

/**
 * Lets something happen in a saved game and expects the outcome that the table names, and nothing that must never be seen.
 * @param running whether a controller runs when it happens; else one is started right after
 */
export async function expectOutcome(game: SavedGame | undefined, event: string, cell: string, running: boolean): Promise<void> {
  const happening = happenings[event];
  const outcome = outcomes[cell];
  if (!happening || !outcome || !game) throw new Error(`the table says what no test knows: ${event}, ${cell}`);
  const driver = new Driver({ seed: 5, game });
  await driver.startCluster();
  const witness = new Witness(driver, namespace, (complaint) => happening.excuses?.test(complaint) ?? false);
  try {
    const { ending, said } = await play(driver, running, happening);
    if (outcome.waits) expect(said).toMatch(happening.says ?? /./);
    expect(ending).toEqual(expectedEnding(outcome, happening.replicas ?? 4, happening.routes ?? 'as found', ending));
    expect(witness.complaints).toEqual([]);
    expect(driver.errors).toEqual([]);
  } finally {
    await driver.stop();
  }
}

async function play(driver: Driver, running: boolean, { happen, mend }: Happening): Promise<{ ending: Ending; said: string }> {
  if (running) {
    await driver.startController();
    await driver.pass(0.5);
  }
  await driver.run(() => happen(driver));
  if (!running) await driver.startController();
  let said = '';
  if (mend) {
    await driver.pass(A_WHILE);
    said = driver.object(serinResources.releases, { namespace, name: 'web-1' })?.status?.message ?? '';
    await driver.run(() => mend(driver));
  }
  await untilStill(driver);
  return { ending: endingOf(driver), said };
}
