import { beforeAll, describe, it } from 'vitest';
import type { SavedGame } from '../saved-game.js';
import { expectOutcome } from './playing.js';
import { lasting, playStrategyScenes, strategyScenes, type StrategyScene } from './strategy-scenes.js';
import { readTable } from './table.js';

describe('in the middle of a rolling or blue/green release', () => {
  let games: ReadonlyMap<StrategyScene, SavedGame>;
  beforeAll(async () => {
    games = await playStrategyScenes();
  });

  it.each(readTable(strategyScenes))('$event | $scene -> $cell', ({ event, scene, cell }) => expectOutcome(games.get(scene), event, cell, lasting.has(scene)));
});
