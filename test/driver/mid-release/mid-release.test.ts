import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Driver, serinResources } from '../driver.js';
import { namespace } from '../program.js';
import type { SavedGame } from '../saved-game.js';
import { Witness } from '../witness.js';
import { endingOf, untilStill, type Ending } from './ending.js';
import { A_WHILE, happenings, type Happening } from './happenings.js';
import { expectedEnding, outcomes } from './outcomes.js';
import { lasting, playScenes, scenes, type Scene } from './scenes.js';

/** The table of the documentation: what is to come of each event in each scene. */
function readTable(): { event: string; scene: Scene; cell: string }[] {
  const text = readFileSync(new URL('../../../docs/mid-release.md', import.meta.url), 'utf8');
  const [header = [], , ...rows] = text.split('\n').filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  expect(header).toEqual(['event', ...scenes]);
  return rows.flatMap(([event = '', ...cells]) => scenes.map((scene, index) => ({ event, scene, cell: cells[index] ?? '' })));
}

describe('in the middle of a release', () => {
  let games: ReadonlyMap<Scene, SavedGame>;
  beforeAll(async () => {
    games = await playScenes();
  });
  const table = readTable();

  it('the table has every event', () => {
    expect([...new Set(table.map(({ event }) => event))].sort()).toEqual(Object.keys(happenings).sort());
  });

  it.each(table)('$event | $scene -> $cell', async ({ event, scene, cell }) => {
    const happening = happenings[event];
    const outcome = outcomes[cell];
    const game = games.get(scene);
    if (!happening || !outcome || !game) throw new Error(`the table says what no test knows: ${event}, ${scene}, ${cell}`);
    const driver = new Driver({ seed: 5, game });
    await driver.startCluster();
    const witness = new Witness(driver, namespace, (complaint) => happening.excuses?.test(complaint) ?? false);
    try {
      const { ending, said } = await play(driver, scene, happening);
      if (outcome.waits) expect(said).toMatch(happening.says ?? /./);
      expect(ending).toEqual(expectedEnding(outcome, happening.replicas ?? 4, happening.routes ?? 'as found', ending));
      expect(witness.complaints).toEqual([]);
      expect(driver.errors).toEqual([]);
    } finally {
      await driver.stop();
    }
  });
});

async function play(driver: Driver, scene: Scene, { happen, mend }: Happening): Promise<{ ending: Ending; said: string }> {
  if (lasting.has(scene)) {
    await driver.startController();
    await driver.pass(0.5);
  }
  await driver.run(() => happen(driver));
  if (!lasting.has(scene)) await driver.startController();
  let said = '';
  if (mend) {
    await driver.pass(A_WHILE);
    said = driver.object(serinResources.releases, { namespace, name: 'web-1' })?.status?.message ?? '';
    await driver.run(() => mend(driver));
  }
  await untilStill(driver);
  return { ending: endingOf(driver), said };
}
