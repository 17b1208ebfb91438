import { expect } from 'vitest';
import { splitOf } from '../../../src/model/split.js';
import { ask, meet } from '../../scenarios/doors.js';
import { ReleasedShop, untilOnly, type ReleasePlane } from './released-shop.js';
import { carrying, expectCounted } from './shown-shares.js';
import { expectGoesOn, SOME } from './whole-releases.js';

/** Where each request goes the same way. */
const FEW = 40;

/**
 * Seconds. Batches end Pods of a version that has a share, as every rolling update does; Traefik was seen to send requests to one
 * for seconds after it was told to end.
 */
const LINGERS = 10;

/** Strategies beside those of `wholeReleases`, tried on one plane of each kind: they differ by what is asked of routes. */
export const wholeStrategies: Readonly<Record<string, (plane: ReleasePlane) => Promise<void>>> = {
  'rolling: the share goes with the batches, and no request is lost': expectRolling,
  'A/B: a group first, then a part of the others, who stay, then everybody, and no request is lost': expectAb,
};

async function expectRolling(plane: ReleasePlane): Promise<void> {
  const shop = await ReleasedShop.openReleased(plane, 'rolling', { rolling: { batches: ['50%', '100%'], between: [{ pause: {} }], maxSurge: 1 } }, { lingers: LINGERS });
  const found = await shop.routing();
  const users = shop.users();
  await shop.set('example/shop:v2');
  await shop.atPause();
  // In place: one of two Pods is the new one.
  expect(await shop.readyPods()).toEqual({ 'example/shop:v1': 1, 'example/shop:v2': 1 });
  for (const door of shop.doors) await expectCounted(door, splitOf(500), SOME);
  await expectGoesOn(shop, users, found);
}

async function expectAb(plane: ReleasePlane): Promise<void> {
  const group = { 'x-group': 'b' };
  const matches = [{ headers: [{ name: 'x-group', exact: 'b' }] }];
  const shop = await ReleasedShop.openReleased(plane, 'ab', { ab: { stages: [{ audience: { matches }, checks: [{ pause: {} }] }, { share: 30, checks: [{ pause: {} }] }] } });
  const found = await shop.routing();
  const users = shop.users();
  await shop.set('example/shop:v2');
  const { status } = await shop.atPause();
  for (const door of shop.doors) {
    await untilOnly([carrying(door, group)], 'v2');
    expect((await ask(door, FEW)).versions).toEqual({ v1: FEW });
  }
  await shop.goOn();
  await shop.atPause(status?.step.index);
  for (const door of shop.doors) {
    await expectCounted(door, splitOf(300), SOME);
    for (const version of ['v1', 'v2']) {
      const cookie = await meet(door, version);
      expect((await ask(carrying(door, { cookie }), FEW)).versions, cookie).toEqual({ [version]: FEW });
    }
  }
  await expectGoesOn(shop, users, found);
}
