import { TransportError } from '../../src/cluster/transport-error.js';
import { Driver, resources, serinResources, type DriverOptions } from './driver.js';
import { namespace, policy, setImage, settle, web } from './program.js';
import type { SavedGame } from './saved-game.js';

/** A release from its start to rest: a good version, or one that fails half of its requests. */
export type Story = 'completed' | 'aborted';

/**
 * Runs one story to its end.
 * @param begin done when version v1 rests, before v2 arrives
 * @param meanwhile done at every look while the story runs; true when it disturbed something, so that nothing is read then
 * @returns the objects that are left, comparable
 */
export async function play(story: Story, options: DriverOptions, begin: (driver: Driver) => Promise<void>, meanwhile: (driver: Driver) => boolean): Promise<unknown> {
  const driver = new Driver({ seed: 7, game: await (settled ??= settledGame()), ...options });
  await driver.start();
  try {
    await begin(driver);
    driver.traffic.failing.canary = story === 'aborted' ? 0.5 : 0;
    await untilAnswered(() => setImage(driver, 'web:v2'), driver, meanwhile);
    await driver.until('the policy is at rest again', async () => {
      if (meanwhile(driver)) return false;
      const { status } = await driver.client.get(serinResources.releasePolicies, web).catch(ignoreDeath);
      return (status?.phase === 'Resting' && status.concluded === 'web-1') || status?.phase === 'Holding';
    }, 900);
    await driver.until('the last status is written', () => driver.objects(resources.replicaSets, namespace).every(({ spec, status }) => (status?.readyReplicas ?? 0) === spec.replicas), 300);
    return await finalObjects(driver);
  } finally {
    await driver.stop();
  }
}

/** Version v1 at rest: every story begins there, and it need not be played again for each. */
let settled: Promise<SavedGame> | undefined;

async function settledGame(): Promise<SavedGame> {
  const driver = new Driver({ seed: 7 });
  await driver.start();
  // Watches that were cut several times come back late; that must not look like Pods that do not get ready.
  const base = policy();
  await settle(driver, { policy: { ...base, spec: { ...base.spec, readyTimeout: '10m' } } });
  const game = driver.save();
  await driver.stop();
  return game;
}

/** What a user does when the server does not answer: the same again. */
async function untilAnswered(work: () => Promise<unknown>, driver: Driver, meanwhile: (driver: Driver) => boolean): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      meanwhile(driver);
      await driver.pass(1);
    }
  }
}

function ignoreDeath(error: unknown): { status?: undefined } {
  if (error instanceof TransportError) return {};
  throw error;
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
