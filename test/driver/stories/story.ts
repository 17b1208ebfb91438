import type { PolicySpec, ReleasePolicy } from '../../../src/model/release-policy.js';
import type { Release } from '../../../src/model/release.js';
import type { FaultPort } from '../../../src/ports/fault-port.js';
import { Driver, resources, serinResources } from '../driver.js';
import { deployment, namespace, policy, service, setImage, virtualService, web } from '../program.js';
import type { SavedGame } from '../saved-game.js';

/** A release from its start to rest, with what people do meanwhile. */
export interface Story {
  /** Until a policy rests. */
  prepare(driver: Driver): Promise<void>;
  /** Asks for the new version. */
  begin(driver: Driver): Promise<void>;
  /** Done again and again while it runs; must bear to be done twice. */
  people?(driver: Driver, release: Release): Promise<void>;
  readonly ends: string;
}

/** A cluster as it was just after a write of the controller. */
export interface Boundary {
  readonly name: string;
  readonly game: SavedGame;
}

/** A policy for the Deployment `web` with this strategy. */
export function policyWith(strategy: PolicySpec['strategy'], change: Partial<PolicySpec> = {}): ReleasePolicy {
  const base = policy();
  return { ...base, spec: { ...base.spec, drain: '1s', readyTimeout: '10m', strategy, ...change } };
}

/** Brings up a Deployment that has had a version before the present one, and its policy, until that rests. */
export async function settleWithHistory(driver: Driver, own: ReleasePolicy, replicas = 4): Promise<void> {
  const rolledOut = (image: string) =>
    driver.until(`${image} runs alone`, () => {
      const found = driver.object(resources.deployments, web);
      return found?.status?.updatedReplicas === replicas && found.status.replicas === replicas && found.status.availableReplicas === replicas && found.spec.template.spec?.containers[0]?.image === image;
    });
  await driver.run(async () => {
    await driver.client.create(resources.services, service);
    await driver.client.create(resources.virtualServices, virtualService);
    await driver.client.create(resources.deployments, deployment('web:v0', replicas));
  });
  await rolledOut('web:v0');
  await setImage(driver, 'web:v1');
  await rolledOut('web:v1');
  await driver.run(() => driver.client.create(serinResources.releasePolicies, own));
  await driver.until('the policy rests', () => driver.object(serinResources.releasePolicies, web)?.status?.phase === 'Resting' && driver.object(resources.deployments, web)?.metadata.labels?.['serin.dev/policy'] === 'web');
}

/** Plays a story once, undisturbed. @returns its end, and the cluster at every write of the controller */
export async function playOnce(story: Story): Promise<{ readonly end: unknown; readonly boundaries: readonly Boundary[] }> {
  const boundaries: Boundary[] = [];
  const driver = new Driver({ seed: 7 });
  const faults: FaultPort = {
    reach(name) {
      // Before the next write is the same moment for whoever dies there, but for what others did meanwhile.
      if (!name.endsWith('.after')) return Promise.resolve();
      const { phase, step } = driver.object(serinResources.releases, { namespace, name: 'web-1' })?.status ?? {};
      boundaries.push({ name: `${name} in ${phase ?? 'nothing'}, step ${(step?.index ?? 0) + 1}`, game: driver.save() });
      return Promise.resolve();
    },
  };
  await driver.start();
  try {
    await story.prepare(driver);
    await driver.killController();
    await driver.startController(faults);
    await story.begin(driver);
    return { end: await untilTheEnd(driver, story), boundaries };
  } finally {
    await driver.stop();
  }
}

/** Goes on from a boundary at which the controller died. @returns the end */
export async function playFrom(story: Story, { game }: Boundary): Promise<unknown> {
  const driver = new Driver({ seed: 7, game });
  await driver.startCluster();
  try {
    await driver.startController();
    return await untilTheEnd(driver, story);
  } finally {
    await driver.stop();
  }
}

async function untilTheEnd(driver: Driver, story: Story): Promise<unknown> {
  const jobs = new Set(driver.objects(resources.jobs, namespace).map(({ metadata }) => metadata.uid));
  driver.onCommit(({ type, stored }) => {
    if (type === 'ADDED' && stored.collection === 'batch/jobs') jobs.add(stored.object.metadata.uid);
  });
  await driver.until('the policy is at rest again', async () => {
    const release = driver.object(serinResources.releases, { namespace, name: 'web-1' });
    if (release) await story.people?.(driver, release);
    const { status } = driver.object(serinResources.releasePolicies, web) ?? {};
    return status?.concluded === 'web-1' && (status.phase === 'Resting' || status.phase === 'Holding');
  });
  await driver.until('every status is written', () => driver.objects(resources.replicaSets, namespace).every(({ spec, status }) => (status?.readyReplicas ?? 0) === spec.replicas));
  await driver.pass(1);
  return { jobs: jobs.size, ...left(driver) };
}

/** The objects that are left, comparable. */
function left(driver: Driver): Record<string, unknown> {
  const [release] = driver.objects(serinResources.releases, namespace);
  return {
    phase: release?.status?.phase,
    reason: release?.status?.abortReason,
    steps: release?.status?.phase === 'Completed' ? release.status.step.index : undefined,
    finalizers: driver.objects(resources.jobs, namespace).flatMap(({ metadata }) => metadata.finalizers ?? []),
    deployments: driver.objects(resources.deployments, namespace).map(({ metadata, spec, status }) => [metadata.name, spec.replicas, spec.paused ?? false, status?.readyReplicas ?? 0, metadata.labels]),
    replicaSets: driver.objects(resources.replicaSets, namespace).map(({ metadata, spec }) => [metadata.name, spec.replicas, metadata.ownerReferences?.map(({ kind, controller }) => `${kind} ${String(controller ?? false)}`)]),
    routes: driver.objects(resources.virtualServices, namespace).map(({ spec, metadata }) => [spec, metadata.annotations]),
    services: driver.objects(resources.services, namespace).map(({ metadata, spec }) => [metadata.name, spec?.selector, metadata.annotations]),
    rules: driver.objects(resources.destinationRules, namespace).length,
    releases: driver.objects(serinResources.releases, namespace).map(({ metadata }) => [metadata.name, metadata.finalizers]),
  };
}
