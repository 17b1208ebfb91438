import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HorizontalPodAutoscaler, MetricSpec } from '../../src/kubernetes/generated/autoscaling-v2.js';
import type { PolicySpec } from '../../src/model/release-policy.js';
import { HASH_LABEL } from '../../src/model/version.js';
import { Driver, resources, serinResources } from './driver.js';
import { Load, METRICS, REQUESTS } from './load.js';
import { deployment, namespace, patchRelease, setImage, settle, web } from './program.js';
import { policyWith } from './stories/story.js';
import { readyPods, Witness } from './witness.js';

const PERIOD = 2000;
const MOST = 12;
const first = deployment('web:v1');
const requesting = {
  ...first,
  spec: { ...first.spec, template: { ...first.spec.template, spec: { containers: [{ name: 'web', image: 'web:v1', resources: { requests: REQUESTS } }] } } },
};

/** @param down seconds; for how long it looks back before it takes Pods away */
function autoscaler(metric: MetricSpec, down: number): HorizontalPodAutoscaler {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: MOST,
      metrics: [metric],
      behavior: { scaleDown: { stabilizationWindowSeconds: down } },
    },
  };
}

const canary: PolicySpec['strategy'] = { canary: { steps: [{ weight: 25 }, { pause: {} }, { weight: 50 }, { pause: {} }] } };
const rolling: PolicySpec['strategy'] = { rolling: { batches: ['25%', '50%', '100%'], between: [{ pause: {} }], maxSurge: 1 } };

describe('an autoscaler in the middle of a release', () => {
  let driver: Driver;
  let witness: Witness;
  let load: Load;
  let strangers: Set<string>;
  beforeEach(async () => {
    driver = new Driver({ seed: 89, autoscalerPeriod: PERIOD });
    await driver.start();
    witness = new Witness(driver, namespace);
    load = new Load(driver, 4);
    strangers = new Set();
    driver.onTick(() => {
      const known = release() ? [release()?.spec.stable.hash, release()?.spec.canary.hash] : undefined;
      for (const { metadata } of driver.objects(resources.pods, namespace)) {
        const hash = metadata.labels?.[HASH_LABEL];
        if (known && !known.includes(hash)) strangers.add(`${metadata.name} of ${hash ?? 'no version'}`);
      }
    });
  });
  afterEach(async () => {
    expect(witness.complaints).toEqual([]);
    expect([...strangers]).toEqual([]);
    expect(driver.errors).toEqual([]);
    await driver.stop();
  });

  const release = () => driver.object(serinResources.releases, { namespace, name: 'web-1' });
  const replicas = (): number => driver.object(resources.deployments, web)?.spec.replicas ?? 0;
  const ready = (hash: string | undefined): number => readyPods(driver, namespace).get(hash ?? '') ?? 0;
  const sizes = (): number[] => [replicas(), ready(release()?.spec.stable.hash), ready(release()?.spec.canary.hash)];
  const atPause = (): boolean => release()?.status?.message?.includes('serin resume web-1') ?? false;

  async function until(what: string, condition: () => boolean, seconds = 60): Promise<void> {
    await driver.until(what, async () => (await load.measure(), condition()), seconds);
  }

  /** Changes what is to be done, and waits until these sizes are there, and stay. */
  async function work(pods: number, expected: readonly [replicas: number, stable: number, canary: number]): Promise<void> {
    load.pods = pods;
    await until(`sizes for ${pods}`, () => String(sizes()) === String(expected)).catch(() => undefined);
    const end = driver.clock.now() + 3 * PERIOD;
    await until('some more looks', () => driver.clock.now() >= end);
    expect(sizes()).toEqual(expected);
  }

  /** An autoscaler that has nothing to do, and a new version. */
  async function begin(strategy: PolicySpec['strategy'], metric: MetricSpec, { size = 4, image = 'web:v2', down = 0 } = {}): Promise<void> {
    await settle(driver, { policy: policyWith(strategy), deployment: { ...requesting, spec: { ...requesting.spec, replicas: size } } });
    await driver.run(() => load.measure());
    await driver.run(() => driver.client.create(resources.horizontalPodAutoscalers, autoscaler(metric, down)));
    const scaling = (): string | undefined => driver.object(resources.horizontalPodAutoscalers, web)?.status?.conditions?.find(({ type }) => type === 'ScalingActive')?.status;
    await until('the autoscaler works', () => scaling() === 'True');
    expect(replicas()).toBe(size);
    await setImage(driver, image);
  }

  async function resume(): Promise<void> {
    const index = release()?.status?.step.index ?? 0;
    await patchRelease(driver, 'web-1', { advanceTo: index + 1 });
    await until('the next step', () => (release()?.status?.step.index ?? 0) > index || release()?.status?.phase === 'Completed', 300);
  }

  const strategies = {
    canary: { strategy: canary, pauses: [{ up: [6, 6, 2], down: [3, 3, 1] }, { up: [6, 6, 3], down: [3, 3, 2] }] },
    rolling: { strategy: rolling, pauses: [{ up: [6, 4, 2], down: [3, 2, 1] }, { up: [6, 3, 3], down: [3, 1, 2] }] },
  } satisfies Record<string, { strategy: PolicySpec['strategy']; pauses: { up: [number, number, number]; down: [number, number, number] }[] }>;

  describe.each(Object.entries(strategies))('%s', (_, { strategy, pauses }) => {
    it.each(Object.entries<MetricSpec>(METRICS))('is led by %s, up and down at every step', async (__, metric) => {
      // Young Pods do not count with their processor time, see below.
      await begin(strategy, metric, { down: metric === METRICS['Resource cpu, part of the request'] ? 10 : 0 });
      for (const { up, down } of pauses) {
        await until('the pause', atPause, 300);
        const index = release()?.status?.step.index;
        await work(6, up);
        await work(3, down);
        expect(release()?.status?.step.index).toBe(index);
        await resume();
      }
      await until('the end', () => release()?.status?.phase === 'Completed', 300);
      await work(3, [3, 0, 3]);
      await work(6, [6, 0, 6]);
    });
  });

  it.each<[keyof typeof METRICS, number]>([['Resource memory, amount', 5], ['Pods', 5], ['External, one value', 5], ['External, for each Pod', 6]])('%s: what canary Pods do is not asked of stable', async (metric, size) => {
    load.pods = 5;
    await begin({ canary: { steps: [{ weight: 10 }, { pause: {} }] } }, METRICS[metric], { size: 5 });
    await until('the pause', atPause, 300);
    // Five and the canary Pod have as much to do as is wanted.
    await work(6, [size, size, 1]);
    await resume();
    await until('the end', () => release()?.status?.phase === 'Completed', 300);
    await work(6, [6, 0, 6]);
  });

  it('what Pods use unasked counts for both sets of blue/green, up to maxReplicas and back', async () => {
    load.pods = 0.8;
    load.idle = 0.6;
    await begin({ blueGreen: { before: [{ pause: {} }], after: [], keep: '0s' } }, METRICS['Resource memory, amount']);
    await until('the pause', atPause, 300);
    await work(0.8, [MOST, MOST, MOST]);
    await resume();
    await until('the end', () => release()?.status?.phase === 'Completed', 300);
    await work(0.8, [4, 0, 4]);
  });

  it.each(['Resource memory, amount', 'Pods'] as const)('%s: canary Pods that nobody measures count as idle on the way up, as busy on the way down', async (metric) => {
    await begin(canary, METRICS[metric], { image: 'web:bad' });
    await until('a canary Pod', () => driver.objects(resources.pods, namespace).length === 5);
    await work(4.8, [4, 4, 0]);
    await work(6, [6, 6, 0]);
    await work(3, [5, 5, 0]);
  });

  it('processor time: without a window on the way down new Pods are taken away before they count', async () => {
    await begin(canary, METRICS['Resource cpu, part of the request']);
    await until('the pause', atPause, 300);
    const asked: number[] = [];
    driver.onTick(() => asked.at(-1) !== replicas() && asked.push(replicas()));
    load.pods = 6;
    await until('up and down', () => asked.includes(6) && asked.at(-1) !== 6);
    expect(asked.at(-2)).toBe(6);
    expect(asked.at(-1)).toBeLessThan(6);
  });
});
