import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { resources } from '../../../../src/kubernetes/resources.js';
import { systemClock } from '../../../../src/ports/clock.js';
import { seededRandom } from '../../../../src/ports/random.js';
import { startKwokLab, type KwokLab } from '../../lab/kwok-lab.js';
import { networks as labNetworks } from '../../lab/networks.js';
import { inRound, isFirst } from '../../lab/rounds.js';
import { ControllerFor } from './controller-for.js';
import { playFrozen } from './frozen-leader.js';
import { KillingTransport } from './killing-transport.js';
import { Decisions } from './decisions.js';
import { People } from './people.js';
import { persistently } from './persistence.js';
import { PlayedStory, type Company } from './played-story.js';
import { stories, type StoryName } from './stories.js';
import { networks } from './struck-transport.js';
import { Webhook } from './webhook.js';

const SEED = Number(process.env['SERIN_SEED'] ?? 20_260_801);
/** How many kills there are; each controller dies several times. */
const KILLS = Number(process.env['SERIN_CHAOS_KILLS'] ?? 30);
const KILLS_PER_RELEASE = 5;
const AT_ONCE = 6;
/** However slow the machine is; who is there before waits no longer. */
const SECONDS = 300;
const skewedClock = ['--import', new URL('../../lab/skewed-clock.mjs', import.meta.url).pathname];

const names = Object.keys(stories) as StoryName[];
const storyFor = (index: number): StoryName => names[index % names.length] ?? 'rolling';

vi.setConfig({ testTimeout: 900_000 });

let lab: KwokLab;
let webhook: Webhook;
let company: Company;
let opened = 0;

beforeAll(async () => {
  webhook = await Webhook.start();
  lab = await startKwokLab({ name: 'faults', network: labNetworks.faults, nodes: [{ count: 2 }, { count: 2, name: 'other' }] }, AbortSignal.timeout(300_000));
  company = { lab, webhook, people: await People.open(lab.plane.kubeconfigs.admin), decisions: new Decisions() };
}, 300_000);
afterAll(async () => {
  await company?.people.stop();
  await lab?.stop();
  await webhook?.stop();
});

const open = (name: StoryName): PlayedStory => new PlayedStory(company, name, `fault-${opened++}`);

/** Plays a story with a controller of its own. */
async function play(name: StoryName, controllerOf: (namespace: string) => Promise<ControllerFor>, meanwhile?: (played: PlayedStory, controller: ControllerFor) => Promise<void>, begin?: () => void): Promise<unknown[]> {
  const played = open(name);
  const controller = await controllerOf(played.stage.namespace);
  try {
    await played.openNamespace();
    await controller.start();
    await played.open();
    begin?.();
    await played.begin();
    await Promise.all([played.untilEnd(SECONDS), meanwhile?.(played, controller)]);
    return played.problems();
  } finally {
    await controller.stop();
  }
}

describe('faults between the controller and a real API server', () => {
  describe.concurrent('on the line', () => {
    const cases = Object.keys(networks).flatMap((fault, index) => [0, 1].map((turn) => ({ fault, story: storyFor(2 * index + turn), seed: SEED + 2 * index + turn })));
    it.each(inRound(cases, (_, index) => index % 2 === 0))('$fault: $story (seed $seed)', async ({ fault, story, seed }) => {
      const network = networks[fault]?.(seed);
      if (!network) throw new Error(`no network ${fault}`);
      expect(await play(story, (namespace) => ControllerFor.open(lab, namespace, network.wrap), undefined, network.begin)).toEqual([]);
      expect(network.struck()).toBeGreaterThan(0);
    });

    it.each(inRound([
      { hours: 1, story: 'a good canary' },
      { hours: 1, story: 'a canary that never gets ready' },
      { hours: -1, story: 'a good canary' },
      { hours: -1, story: 'a canary that never gets ready' },
    ] as const, ({ story }) => story === 'a good canary'))('a clock that is $hours h off: $story', async ({ hours, story }) => {
      const options = { nodeOptions: skewedClock, env: { SERIN_LAB_SKEW: String(hours * 3_600_000) } };
      expect(await play(story, (namespace) => ControllerFor.open(lab, namespace, undefined, options))).toEqual([]);
    });

    it.each(inRound(['a good canary', 'rolling'] as const, (story) => story === 'rolling'))('two controllers that both lead: %s', async (story) => {
      let other: ControllerFor | undefined;
      const problems = await play(story, async (namespace) => {
        other = await ControllerFor.open(lab, namespace, undefined, { leaseNamespace: `${namespace}-other`, name: `serin-${namespace}-other` });
        await persistently(() => lab.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `${namespace}-other` }, spec: {} }));
        return ControllerFor.open(lab, namespace);
      }, async () => other?.start());
      await other?.stop();
      expect(problems).toEqual([]);
    });

    if (!isFirst) return;
    it('a leader that freezes in the middle of a write and thaws when another one leads', async () => {
      expect(await playFrozen(lab, open('a canary taken back'))).toEqual([]);
    });

    const releases = Array.from({ length: Math.ceil(KILLS / KILLS_PER_RELEASE) }, (_, index) => ({ story: storyFor(index), seed: SEED + index, turn: index % AT_ONCE, kills: Math.min(KILLS_PER_RELEASE, KILLS - index * KILLS_PER_RELEASE) }));
    it.each(Array.from({ length: Math.min(AT_ONCE, releases.length) }, (_, turn) => ({ turn, part: turn + 1 })))(`killed at random, ${KILLS} times in all, SERIN_SEED=${SEED} (part $part)`, async ({ turn }) => {
      for (const { story, seed, kills } of releases.filter((each) => each.turn === turn)) {
        let controller: ControllerFor | undefined;
        const killing = new KillingTransport(kills, seededRandom(seed), () => void controller?.kill());
        let ended = false;
        const problems = await play(story, async (namespace) => (controller = await ControllerFor.open(lab, namespace, (inner) => killing.wrap(inner))), async (played, each) => {
          for (; !ended && !played.isOver; await played.stage.pass(0.1)) {
            if (!killing.isDead) continue;
            await each.kill();
            await each.dropLease();
            killing.restarted();
            await each.start({ unready: true });
          }
        }, () => killing.begin());
        ended = true;
        expect({ problems, killed: killing.killed.length }, `${story}, seed ${seed}, killed ${killing.killed.join(', ')}`).toEqual({ problems: [], killed: kills });
      }
    }, Math.max(1, releases.length / AT_ONCE) * 900_000);
  });
});

if (isFirst) describe('faults of the servers', () => {
  it('API server and store killed again and again, and history compacted away meanwhile: every release ends as it would have', async () => {
    const played = names.map(open);
    const controllers = await Promise.all(played.map(({ stage }) => ControllerFor.open(lab, stage.namespace)));
    try {
      await Promise.all(played.map(async (each, index) => {
        await each.openNamespace();
        await controllers[index]?.start();
        await each.open();
      }));
      const random = seededRandom(SEED);
      await Promise.all(played.map((each) => each.begin()));
      const ends = Promise.all(played.map((each) => each.untilEnd(SECONDS)));
      for (const both of [false, true, false]) {
        await systemClock.sleep(500 + 2500 * random());
        const { processes } = lab.plane;
        await processes.apiServer.kill();
        // A new API server has nothing older in its cache either: every watch that goes on begins anew.
        await lab.plane.compact();
        if (both) await processes.store.kill();
        const signal = AbortSignal.timeout(SECONDS * 1000);
        if (both) await lab.plane.restart('store', signal);
        await lab.plane.restart('apiServer', signal);
      }
      await ends;
      expect(played.flatMap((each) => each.problems())).toEqual([]);
    } finally {
      await Promise.all(controllers.map((each) => each.stop()));
    }
  });

  it('a node that is gone: its Pods are replaced, and every release ends as it would have', async () => {
    const played = (['rolling', 'blue/green', 'a canary taken back'] as const).map(open);
    const controllers = await Promise.all(played.map(({ stage }) => ControllerFor.open(lab, stage.namespace)));
    try {
      await Promise.all(played.map(async (each, index) => {
        await each.openNamespace();
        await controllers[index]?.start();
        await each.open();
      }));
      await Promise.all(played.map((each) => each.begin()));
      await lab.nodes.get('other')?.kill();
      // As who provides the machines does; what ran there is then cleared away after a minute.
      for (const name of ['other-0', 'other-1']) await lab.client.delete(resources.nodes, { name });
      await Promise.all(played.map((each) => each.untilEnd(2 * SECONDS)));
      // Whoever ran there is missing until he is replaced.
      expect(played.flatMap((each) => each.problems(/ready Pods/))).toEqual([]);
    } finally {
      await Promise.all(controllers.map((each) => each.stop()));
    }
  });
});
