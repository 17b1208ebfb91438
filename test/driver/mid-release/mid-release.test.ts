import { beforeAll, describe, expect, it } from 'vitest';
import type { SavedGame } from '../saved-game.js';
import { happenings } from './happenings.js';
import { expectOutcome } from './playing.js';
import { lasting, playScenes, scenes, type Scene } from './scenes.js';
import { readTable } from './table.js';

describe('in the middle of a release', () => {
  let games: ReadonlyMap<Scene, SavedGame>;
  beforeAll(async () => {
    games = await playScenes();
  });
  const table = readTable(scenes);

  it('the table has every event', () => {
    expect([...new Set(table.map(({ event }) => event))].sort()).toEqual(Object.keys(happenings).sort());
  });

  it.each(table)('$event | $scene -> $cell', ({ event, scene, cell }) => expectOutcome(games.get(scene), event, cell, lasting.has(scene)));
});
