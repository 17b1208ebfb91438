import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../../src/kubernetes/objects.js';
import { recordedObjects } from '../../../rollouts/recorded-objects.js';
import { recorded } from '../../../rollouts/recordings.js';
import { startMetricsServer, type MetricsServer } from '../../../rollouts/metrics-server.js';
import { differences } from '../../../rollouts/differences.js';
import { stories } from '../../../rollouts/stories.js';
import { StoryPlayer } from '../../../rollouts/story-player.js';
import { byPlugin } from '../../../rollouts/verbs.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { startKwokPlane, type KwokPlane } from '../../lab/kwok-lab.js';
import type { LabProcess } from '../../lab/lab-process.js';
import { networks } from '../../lab/networks.js';
import { oneOf } from '../../lab/rounds.js';
import { startSerinController } from '../../lab/serin-controller.js';
import { argoHealth } from '../gitops/health.js';
import { pluginFor } from './argo-controller.js';

const WITHIN_SECONDS = 90;

/** What Argo CD says of each object, by its kind. */
const verdicts = async (objects: readonly KubernetesObject[]): Promise<string[]> => (await argoHealth(objects)).map(({ status }, index) => `${objects[index]?.kind ?? ''} ${status}`);
const sorted = (all: readonly string[]): string[] => [...all].sort();

describe('Rollouts on a real control plane, told by kubectl argo rollouts, end each part as Argo Rollouts does, and Argo CD says the same of them', () => {
  let lab: KwokPlane;
  let metrics: MetricsServer;
  let controller: LabProcess;

  beforeAll(async () => {
    const signal = AbortSignal.timeout(170_000);
    metrics = await startMetricsServer();
    lab = await startKwokPlane({ name: 'argo', network: networks.argoStories, nodes: [{ count: 2 }], frontends: ['argo'] }, signal);
    controller = await startSerinController({ directory: lab.plane.directory, kubeconfig: lab.plane.kubeconfigs.admin }, signal, { arguments: ['--frontends=argo'] });
  }, 180_000);
  afterAll(async () => {
    await controller?.stop();
    await lab?.stop();
    await metrics?.stop();
  });

  it.concurrent.each(oneOf(4, stories.map((story, index) => [story.name, story, index] as const)))('%s', async (_, story, index) => {
    const player = new StoryPlayer(lab.client, byPlugin(pluginFor(lab.plane.kubeconfigs.admin)), `story-${index}`, story, metrics.url);
    const states = recorded(story);
    const reaches = async (part: string): Promise<void> => {
      const left = async (): Promise<string[]> => differences(story, part, states[part], await player.state());
      await eventually(`${story.name}, ${part}: the state that Argo Rollouts reaches`, async () => (await left()).length === 0, WITHIN_SECONDS).catch(async (error: unknown) => {
        expect(await left(), part).toEqual([]);
        throw error;
      });
      const wanted = sorted(await verdicts(recordedObjects(states[part] ?? {})));
      const found = async (): Promise<string[]> => sorted(await verdicts([...[await player.rollout()].flatMap((each) => each ?? []), ...(await player.measurements())]));
      // What workloadRef names is on record a moment after the status.
      await eventually(`${story.name}, ${part}: what Argo CD says`, async () => JSON.stringify(await found()) === JSON.stringify(wanted), WITHIN_SECONDS).catch(async (error: unknown) => {
        expect(await found(), `${part}: what Argo CD says`).toEqual(wanted);
        throw error;
      });
    };
    try {
      await player.begin();
      await reaches('begun');
      for (const { name, actions } of story.parts) {
        await player.act(actions);
        await reaches(name);
      }
    } finally {
      await player.end();
    }
  }, 900_000);
});
