import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { argoResources } from '../../src/frontends/argo/resources.js';
import { differences } from '../rollouts/differences.js';
import { startMetricsServer, type MetricsServer } from '../rollouts/metrics-server.js';
import { recorded } from '../rollouts/recordings.js';
import { rolloutState } from '../rollouts/rollout-state.js';
import { stories } from '../rollouts/stories.js';
import { StoryPlayer } from '../rollouts/story-player.js';
import { byPatches } from '../rollouts/verbs.js';
import { Driver, resources, serinResources } from './driver.js';

const namespace = 'story';
const WITHIN_SECONDS = 120;

/** What Argo Rollouts reached at the end of each part, Serin reaches too: test/rollouts. */
describe('Rollouts in virtual time end each part as Argo Rollouts does', () => {
  let metrics: MetricsServer;
  beforeAll(async () => {
    metrics = await startMetricsServer();
  });
  afterAll(() => metrics.stop());

  it.each(stories.map((story) => [story.name, story] as const))('%s', async (_, story) => {
    const driver = new Driver({ seed: 91, frontends: ['argo'] });
    await driver.start();
    const player = new StoryPlayer(driver.client, byPatches(driver.client, () => driver.clock.now()), namespace, story, metrics.url);
    const states = recorded(story);
    const state = () =>
      rolloutState({
        rollout: driver.object(argoResources.rollouts, { namespace, name: 'shop' }),
        replicaSets: driver.objects(resources.replicaSets, namespace), services: driver.objects(resources.services, namespace), ingresses: driver.objects(resources.ingresses, namespace),
        virtualServices: driver.objects(resources.virtualServices, namespace), destinationRules: driver.objects(resources.destinationRules, namespace),
        analysisRuns: driver.objects(argoResources.analysisRuns, namespace), experiments: driver.objects(argoResources.experiments, namespace),
      });
    const reaches = async (part: string): Promise<void> => {
      const left = (): string[] => differences(story, part, states[part], state());
      await driver.until(part, () => left().length === 0, WITHIN_SECONDS).catch((error: unknown) => {
        const releases = driver.objects(serinResources.releases, namespace).map(({ metadata, status }) => `${metadata.name} ${status?.phase ?? ''}: ${status?.message ?? ''}`);
        expect([...left(), ...releases, ...driver.errors.slice(-5)]).toEqual([]);
        throw error;
      });
    };
    try {
      await driver.run(() => player.begin());
      await reaches('begun');
      for (const { name, actions } of story.parts) {
        await driver.run(() => player.act(actions));
        await reaches(name);
      }
      expect(driver.errors).toEqual([]);
    } finally {
      await driver.stop();
    }
  });
});
