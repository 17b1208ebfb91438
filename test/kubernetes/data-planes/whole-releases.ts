import { expect } from 'vitest';
import { resources } from '../../../src/kubernetes/resources.js';
import type { LoadReport } from '../../../src/local/load/tally.js';
import { hasEnded } from '../../../src/model/release.js';
import { splitOf } from '../../../src/model/split.js';
import { systemClock } from '../../../src/ports/clock.js';
import { ask } from '../../scenarios/doors.js';
import { eventually } from '../../scenarios/local-cluster.js';
import { PATIENCE } from '../lab/lab-shop.js';
import { VersionedShop } from '../lab/versioned-shop.js';
import { DRAIN, hostOf, ReleasedShop, ShopUsers, untilOnly, untilServing, type ReleasePlane } from './released-shop.js';
import { expectCounted } from './shown-shares.js';

/** What `mortal-shop.mjs` fails with, and no proxy. */
const FAILS = 555;
/** Enough to tell the shares from others that are asked here. */
export const SOME = 400;
const half = { canary: { steps: [{ weight: 50 }, { pause: {} }] } };

/** A minute where the machine has nothing else to do. */
export const WHOLE_MILLISECONDS = 400_000;

/** What is tried on every plane, all at the same time, each with a shop of its own: the running controller, real processes, real users. */
export const wholeReleases: Readonly<Record<string, (plane: ReleasePlane) => Promise<void>>> = {
  'nothing is done, the control run: no request is lost': expectNothing,
  'a release: the shares are those asked, and no request is lost': expectRelease,
  'blue/green: the Service of the preview leads to the new version, and no request is lost': expectBlueGreen,
  'versions with Services of their own: routes lead from the one to the other, and no request is lost': expectVersions,
  'an abort by a person at a half: no request is lost, and routes are as they were found': expectAborted,
  'a canary that crashes is taken back: nobody meets it afterwards': (plane) => expectTakenBack(plane, 'crashing'),
  'a canary that fails is taken back: no other failures than its own, and nobody meets it afterwards': (plane) => expectTakenBack(plane, 'failing'),
  'a program that has long served is adopted, released to a half, and ejected: no request is lost': expectEjected,
};

async function expectNothing(plane: ReleasePlane): Promise<void> {
  const shop = await ReleasedShop.openServing(plane, 'control');
  const users = shop.users();
  await systemClock.sleep(20_000);
  expectServed(await users.stop(), ['v1']);
}

async function expectRelease(plane: ReleasePlane): Promise<void> {
  const shop = await ReleasedShop.openReleased(plane, 'release', { canary: { steps: [{ weight: 20 }, { pause: {} }, { weight: 60 }, { pause: { for: '2s' } }] } });
  const found = await shop.routing();
  const users = shop.users();
  await shop.set('example/shop:v2');
  await shop.atPause();
  for (const door of shop.doors) await expectCounted(door, splitOf(200), SOME);
  await expectGoesOn(shop, users, found);
}

/** The release goes on to its end: everybody meets the new version, no request was lost, and routes are as they were found. */
export async function expectGoesOn(shop: ReleasedShop, users: ShopUsers, found: unknown): Promise<void> {
  await shop.goOn();
  await shop.ends('Completed');
  await shop.atRest();
  await untilOnly(shop.doors, 'v2');
  expectServed(await users.stop(), ['v1', 'v2']);
  expect(await shop.routing()).toEqual(found);
}

async function expectBlueGreen(plane: ReleasePlane): Promise<void> {
  const strategy = { blueGreen: { preview: { service: 'shop-green' }, before: [{ pause: {} }], after: [{ pause: {} }], keep: '1s' } };
  const shop = await ReleasedShop.openReleased(plane, 'blue-green', strategy);
  const users = shop.users();
  await shop.set('example/shop:v2');
  await shop.atPause();
  // The user leads people who test there.
  const preview = hostOf(`green.${shop.namespace}`);
  await shop.lead('green', preview, 'shop-green');
  const [tested] = plane.doors(shop.namespace, preview, 'shop-green');
  await eventually('the preview answers', async () => (await ask(tested, 1)).versions['v2'] === 1);
  await untilOnly([tested], 'v2');
  await untilOnly(shop.doors, 'v1');
  await shop.goOn();
  await shop.atPause(1);
  await untilOnly(shop.doors, 'v2');
  await shop.goOn();
  await shop.ends('Completed');
  await shop.atRest();
  expectServed(await users.stop(), ['v1', 'v2']);
}

async function expectVersions(plane: ReleasePlane): Promise<void> {
  const namespace = `${plane.name}-versions`;
  const shop = await VersionedShop.openVersions(plane.lab, namespace, { strategy: half, router: plane.router, drain: DRAIN }, true);
  const { resource, object } = plane.route(shop.key, hostOf(namespace), 'shop-v1');
  await plane.lab.client.create(resource, object);
  const doors = plane.doors(namespace, hostOf(namespace), 'shop-v1');
  await untilServing(doors);
  await shop.atRest();
  const users = new ShopUsers(doors);
  await shop.want('v2');
  await shop.atPause();
  for (const door of doors) await expectCounted(door, splitOf(500), SOME);
  await shop.goOn();
  await shop.ends('Completed');
  await shop.atRest();
  await untilOnly(doors, 'v2');
  expect(await shop.sizes()).toEqual({ 'shop-v1': 0, 'shop-v2': 2 });
  expectServed(await users.stop(), ['v1', 'v2']);
}

async function expectAborted(plane: ReleasePlane): Promise<void> {
  const shop = await ReleasedShop.openReleased(plane, 'aborted', half);
  const found = await shop.routing();
  const users = shop.users();
  await shop.set('example/shop:v2');
  await shop.atPause();
  for (const door of shop.doors) await expectCounted(door, splitOf(500), SOME);
  await shop.serin('abort', shop.release);
  const { status } = await shop.ends('Aborted');
  expect(status?.abortReason).toBe('AbortedByUser');
  await untilOnly(shop.doors, 'v1');
  expectServed(await users.stop(), ['v1', 'v2']);
  expect(await shop.routing()).toEqual(found);
}

async function expectTakenBack(plane: ReleasePlane, how: 'crashing' | 'failing'): Promise<void> {
  const strategy = { canary: { steps: [{ weight: 50 }, { analyze: { for: '10m' } }] } };
  const shop = await ReleasedShop.openReleased(plane, how, strategy, { image: 'lab/mortal-shop:v1', annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' } });
  const found = await shop.routing();
  const before = shop.users();
  await shop.set('lab/mortal-shop:v2');
  await shop.until('watches the canary at a half', ({ status }) => status?.step.index === 1 && status.shares?.accepted?.canary === 500);
  await before.untilMet('v2');
  expectServed(await before.stop(), ['v1', 'v2']);

  const during = shop.users();
  await eventually('the share is 0', async () => {
    const { phase = 'Preparing', shares } = (await shop.get())?.status ?? {};
    // A canary that is back again has its share again; one that crashes again and again has none.
    if (phase === 'Progressing') await tell(shop, how);
    return hasEnded(phase) || (phase !== 'Progressing' && shares?.accepted?.canary === 0);
  }, PATIENCE);
  await untilOnly(shop.doors, 'v1');
  const after = shop.users();
  const { status } = await shop.ends('Aborted');
  expect(status?.abortReason).toBe(how === 'failing' ? 'TooManyFailures' : 'CanaryCrashed');
  await untilOnly(shop.doors, 'v1');
  expectServed(await after.stop(), ['v1']);
  expect(await shop.routing()).toEqual(found);

  for (const report of await during.stop()) {
    const { failed, statuses, errors, observed } = report;
    const seen = JSON.stringify({ failed, statuses, errors, observed });
    expect([errors, observed['v1']?.failed], seen).toEqual([{}, 0]);
    // Where a canary is gone, what the plane answers in its place is a failure, too; the share may be 0 before anybody comes.
    if (how === 'failing') expect([observed['v2']?.failed, statuses[FAILS]], seen).toEqual([failed, failed]);
    if (how === 'failing') expect(failed, seen).toBeGreaterThan(0);
  }
}

/** Makes the Pods of the canary go wrong; those that are there now. */
async function tell(shop: ReleasedShop, how: 'crashing' | 'failing'): Promise<void> {
  const { items } = await shop.plane.lab.client.list(resources.pods, { namespace: shop.namespace });
  for (const { spec, status } of items) {
    if (spec.containers[0]?.image !== 'lab/mortal-shop:v2' || status?.podIP === undefined) continue;
    await fetch(`http://${status.podIP}:8080/self`, { method: how === 'failing' ? 'POST' : 'DELETE' }).catch(() => undefined);
  }
}

async function expectEjected(plane: ReleasePlane): Promise<void> {
  const shop = await ReleasedShop.openServing(plane, 'eject');
  const found = await shop.routing();
  const pods = async (): Promise<string[]> => (await plane.lab.client.list(resources.pods, { namespace: shop.namespace })).items.map(({ metadata }) => metadata.uid ?? '').sort();
  const serving = await pods();
  const adopting = shop.users();
  await shop.adopt(half);
  expectServed(await adopting.stop(), ['v1']);
  expect([await shop.routing(), await pods()]).toEqual([found, serving]);

  const ejecting = shop.users();
  await shop.set('example/shop:v2');
  await shop.atPause();
  for (const door of shop.doors) await expectCounted(door, splitOf(500), SOME);
  await shop.serin('eject', shop.name, '--restore-template');
  await untilOnly(shop.doors, 'v1');
  expectServed(await ejecting.stop(), ['v1', 'v2']);
  expect([await shop.routing(), await pods()]).toEqual([found, serving]);
}

/** Nobody was refused, and users met these versions. */
export function expectServed(reports: readonly LoadReport[], versions: readonly string[]): void {
  for (const { sent, failed, statuses, errors, observed } of reports) {
    expect(failed, JSON.stringify({ sent, statuses, errors, observed })).toBe(0);
    expect(Object.keys(observed).sort()).toEqual(versions);
    expect(statuses).toEqual({ 200: sent });
  }
}
