import { afterAll, beforeAll, expect, it } from 'vitest';
import { resources } from '../../../../src/kubernetes/resources.js';
import { serinResources } from '../../../../src/model/resources.js';
import { systemClock } from '../../../../src/ports/clock.js';
import { canary, nginx, withNginx } from '../../../rollouts/story-objects.js';
import type { RolloutStory } from '../../../rollouts/rollout-story.js';
import { StoryPlayer } from '../../../rollouts/story-player.js';
import { byPlugin } from '../../../rollouts/verbs.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { startKwokPlane, type KwokPlane } from '../../lab/kwok-lab.js';
import type { LabProcess } from '../../lab/lab-process.js';
import { networks } from '../../lab/networks.js';
import { startSerinController } from '../../lab/serin-controller.js';
import { pluginFor, startArgoController } from './argo-controller.js';

const steps = [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: {} }];
const story: RolloutStory = { name: 'two controllers', objects: [...withNginx, canary({ ...nginx, scaleDownDelaySeconds: 3, abortScaleDownDelaySeconds: 3, steps })], parts: [] };
const stops = { first: 'Paused at 1 with 25', second: 'Paused at 3 with 50', end: 'Healthy at 4 with 0' };

let lab: KwokPlane;
let serin: LabProcess;
let argo: LabProcess | undefined;

beforeAll(async () => {
  const signal = AbortSignal.timeout(170_000);
  lab = await startKwokPlane({ name: 'argo-beside', network: networks.argoBeside, nodes: [{ count: 2 }], frontends: ['argo'] }, signal);
  await lab.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argo-rollouts' }, spec: {} });
  serin = await startSerinController({ directory: lab.plane.directory, kubeconfig: lab.plane.kubeconfigs.admin }, signal, { arguments: ['--frontends=argo'] });
}, 180_000);
afterAll(async () => {
  await argo?.stop();
  await serin?.stop();
  await lab?.stop();
});

/** A Rollout in a namespace of its own. */
class Stage {
  readonly player: StoryPlayer;
  readonly namespace: string;

  constructor(namespace: string) {
    this.namespace = namespace;
    this.player = new StoryPlayer(lab.client, byPlugin(pluginFor(lab.plane.kubeconfigs.admin)), namespace, story, '');
  }

  async seen(): Promise<string> {
    const { status } = (await this.player.rollout()) ?? {};
    const ingress = await lab.client.find(resources.ingresses, { namespace: this.namespace, name: 'shop-shop-canary' });
    return `${status?.phase ?? ''} at ${status?.currentStepIndex ?? ''} with ${ingress?.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight'] ?? ''}`;
  }

  async until(wanted: string): Promise<void> {
    let last = '';
    await eventually(`${this.namespace}: ${wanted}`, async () => (last = await this.seen()) === wanted, 90, () => last);
  }

  image(version: string): Promise<void> {
    return this.player.act([{ plugin: ['set', 'image', '{rollout}', `shop=example/shop:${version}`] }]);
  }

  promote(): Promise<void> {
    return this.player.act([{ plugin: ['promote', '{rollout}'] }]);
  }

  /** How often Serin said that somebody else is at work. */
  async told(): Promise<number> {
    const { items } = await lab.client.list(resources.events, { namespace: this.namespace });
    return items.filter(({ reason, message, involvedObject }) => reason === 'ServedElsewhere' && involvedObject.kind === 'Rollout' && message?.includes('argo-rollouts-controller-lock') === true).length;
  }

  /** What Serin has on record, by its versions. */
  async records(): Promise<string[]> {
    const { items } = await lab.client.list(serinResources.releases, { namespace: this.namespace });
    return items.map(({ metadata, status }) => `${metadata.name} ${status?.phase ?? ''} ${status?.step.index ?? ''} ${metadata.resourceVersion ?? ''}`);
  }

  /** Ready Pods behind the Service that users reach. */
  async ready(): Promise<number> {
    const selector = (await lab.client.get(resources.services, { namespace: this.namespace, name: 'shop-stable' })).spec?.selector ?? {};
    const { items } = await lab.client.list(resources.pods, { namespace: this.namespace });
    return items.filter(({ metadata, status }) => Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value) && status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True')).length;
  }
}

it("steps aside for Argo Rollouts' own controller, and goes on from where that has brought each Rollout", async () => {
  const [ours, theirs] = [new Stage('ours'), new Stage('theirs')];
  await ours.player.begin();
  await ours.until(stops.end);
  await ours.image('v2');
  await ours.until(stops.first);

  argo = startArgoController(lab.plane, { metrics: 18_190, health: 18_180 });
  await eventually('Serin says so', async () => (await ours.told()) > 0, 60);
  expect(await ours.seen()).toBe(stops.first);
  await ours.promote();
  await ours.until(stops.second);
  await theirs.player.begin();
  await theirs.until(stops.end);
  await theirs.image('v2');
  await theirs.until(stops.first);
  expect(await theirs.told()).toBeGreaterThan(0);
  expect(await theirs.records()).toEqual([]);
  const records = await ours.records();
  await systemClock.sleep(15_000);
  expect(await ours.records()).toEqual(records);
  expect(await ours.seen()).toBe(stops.second);
  expect(await theirs.seen()).toBe(stops.first);

  await argo.stop();
  argo = undefined;
  const least = await watching([ours, theirs], async () => {
    await eventually('Serin has come to where Argo Rollouts was', async () => (await ours.records()).some((each) => each.includes(' Progressing 3 ')) && (await theirs.records()).some((each) => each.includes(' Progressing 1 ')), 90);
    await ours.until(stops.second);
    await theirs.until(stops.first);
    await theirs.promote();
    await theirs.until(stops.second);
    for (const each of [ours, theirs]) {
      await each.promote();
      await each.until(stops.end);
    }
  });
  // Users met as many Pods as ever, all the time.
  expect(least).toEqual({ ours: 4, theirs: 4 });
}, 600_000);

/** The fewest ready Pods that users of each Rollout met meanwhile. */
async function watching(stages: readonly Stage[], work: () => Promise<void>): Promise<Record<string, number>> {
  const least: Record<string, number> = {};
  let isOver = false;
  const watch = (async () => {
    for (; !isOver; await systemClock.sleep(100)) {
      for (const each of stages) least[each.namespace] = Math.min(least[each.namespace] ?? Number.POSITIVE_INFINITY, await each.ready());
    }
  })();
  try {
    await work();
  } finally {
    isOver = true;
    await watch;
  }
  return least;
}
