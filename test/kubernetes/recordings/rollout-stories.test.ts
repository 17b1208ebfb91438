import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { resources } from '../../../src/kubernetes/resources.js';
import { systemClock } from '../../../src/ports/clock.js';
import { recordingOf } from '../../rollouts/recordings.js';
import { startMetricsServer, type MetricsServer } from '../../rollouts/metrics-server.js';
import { stories } from '../../rollouts/stories.js';
import { StoryPlayer } from '../../rollouts/story-player.js';
import { byPlugin } from '../../rollouts/verbs.js';
import { startKwokPlane, type KwokPlane } from '../lab/kwok-lab.js';
import type { LabProcess } from '../lab/lab-process.js';
import { networks } from '../lab/networks.js';
import { installArgoDefinitions, pluginFor, startArgoController } from '../lanes/argo/argo-controller.js';

/** For so long nothing may move before a state counts as the last one, in milliseconds. */
const STILL = 9000;

/** `make record-rollouts`: what Argo Rollouts itself makes of the stories. */
describe('stories as Argo Rollouts itself plays them', () => {
  let lab: KwokPlane;
  let metrics: MetricsServer;
  let argo: LabProcess;

  beforeAll(async () => {
    const signal = AbortSignal.timeout(170_000);
    metrics = await startMetricsServer();
    lab = await startKwokPlane({ name: 'argo-own', network: networks.recordedRollouts, nodes: [{ count: 2 }] }, signal);
    await installArgoDefinitions(lab.client, signal);
    await lab.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argo-rollouts' }, spec: {} });
    argo = startArgoController(lab.plane, { metrics: 18_090, health: 18_080 });
  }, 180_000);
  afterAll(async () => {
    await argo?.stop();
    await lab?.stop();
    await metrics?.stop();
  });

  it.concurrent.each(stories.map((story, index) => [story.name, story, index] as const))('%s', async (_, story, index) => {
    const player = new StoryPlayer(lab.client, byPlugin(pluginFor(lab.plane.kubeconfigs.admin)), `story-${index}`, story, metrics.url);
    const states: Record<string, unknown> = {};
    const settled = async (name: string): Promise<void> => {
      let last = '';
      let since = systemClock.monotonic();
      while (systemClock.monotonic() - since < (story.stillFor ?? STILL)) {
        await systemClock.sleep(500);
        const seen = JSON.stringify(await player.state());
        if (seen === last) continue;
        last = seen;
        since = systemClock.monotonic();
      }
      states[name] = JSON.parse(last);
    };
    try {
      await player.begin();
      await settled('begun');
      for (const { name, actions } of story.parts) {
        await player.act(actions);
        await settled(name);
      }
    } finally {
      mkdirSync(dirname(recordingOf(story)), { recursive: true });
      writeFileSync(recordingOf(story), `${JSON.stringify(states, undefined, 2)}\n`);
      await player.end();
    }
  }, 600_000);
});
