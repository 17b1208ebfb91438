import { describe, expect, it } from 'vitest';
import type { FaultPort } from '../../src/ports/fault-port.js';
import { Driver, serinResources } from './driver.js';
import { getRelease, namespace, patchRelease, policy, setImage, settle, untilPhase, web } from './program.js';
import { endingOf } from './mid-release/ending.js';
import { Witness } from './witness.js';

/** Holds whoever comes to a boundary until it is thawed. */
class Ice implements FaultPort {
  readonly #at: string;
  #thaw: () => void = () => undefined;
  readonly #thawed = new Promise<void>((resolve) => (this.#thaw = resolve));
  frozen = 0;

  readonly #isTime: () => boolean;

  constructor(at: string, isTime: () => boolean = () => true) {
    this.#at = at;
    this.#isTime = isTime;
  }

  async reach(boundary: string): Promise<void> {
    if (boundary !== this.#at || !this.#isTime()) return;
    this.frozen++;
    await this.#thawed;
  }

  thaw(): void {
    this.#thaw();
  }
}

/**
 * The old leader freezes between having written down that the canary gets its first share and writing it to the routes; a person
 * aborts and a new leader comes; then the old one goes on as if nothing had happened. @returns what the witness saw
 */
async function thawAfterAbort(sameEpoch: boolean): Promise<{ complaints: string[]; frozen: number; phase: string | undefined }> {
  const driver = new Driver({ seed: 11 });
  await driver.start();
  await settle(driver);
  await driver.killController();
  const witness = new Witness(driver, namespace);
  const ice = new Ice('controller.routing.VirtualService.patch.before', () => (driver.object(serinResources.releases, { namespace, name: 'web-1' })?.status?.intent.share ?? 0) > 0);
  await driver.startController(ice);
  await setImage(driver, 'web:v2');
  await driver.until('the old leader is to write the first share', () => ice.frozen > 0);
  await patchRelease(driver, 'web-1', { abort: true });
  await driver.startController({ reach: () => Promise.resolve() }, { besideOthers: true, sameEpoch });
  await driver.pass(0.2);
  ice.thaw();
  await untilPhase(driver, ['Aborted', 'Completed']);
  await driver.pass(2);
  const result = { complaints: witness.complaints.filter((complaint) => complaint.includes('after an abort')), frozen: ice.frozen, phase: (await getRelease(driver))?.status?.phase };
  await driver.stop();
  return result;
}

describe('two controllers at once', () => {
  it('rule 3: a leader that was frozen before its write cannot raise a share after an abort', async () => {
    const { complaints, frozen, phase } = await thawAfterAbort(false);
    expect(frozen).toBeGreaterThan(0);
    expect({ complaints, phase }).toEqual({ complaints: [], phase: 'Aborted' });
  });

  it('rule 3 catches a controller that does not stamp what an older one may still write', async () => {
    const { complaints } = await thawAfterAbort(true);
    expect(complaints.length).toBeGreaterThan(0);
  });

  it.each(['release.status', 'replicaset.create', 'replicaset.size', 'routing.DestinationRule.create'])('comes to a good end when two lead and one freezes before %s', async (boundary) => {
    const driver = new Driver({ seed: 12 });
    await driver.start();
    try {
      await settle(driver);
      await driver.killController();
      const witness = new Witness(driver, namespace);
      const ice = new Ice(`controller.${boundary}.before`);
      await driver.startController(ice);
      await setImage(driver, 'web:v2');
      await driver.until('the old leader is frozen', () => ice.frozen > 0);
      await driver.startController({ reach: () => Promise.resolve() }, { besideOthers: true });
      await driver.pass(4);
      ice.thaw();
      await untilPhase(driver, ['Completed']);
      await driver.until('the policy rests', () => driver.object(serinResources.releasePolicies, web)?.status?.phase === 'Resting');
      expect(endingOf(driver)).toEqual({ policy: 'Resting', deployment: 'web:v2 x4', versions: ['web:v1: 0 Deployment', 'web:v2: 4 Deployment'], releases: { 'web-1': 'Completed' }, routes: 'as found' });
      expect(witness.complaints).toEqual([]);
    } finally {
      await driver.stop();
    }
  });
});

describe('two controllers that both believe they lead, in a pause', () => {
  it('do not stamp over each other: the lower epoch leaves the release as soon as it sees the higher', async () => {
    const driver = new Driver({ seed: 14 });
    await driver.startCluster();
    const older = await driver.startController();
    try {
      await settle(driver, { policy: policy([{ weight: 20 }, { pause: {} }, { weight: 100 }]) });
      await setImage(driver, 'web:v2');
      await driver.until('the pause', () => driver.object(serinResources.releases, { namespace, name: 'web-1' })?.status?.step.index === 1);
      await driver.pass(5);
      const stamps: unknown[] = [];
      driver.onCommit(({ stored: { collection, object } }) => {
        if (collection.startsWith('networking.istio.io/')) stamps.push(Reflect.get(Reflect.get(Reflect.get(object, 'metadata'), 'annotations') ?? {}, 'serin.dev/epoch'));
        // A chase goes on without end, in no time at all.
        if (stamps.length > 40) older.leads = false;
      });
      const { epoch } = await driver.startController({ reach: () => Promise.resolve() }, { besideOthers: true });
      await driver.pass(60);
      expect(stamps.length).toBeGreaterThan(0);
      // One each of DestinationRule and VirtualService; a cache that is late may cost one more.
      expect(stamps.length).toBeLessThanOrEqual(4);
      expect(stamps.at(-1)).toBe(String(epoch));
      expect((await getRelease(driver))?.status).toMatchObject({ epoch, phase: 'Progressing', step: { index: 1 } });
    } finally {
      await driver.stop();
    }
  });
});

describe('another leader', () => {
  const phases = ['Preparing', 'Progressing', 'Promoting', 'HandingOver', 'Aborting'] as const;

  it.each(phases)('takes over in %s', async (phase) => {
    const driver = new Driver({ seed: 13 });
    await driver.startCluster();
    let seen = false;
    driver.onCommit(({ stored }) => {
      seen ||= stored.collection === 'serin.dev/releases' && Reflect.get(Reflect.get(stored.object, 'status') ?? {}, 'phase') === phase;
    });
    const stopped: FaultPort = { reach: () => (seen ? Promise.reject(new Error('lost the lease')) : Promise.resolve()) };
    try {
      await driver.startController(stopped);
      const witness = new Witness(driver, namespace);
      await settle(driver);
      await setImage(driver, 'web:v2');
      if (phase === 'Aborting') {
        await driver.until('the canary gets requests', () => driver.object(serinResources.releases, { namespace, name: 'web-1' })?.status?.step.index === 1);
        await patchRelease(driver, 'web-1', { abort: true });
      }
      await driver.until(`the release is ${phase}`, () => seen);
      await driver.killController();
      await driver.startController({ reach: () => Promise.resolve() });
      const end = phase === 'Aborting' ? 'Aborted' : 'Completed';
      await untilPhase(driver, [end]);
      await driver.until('the policy has seen it', () => driver.object(serinResources.releasePolicies, web)?.status?.concluded === 'web-1');
      await driver.pass(2);
      expect(endingOf(driver)).toMatchObject({ policy: end === 'Completed' ? 'Resting' : 'Holding', routes: 'as found' });
      expect(witness.complaints).toEqual([]);
    } finally {
      await driver.stop();
    }
  });
});
