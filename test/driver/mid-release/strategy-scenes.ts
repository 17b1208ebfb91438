import type { Release } from '../../../src/model/release.js';
import { Driver, resources, serinResources } from '../driver.js';
import { namespace, setImage } from '../program.js';
import type { SavedGame } from '../saved-game.js';
import { policyWith, settleWithHistory } from '../stories/story.js';

/** Moments of a rolling and of a blue/green release, in the order of the table's columns. */
export const strategyScenes = ['In a batch', 'Between batches', 'Standing by'] as const;
export type StrategyScene = (typeof strategyScenes)[number];

/** Moments that last, so that the controller is running when something happens. */
export const lasting: ReadonlySet<StrategyScene> = new Set<StrategyScene>(['Between batches', 'Standing by']);

const rolling = policyWith({ rolling: { batches: ['50%'], between: [], maxSurge: 1 } }, { readyTimeout: '30s' });
const pausing = policyWith({ rolling: { batches: ['50%', '75%'], between: [{ pause: {} }], maxSurge: 1 } }, { readyTimeout: '30s' });
const blueGreen = policyWith({ blueGreen: { before: [], keep: '20s' } }, { readyTimeout: '30s' });

/** Plays a release until each of the moments and saves the game there. */
export async function playStrategyScenes(): Promise<ReadonlyMap<StrategyScene, SavedGame>> {
  return new Map<StrategyScene, SavedGame>([
    // The first Pod of two is in place of one of stable's, the second one is not there yet.
    ['In a batch', await play(rolling, (driver, { status, spec }) => status?.intent.sizes.stable === 3 && size(driver, spec.stable.replicaSet) === 3)],
    ['Between batches', await play(pausing, (_, { status }) => (status?.message ?? '').startsWith('Pauses'))],
    ['Standing by', await play(blueGreen, (_, { status }) => (status?.message ?? '').startsWith('Pauses until') && status?.shares?.accepted?.canary === 1000)],
  ]);
}

const size = (driver: Driver, name: string): number | undefined => driver.object(resources.replicaSets, { namespace, name })?.spec.replicas;

async function play(policy: ReturnType<typeof policyWith>, isThere: (driver: Driver, release: Release) => boolean): Promise<SavedGame> {
  const driver = new Driver({ seed: 3 });
  await driver.start();
  let game: SavedGame | undefined;
  driver.onChange(() => {
    const release = driver.object(serinResources.releases, { namespace, name: 'web-1' });
    if (release && !game && isThere(driver, release)) game = driver.save();
  });
  try {
    await settleWithHistory(driver, policy);
    await setImage(driver, 'web:v2');
    await driver.until('the moment comes', () => game !== undefined);
  } finally {
    await driver.stop();
  }
  if (!game) throw new Error('the moment never came');
  return game;
}

