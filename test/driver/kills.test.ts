import { describe, expect, it } from 'vitest';
import type { FaultPort } from '../../src/ports/fault-port.js';
import { seededRandom } from '../../src/ports/random.js';
import { Driver, resources, serinResources } from './driver.js';
import { namespace, setImage, settle, web } from './program.js';

/** How many kills at random the second part does; each run dies several times. */
const RANDOM_KILLS = Number(process.env['SERIN_RANDOM_KILLS'] ?? 200);
const KILLS_PER_RUN = 5;
const SEED = Number(process.env['SERIN_SEED'] ?? 20_260_101);

type Story = 'completed' | 'aborted';

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
async function play(story: Story, killer: Killer): Promise<unknown> {
  const driver = new Driver({ seed: 7 });
  await driver.start();
  try {
    await settle(driver);
    await driver.killController();
    await driver.startController(killer);
    driver.traffic.failing.canary = story === 'aborted' ? 0.5 : 0;
    await setImage(driver, 'web:v2');
    await driver.until('the policy is at rest again', async () => {
      if (killer.dying) {
        killer.killed++;
        // Not awaited inside virtual time that it would have to move itself.
        setImmediate(() => void driver.killController().then(() => driver.startController(killer)));
        return false;
      }
      const { status } = await driver.client.get(serinResources.releasePolicies, web);
      return (status?.phase === 'Resting' && status.concluded === 'web-1') || status?.phase === 'Holding';
    }, 900);
    return await finalObjects(driver);
  } finally {
    await driver.stop();
  }
}

async function finalObjects(driver: Driver): Promise<unknown> {
  return driver.run(async () => {
    const deployment = await driver.client.get(resources.deployments, web);
    const { items } = await driver.client.list(resources.replicaSets, { namespace });
    const release = await driver.client.find(serinResources.releases, { namespace, name: 'web-1' });
    return {
      phase: release?.status?.phase,
      reason: release?.status?.abortReason,
      // Lost evidence may come again a step later.
      steps: release?.status?.phase === 'Completed' ? release.status.step.index : undefined,
      deployment: { paused: deployment.spec.paused ?? false, labels: deployment.metadata.labels, ready: deployment.status?.readyReplicas, replicas: deployment.status?.replicas },
      replicaSets: items.map(({ metadata, spec, status }) => ({ name: metadata.name, size: spec.replicas, ready: status?.readyReplicas ?? 0, owners: metadata.ownerReferences?.map(({ kind, controller }) => `${kind} ${String(controller ?? false)}`) })),
      virtualService: (await driver.client.get(resources.virtualServices, web)).spec,
      annotations: (await driver.client.get(resources.virtualServices, web)).metadata.annotations,
      destinationRules: (await driver.client.list(resources.destinationRules, { namespace })).items.length,
      releases: (await driver.client.list(serinResources.releases, { namespace })).items.map(({ metadata }) => metadata.name),
    };
  });
}

describe.each<Story>(['completed', 'aborted'])('rule 5: a controller that is killed at a write, story "%s"', (story) => {
  it('comes to the same end from every boundary', async () => {
    const undisturbed = new Killer();
    const end = await play(story, undisturbed);
    expect(end).toMatchObject({ phase: story === 'completed' ? 'Completed' : 'Aborted' });
    expect(undisturbed.reached.length).toBeGreaterThan(30);
    for (const [index, boundary] of undisturbed.reached.entries()) {
      const killer = new Killer([index]);
      expect(await play(story, killer), `killed at ${index}, ${boundary}`).toEqual(end);
      expect(killer.killed, boundary).toBe(1);
    }
  }, 240_000);

  it(`comes to the same end through ${RANDOM_KILLS / 2} kills at random (seed ${SEED})`, async () => {
    const random = seededRandom(SEED + (story === 'completed' ? 0 : 1));
    const undisturbed = new Killer();
    const end = await play(story, undisturbed);
    let kills = 0;
    while (kills < RANDOM_KILLS / 2) {
      const chosen = Array.from({ length: KILLS_PER_RUN }, () => Math.floor(random() * undisturbed.reached.length * 1.5));
      const killer = new Killer(chosen);
      expect(await play(story, killer), `seed ${SEED}, killed at ${chosen.join(', ')}`).toEqual(end);
      kills += Math.max(1, killer.killed);
    }
  }, 240_000);
});
