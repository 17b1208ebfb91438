import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resources } from '../kubernetes/resources.js';
import { systemClock, type Clock } from '../ports/clock.js';
import { seededRandom } from '../ports/random.js';
import { VirtualClock } from '../ports/virtual-clock.js';
import type { ClusterClient } from './client.js';
import { createClient } from './create-client.js';
import { createLeaderElection, type LeaderElection, type LeaderElectionOptions } from './leader-election.js';
import { hang, intercepted, localCluster, type Interception, type LocalCluster } from './testing/local-cluster.js';

const lease = { namespace: 'default', name: 'serin' };
let clock: VirtualClock;
let cluster: LocalCluster;
let client: ClusterClient;
let running: LeaderElection[];

beforeEach(() => {
  clock = new VirtualClock();
  cluster = localCluster(clock);
  client = createClient(cluster.transport, { fieldManager: 'test', clock });
  running = [];
});

afterEach(async () => {
  const stopping = running.map((each) => each.stop());
  await clock.advance(20_000);
  await Promise.all(stopping);
  await cluster.close();
});

function start(identity: string, options: Partial<LeaderElectionOptions> = {}, intercept?: Interception): LeaderElection {
  const own = intercept ? createClient(intercepted(cluster.transport, intercept), { fieldManager: identity, clock }) : client;
  const election = createLeaderElection({ client: own, lease, identity, clock, random: seededRandom(running.length), ...options });
  running.push(election);
  return election;
}

const spec = async () => (await client.get(resources.leases, lease)).spec;

describe('leader election', () => {
  it('makes the lease, renews it, and keeps others out', async () => {
    const one = start('one');
    const term = await one.untilLeading();
    expect(term.epoch).toBe(1);
    const two = start('two');
    const before = await spec();
    expect(before).toMatchObject({ holderIdentity: 'one', leaseDurationSeconds: 15, leaseTransitions: 1, acquireTime: '2026-01-01T00:00:00.000000Z' });
    await clock.advance(60_000);
    expect([one.isLeading(), two.isLeading(), two.holder, two.epoch]).toEqual([true, false, 'one', undefined]);
    const after = await spec();
    expect(after.acquireTime).toBe(before.acquireTime);
    expect(after.renewTime).toMatch(/^2026-01-01T00:00:5\d\.\d{6}Z$/);
  });

  it('gives the lease back at its stop, and the next takes it with a higher epoch', async () => {
    const one = start('one');
    const term = await one.untilLeading();
    const two = start('two');
    await clock.advance(5_000);
    const stopping = one.stop();
    expect(one.isLeading()).toBe(false);
    await stopping;
    expect(term.signal.aborted).toBe(true);
    expect((await spec()).holderIdentity).toBe('');
    await clock.advance(3_000);
    expect([two.isLeading(), two.epoch]).toEqual([true, 2]);
    await expect(one.untilLeading()).rejects.toThrow('stopped');
  });

  it('steps down in time when the server no longer answers, before another may lead', async () => {
    let dead = false;
    const one = start('one', {}, (request, send) => (dead ? hang(request) : send()));
    const term = await one.untilLeading();
    await clock.advance(4_000);
    const two = start('two');
    await clock.advance(1);
    dead = true;
    const died = clock.monotonic();
    const renewed = Date.parse((await spec()).renewTime ?? '');
    for (let second = 0; second < 40 && !two.isLeading(); second++) {
      await clock.advance(500);
      expect(one.isLeading() && two.isLeading()).toBe(false);
      if (clock.monotonic() - died > 10_000) expect(term.signal.aborted).toBe(true);
    }
    expect(two.epoch).toBe(2);
    expect(clock.now() - renewed).toBeGreaterThanOrEqual(15_000);
    dead = false;
    await clock.advance(10_000);
    expect([one.isLeading(), one.holder]).toEqual([false, 'two']);
  });

  it('says no as soon as the time is up, although no timer has run', async () => {
    const jumping = jumpable(clock);
    const election = start('one', { clock: jumping.clock });
    await election.untilLeading();
    expect(election.isLeading()).toBe(true);
    jumping.ahead = 9_999;
    expect(election.isLeading()).toBe(true);
    jumping.ahead = 10_000;
    expect(election.isLeading()).toBe(false);
    expect(election.epoch).toBeUndefined();
    expect(election.isLeading(clock.monotonic())).toBe(false);
  });

  it('does not lead on an answer that came too late', async () => {
    const jumping = jumpable(clock);
    let slow = true;
    const late: Interception = async (request, send) => {
      const answer = await send();
      if (slow && request.method !== 'GET') jumping.ahead += 12_000;
      return answer;
    };
    const one = start('one', { clock: jumping.clock }, late);
    await clock.advance(0);
    expect((await spec()).holderIdentity).toBe('one');
    expect(one.isLeading()).toBe(false);
    slow = false;
    await clock.advance(3_000);
    expect([one.isLeading(), one.epoch]).toEqual([true, 2]);
  });

  it('counts from the sending of a renewal and not from its answer', async () => {
    const jumping = jumpable(clock);
    let slow = false;
    const one = start('one', { clock: jumping.clock }, async (request, send) => {
      const answer = await send();
      if (slow && request.method === 'PUT') jumping.ahead += 4_000;
      return answer;
    });
    await one.untilLeading();
    slow = true;
    await clock.advance(2_500);
    const renewed = Date.parse((await spec()).renewTime ?? '');
    expect(jumping.ahead).toBe(4_000);
    const left = renewed + 10_000 - jumping.clock.now();
    jumping.ahead += left - 1;
    expect(one.isLeading()).toBe(true);
    jumping.ahead += 1;
    expect(one.isLeading()).toBe(false);
  });

  it('goes on when the answer to a renewal was lost or somebody else touched the lease', async () => {
    let lose = 0;
    const one = start('one', {}, async (request, send) => {
      const answer = await send();
      if (request.method === 'PUT' && lose-- > 0) throw new Error('connection lost');
      return answer;
    });
    await one.untilLeading();
    lose = 1;
    await client.patch(resources.leases, lease, { kind: 'merge', body: { metadata: { labels: { by: 'hand' } } } });
    await clock.advance(30_000);
    expect([one.isLeading(), one.epoch]).toEqual([true, 1]);
  });

  it('steps down at once when the lease names another', async () => {
    const one = start('one');
    const term = await one.untilLeading();
    await client.patch(resources.leases, lease, { kind: 'merge', body: { spec: { holderIdentity: 'thief' } } });
    await clock.advance(3_000);
    expect(term.signal.reason).toMatchObject({ message: 'no longer leading: "thief" holds the lease' });
    expect(one.isLeading()).toBe(false);
  });

  it('never lets epochs fall, although the lease was deleted', async () => {
    const one = start('one', { leastEpoch: () => 41 });
    expect((await one.untilLeading()).epoch).toBe(42);
    await client.delete(resources.leases, lease);
    await clock.advance(6_000);
    expect([one.isLeading(), one.epoch]).toEqual([true, 43]);
    expect((await spec()).leaseTransitions).toBe(43);
  });

  it('reports faults and goes on', async () => {
    const errors: string[] = [];
    let broken = true;
    const one = start('one', { onError: ({ message }) => errors.push(message) }, (_, send) => (broken ? Promise.reject(new Error('no network')) : send()));
    await clock.advance(5_000);
    broken = false;
    await clock.advance(3_000);
    expect(errors.slice(0, 2)).toEqual(['no network', 'no network']);
    expect(one.isLeading()).toBe(true);
  });

  it('refuses times that cannot keep two from leading', () => {
    expect(() => start('one', { renewSeconds: 15 })).toThrow('must grow in this order');
    expect(() => start('one', { leaseSeconds: 12.5 })).toThrow('whole seconds');
  });

  it('ends a wait by signal', async () => {
    start('one');
    await clock.advance(0);
    const controller = new AbortController();
    const waiting = start('two').untilLeading(controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('never has two leaders, whatever fails and however clocks stand still', async () => {
    const event = fc.record({ who: fc.nat(2), what: fc.constantFrom('cut', 'mend', 'freeze', 'thaw', 'lose'), then: fc.integer({ min: 100, max: 9_000 }) });
    let terms = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 25 }), fc.nat(), async (events, seed) => {
        const time = new VirtualClock();
        const world = localCluster(time);
        const people = [0, 1, 2].map((who) => {
          const state = { cut: false, lose: false, frozen: [] as (() => void)[] | undefined, epochs: [] as number[] };
          state.frozen = undefined;
          // A frozen process: nothing that it waits for comes back, though time goes on.
          const thawed = async (): Promise<void> => {
            if (state.frozen) await new Promise<void>((resolve) => state.frozen?.push(resolve));
          };
          const own: Clock = {
            now: () => time.now(),
            monotonic: () => time.monotonic(),
            sleep: (milliseconds, signal) => time.sleep(milliseconds, signal).then(thawed),
          };
          const transport = intercepted(world.transport, async (request, send) => {
            await thawed();
            if (state.cut) return hang(request);
            const answer = await send();
            await thawed();
            if (state.lose && request.method !== 'GET') throw new Error('lost');
            return answer;
          });
          const election = createLeaderElection({
            client: createClient(transport, { fieldManager: 'x', clock: own, retries: { tries: 1 } }),
            lease,
            identity: `p${who}`,
            clock: own,
            random: seededRandom(seed + who),
          });
          return { state, election };
        });
        const check = (): void => {
          const leading = people.filter(({ election }) => election.isLeading());
          expect(leading.length).toBeLessThanOrEqual(1);
          for (const { election, state } of leading) if (election.epoch !== undefined && state.epochs.at(-1) !== election.epoch) state.epochs.push(election.epoch);
        };
        for (const { who, what, then } of events) {
          const person = people[who];
          if (!person) continue;
          if (what === 'cut') person.state.cut = true;
          if (what === 'mend') [person.state.cut, person.state.lose] = [false, false];
          if (what === 'lose') person.state.lose = true;
          if (what === 'freeze') person.state.frozen ??= [];
          if (what === 'thaw') {
            const waiting = person.state.frozen ?? [];
            person.state.frozen = undefined;
            for (const resolve of waiting) resolve();
          }
          for (let passed = 0; passed < then; passed += 500) {
            await time.advance(Math.min(500, then - passed));
            check();
          }
        }
        const epochs = people.flatMap(({ state }) => state.epochs);
        terms += epochs.length;
        expect(new Set(epochs).size).toBe(epochs.length);
        for (const { state } of people) {
          const waiting = state.frozen ?? [];
          Object.assign(state, { cut: false, lose: false, frozen: undefined });
          for (const resolve of waiting) resolve();
        }
        for (let passed = 0; passed < 40_000; passed += 500) {
          await time.advance(500);
          check();
        }
        expect(people.filter(({ election }) => election.isLeading())).toHaveLength(1);
        const stopping = people.map(({ election }) => election.stop());
        await time.advance(5_000);
        await Promise.all(stopping);
        await world.close();
      }),
      { numRuns: 15 },
    );
    expect(terms).toBeGreaterThan(5);
  });

  it('knows at once that a blocked event loop cost it the lease', async () => {
    const world = localCluster(systemClock);
    const real = createClient(world.transport, { fieldManager: 'x' });
    const election = createLeaderElection({ client: real, lease, identity: 'one', leaseSeconds: 1, renewSeconds: 0.4, retrySeconds: 0.1 });
    try {
      const term = await election.untilLeading();
      const end = performance.now() + 500;
      while (performance.now() < end);
      expect(election.isLeading()).toBe(false);
      const again = await election.untilLeading();
      expect(term.signal.aborted).toBe(true);
      expect(again.epoch).toBe(term.epoch + 1);
    } finally {
      await election.stop();
      await world.close();
    }
  });
});

/** A clock whose time can be moved without any timer running. */
function jumpable(base: VirtualClock): { readonly clock: Clock; ahead: number } {
  const jumping = {
    ahead: 0,
    clock: {
      now: () => base.now() + jumping.ahead,
      monotonic: () => base.monotonic() + jumping.ahead,
      sleep: (milliseconds: number, signal?: AbortSignal) => base.sleep(milliseconds, signal),
    },
  };
  return jumping;
}
