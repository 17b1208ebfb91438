import type { ReplicaSet } from '../../../src/kubernetes/generated/apps-v1.js';
import type { Release } from '../../../src/model/release.js';
import { Driver, resources } from '../driver.js';
import { namespace, patchRelease, policy, setImage, settle, untilPhase } from '../program.js';
import type { SavedGame } from '../saved-game.js';

/** The moments of a release at which something may happen, in the order of the table's columns. */
export const scenes = ['Preparing', 'At 10 %', 'At a pause', 'Promoting', 'Stable gone', 'Handing over', 'Aborting', 'Holding'] as const;
export type Scene = (typeof scenes)[number];

/** Moments that last, so that the controller is running when something happens; the others are gone in no time, so it comes after. */
export const lasting: ReadonlySet<Scene> = new Set<Scene>(['At 10 %', 'At a pause', 'Holding']);

export const steps = [{ weight: 10 }, { analyze: { for: '20s', minimumRequests: 20 } }, { weight: 50 }, { pause: {} }, { weight: 100 }];

/** Plays the two stories once and saves the game at each of the moments. */
export async function playScenes(): Promise<ReadonlyMap<Scene, SavedGame>> {
  const games = new Map<Scene, SavedGame>();
  const { Aborting: isAborting, Holding: isHolding, ...onTheWay } = moments;
  await play(games, onTheWay, async (driver) => {
    await patchRelease(driver, 'web-1', { advanceTo: 4 });
    await untilPhase(driver, ['Completed']);
  });
  await play(games, { Aborting: isAborting, Holding: isHolding }, async (driver) => {
    await patchRelease(driver, 'web-1', { abort: true });
    await untilPhase(driver, ['Aborted']);
    await driver.pass(5);
    games.set('Holding', driver.save());
  });
  return games;
}

/** What tells where a release is. */
export interface Moment {
  readonly release: Release;
  readonly sizes: ReadonlyMap<string, { asked: number; pods: number }>;
}

async function play(games: Map<Scene, SavedGame>, wanted: Partial<typeof moments>, finish: (driver: Driver) => Promise<void>): Promise<void> {
  const driver = new Driver({ seed: 3 });
  await driver.start();
  const sizes = new Map<string, { asked: number; pods: number }>();
  let release: Release | undefined;
  driver.onCommit(({ stored }) => {
    if (stored.collection === 'apps/replicasets') {
      const { metadata, spec } = stored.object as ReplicaSet;
      sizes.set(metadata.name, { asked: spec.replicas ?? 1, pods: 0 });
    }
    // What is really there: a ReplicaSet's status is written a moment later.
    const pods = driver.objects(resources.pods, namespace).map(({ metadata }) => metadata.ownerReferences?.[0]?.name);
    for (const [name, size] of sizes) sizes.set(name, { ...size, pods: pods.filter((owner) => owner === name).length });
    if (stored.collection === 'serin.dev/releases') release = stored.object as Release;
    for (const scene of scenes) {
      if (release?.status && !games.has(scene) && wanted[scene]?.({ release, sizes })) games.set(scene, driver.save());
    }
  });
  await settle(driver, { policy: policy(steps) });
  await setImage(driver, 'web:v2');
  await driver.until('the release pauses', () => moments['At a pause']({ release: release as Release, sizes }));
  await finish(driver);
  await driver.stop();
}

const phase = ({ release }: Moment): string | undefined => release.status?.phase;

/** Whether a release is there. */
export const moments: Readonly<Record<Scene, (moment: Moment) => boolean>> = {
  'Preparing': (moment) => phase(moment) === 'Preparing' && moment.release.status?.intent.routing === 'split',
  'At 10 %': (moment) => phase(moment) === 'Progressing' && moment.release.status?.step.index === 1,
  'At a pause': (moment) => phase(moment) === 'Progressing' && moment.release.status?.step.index === 3 && (moment.release.status.message ?? '').startsWith('Pauses'),
  'Promoting': (moment) => phase(moment) === 'Promoting',
  'Stable gone': (moment) => {
    const stable = moment.sizes.get(moment.release.spec.stable.replicaSet);
    return phase(moment) === 'Promoting' && moment.release.status?.intent.sizes.stable === 0 && stable?.asked === 0 && stable.pods === 0;
  },
  'Handing over': (moment) => phase(moment) === 'HandingOver',
  'Aborting': (moment) => phase(moment) === 'Aborting',
  // Saved when nothing moves any more.
  'Holding': () => false,
};

export { namespace };
