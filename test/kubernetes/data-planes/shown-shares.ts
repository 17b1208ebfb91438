import { expect } from 'vitest';
import { request } from 'undici';
import type { Match } from '../../../src/model/match.js';
import type { Split } from '../../../src/model/split.js';
import { systemClock } from '../../../src/ports/clock.js';
import { ask, meet, shareProblem, startDoorTraffic, type Door } from '../../scenarios/doors.js';
import { eventually } from '../../scenarios/local-cluster.js';
import { versionNames, type Program } from './program.js';
import type { RealSteering } from './real-steering.js';

/** Enough that one per cent more or less is seen. */
const REQUESTS = 1_500;
/** Where each request goes the same way. */
const FEW = 40;

const { stable, canary } = versionNames;

/** A way in, with what steers it. */
export interface SteeredDoor {
  readonly door: Door;
  readonly steering: RealSteering;
  readonly program: Program;
}

/** Asks for a split and counts what users see as soon as it is said to be accepted. */
export async function expectShares({ door, steering }: SteeredDoor, split: Split): Promise<void> {
  await steering.go(split);
  await expectCounted(door, split);
}

/** Counts what users see at a door. */
export async function expectCounted(door: Door, { shares }: Split, requests = REQUESTS): Promise<void> {
  const { versions, failed } = await ask(door, requests);
  const seen = JSON.stringify(versions);
  expect(failed, seen).toBe(0);
  expect(shareProblem(versions[canary] ?? 0, requests, shares.canary / 1000), `${shares.canary} per mille at ${door.url}: ${seen}`).toBeUndefined();
  expect((versions[stable] ?? 0) + (versions[canary] ?? 0), seen).toBe(requests);
}

/** Requests that meet the canary whatever its share, and others, which do not. */
export interface MatchCase {
  readonly match: Match;
  readonly meeting: readonly Readonly<Record<string, string>>[];
  readonly missing: readonly Readonly<Record<string, string>>[];
}

export const matchCases: Readonly<Record<string, MatchCase>> = {
  'a header': {
    match: { headers: [{ name: 'X-Group', exact: 'b' }] },
    meeting: [{ 'x-group': 'b' }],
    missing: [{ 'x-group': 'bb' }, { 'x-group': 'B' }, { 'x-group': '' }],
  },
  'a header by pattern': {
    match: { headers: [{ name: 'x-group', regex: 'b|c+' }] },
    meeting: [{ 'x-group': 'b' }, { 'x-group': 'ccc' }],
    missing: [{ 'x-group': 'bc' }, { 'x-group': 'ab' }],
  },
  'the beginning of a header': {
    match: { headers: [{ name: 'x-group', prefix: 'b.' }] },
    meeting: [{ 'x-group': 'b.' }, { 'x-group': 'b.x y' }],
    missing: [{ 'x-group': 'bx' }, { 'x-group': 'ab.' }],
  },
  'the presence of a header': {
    match: { headers: [{ name: 'x-tester' }] },
    meeting: [{ 'x-tester': '1' }, { 'x-tester': 'no' }],
    missing: [{ 'x-test': '1' }],
  },
  'a cookie': {
    match: { cookies: [{ name: 'group', exact: 'b' }] },
    meeting: [{ cookie: 'group=b' }, { cookie: 'a=1; group=b; z=2' }],
    missing: [{ cookie: 'group=bb' }, { cookie: 'xgroup=b' }, { cookie: 'a=group=b' }, { cookie: 'group=a; x=b' }],
  },
  'two headers': {
    match: { headers: [{ name: 'x-group', exact: 'b' }, { name: 'x-country', exact: 'fr' }] },
    meeting: [{ 'x-group': 'b', 'x-country': 'fr' }],
    missing: [{ 'x-group': 'b' }, { 'x-country': 'fr' }],
  },
};

/** The canary has no share but those who match. */
export async function expectMatch({ door, steering }: SteeredDoor, { match, meeting, missing }: MatchCase): Promise<void> {
  await steering.go({ shares: { stable: 1000, canary: 0 }, matches: [match] });
  for (const headers of meeting) expect((await ask(carrying(door, headers), FEW)).versions, JSON.stringify(headers)).toEqual({ [canary]: FEW });
  for (const headers of [{}, ...missing]) expect((await ask(carrying(door, headers), FEW)).versions, JSON.stringify(headers)).toEqual({ [stable]: FEW });
}

/** The door for requests that carry these headers, too. */
export const carrying = (door: Door, headers: Readonly<Record<string, string>>): Door => ({ ...door, headers: { ...door.headers, ...headers } });

/** Users are answered by stable, and the canary gets a copy of the part that is asked. @param mirror per mille */
export async function expectMirror({ door, steering, program: { backends } }: SteeredDoor, mirror: number): Promise<void> {
  await steering.go({ shares: { stable: 1000, canary: 0 }, mirror });
  for (const each of [backends.stable, backends.canary]) each?.takeArrivals();
  expect(await ask(door, REQUESTS)).toEqual({ versions: { [stable]: REQUESTS }, failed: 0 });
  let copies = 0;
  const arrived = (): number => (copies += backends.canary?.takeArrivals().length ?? 0);
  // A copy may be under way still when its original is answered.
  await eventually(`${mirror} per mille of ${REQUESTS} requests are copied`, () => Promise.resolve(shareProblem(arrived(), REQUESTS, mirror / 1000) === undefined), 5, () => `${copies} were`);
  expect(backends.stable?.takeArrivals()).toHaveLength(REQUESTS);
}

/** The canary is seen at a path, which it does not see itself; users are not sent there. */
export async function expectPreviewPath({ door, steering }: SteeredDoor): Promise<void> {
  await steering.go({ shares: { stable: 1000, canary: 0 }, preview: { path: '/green' } });
  const at = async (path: string): Promise<string> => {
    const { headers, body, statusCode } = await request(new URL(path, door.url), { headers: door.headers });
    await body.dump();
    return `${String(headers['x-version'] ?? statusCode)} ${String(headers['x-path'] ?? '')}`;
  };
  expect(await at('/green/cart?x=1')).toBe(`${canary} /cart?x=1`);
  expect(await at('/green')).toBe(`${canary} /`);
  expect(await at('/green/')).toBe(`${canary} /`);
  expect(await at('/greenish')).toBe(`${stable} /greenish`);
  expect(await at('/cart')).toBe(`${stable} /cart`);
}

/** The canary is seen under a host name of its own. */
export async function expectPreviewHost({ door, steering }: SteeredDoor): Promise<void> {
  await steering.go({ shares: { stable: 1000, canary: 0 }, preview: { host: 'green.example.com' } });
  expect((await ask(carrying(door, { host: 'green.example.com' }), FEW)).versions).toEqual({ [canary]: FEW });
  expect((await ask(door, FEW)).versions).toEqual({ [stable]: FEW });
}

/** Users who met a version stay with it, and those who come anew are split. */
export async function expectStickiness({ door, steering }: SteeredDoor): Promise<void> {
  const split: Split = { shares: { stable: 700, canary: 300 }, sticky: { cookie: 'serin-version', maxAgeSeconds: 600 } };
  await steering.go(split);
  for (const version of [canary, stable]) {
    const cookie = await meet(door, version);
    expect((await ask(carrying(door, { cookie }), FEW)).versions, cookie).toEqual({ [version]: FEW });
  }
  await expectCounted(door, split);
}

/** Requests per second. */
const RATE = 150;

/** Goes to the canary and back, and leaves, under load; no request fails at any of the doors. */
export async function expectNoLoss(doors: readonly Door[], { steering }: SteeredDoor): Promise<void> {
  const traffic = doors.map((door, seed) => startDoorTraffic(door, RATE, seed));
  try {
    // Connections are opened, and requests under way.
    await systemClock.sleep(1_000);
    for (const canary of [0, 300, 1000, 0]) await steering.go({ shares: { stable: 1000 - canary, canary } });
    await steering.go({ shares: { stable: 500, canary: 500 } });
    await steering.release();
  } finally {
    for (const each of traffic) {
      const { sent, failed, errors, statuses } = await each.stop();
      expect(failed, JSON.stringify({ sent, errors, statuses })).toBe(0);
    }
  }
}
