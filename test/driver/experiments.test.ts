import { afterEach, describe, expect, it } from 'vitest';
import type { AnalysisTemplate, RunPhase } from '../../src/frontends/argo/kinds/analysis.js';
import type { Experiment, ExperimentSpec } from '../../src/frontends/argo/kinds/experiment.js';
import { argoResources } from '../../src/frontends/argo/resources.js';
import type { FaultPort } from '../../src/ports/fault-port.js';
import { chosenBoundaries } from './chosen-kills.js';
import { Driver, resources } from './driver.js';
import { Killer, replaceKilled } from './killer.js';

const namespace = 'default';
const at = { namespace, name: 'try' };

const template = (name: string, more: object = {}): ExperimentSpec['templates'][number] =>
  ({ name, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: `web:${name}`, ports: [{ containerPort: 8080 }] }] } }, ...more }) as unknown as ExperimentSpec['templates'][number];

/** Nothing that is measured before the test says what came of it. */
const rates: AnalysisTemplate = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: 'rates', namespace },
  spec: { args: [{ name: 'hash' }], metrics: [{ name: 'rate', initialDelay: '10h', provider: { web: { url: 'http://shop/{{args.hash}}' } } }] },
};

class Stage {
  readonly driver: Driver;

  constructor(faults?: FaultPort) {
    this.driver = new Driver({ seed: 85, frontends: ['argo'], ...(faults === undefined ? {} : { faults }) });
  }

  get experiment(): Experiment | undefined {
    return this.driver.object(argoResources.experiments, at);
  }

  async create(spec: ExperimentSpec): Promise<void> {
    const { driver } = this;
    await driver.run(() => driver.client.create(argoResources.analysisTemplates, rates));
    await driver.run(() => driver.client.create(argoResources.experiments, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Experiment', metadata: at, spec }));
  }

  async until(phase: RunPhase, seconds = 300): Promise<void> {
    await this.driver.until(`phase ${phase}`, () => this.experiment?.status?.phase === phase, seconds).catch((error: unknown) => {
      expect({ status: this.experiment?.status, errors: this.driver.errors.slice(-5) }).toEqual({ phase });
      throw error;
    });
  }

  /** What the analysis came to. */
  async finish(run: string, phase: RunPhase): Promise<void> {
    const { driver } = this;
    await driver.until(`AnalysisRun ${run}`, () => driver.object(argoResources.analysisRuns, { namespace, name: run }) !== undefined);
    await driver.run(() => driver.client.patch(argoResources.analysisRuns, { namespace, name: run }, { kind: 'merge', body: { status: { phase, message: 'so it is' } } }));
  }

  /** What is left of it, without times. */
  state(): unknown {
    const { driver, experiment } = this;
    const { phase, message, templateStatuses = [], analysisRuns = [] } = experiment?.status ?? {};
    const sizes = driver.objects(resources.replicaSets, namespace).map(({ metadata, spec }) => [metadata.name, metadata.labels?.['rollouts-pod-template-hash'], spec.replicas]);
    return {
      phase, message, sizes, analysisRuns,
      templates: templateStatuses.map(({ lastTransitionTime: _, ...each }) => each),
      services: driver.objects(resources.services, namespace).map(({ metadata }) => metadata.name).filter((name) => name !== 'kubernetes').sort(),
      pods: driver.objects(resources.pods, namespace).length,
      runs: driver.objects(argoResources.analysisRuns, namespace).map(({ metadata, spec }) => [metadata.name, spec.args, spec.terminate]),
    };
  }
}

const spec: ExperimentSpec = {
  duration: '2m',
  scaleDownDelaySeconds: 10,
  templates: [template('baseline', { replicas: 2 }), template('canary', { service: {} })],
  analyses: [{ name: 'rate', templateName: 'rates', args: [{ name: 'hash', value: '{{templates.canary.podTemplateHash}}' }] }],
};

describe('an Experiment in virtual time', () => {
  let stage: Stage;
  const start = async (): Promise<void> => {
    stage = new Stage();
    await stage.driver.start();
  };
  afterEach(async () => {
    expect(stage.driver.errors).toEqual([]);
    await stage.driver.stop();
  });

  it('runs for its time, is measured, and leaves nothing', async () => {
    await start();
    const { driver } = stage;
    await stage.create(spec);
    await stage.until('Running');
    const hash = driver.object(resources.replicaSets, { namespace, name: 'try-canary' })?.metadata.labels?.['rollouts-pod-template-hash'];
    await driver.until('the AnalysisRun', () => stage.experiment?.status?.analysisRuns?.[0]?.analysisRun === 'try-rate');
    expect(stage.state()).toMatchObject({ pods: 3, services: ['try-canary'], runs: [['try-rate', [{ name: 'hash', value: hash }], undefined]] });
    const slices = driver.objects(resources.endpointSlices, namespace).filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'try-canary');
    expect(slices.flatMap(({ endpoints = [] }) => endpoints)).toHaveLength(1);
    await driver.pass(60);
    const version = driver.version;
    await driver.pass(30);
    expect(driver.version - version, 'writes while it runs').toBe(0);
    await stage.until('Successful');
    await driver.until('no Pods', () => driver.objects(resources.pods, namespace).length === 0, 60);
    await driver.until('no Service', () => driver.object(resources.services, { namespace, name: 'try-canary' }) === undefined, 60);
    expect(driver.object(argoResources.analysisRuns, { namespace, name: 'try-rate' })?.spec.terminate).toBe(true);
    expect(driver.notes.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['ExperimentPending', 'TemplateProgressing', 'ExperimentRunning', 'TemplateRunning', 'AnalysisRunPending', 'AnalysisRunTerminating', 'TemplateSuccessful', 'ExperimentSuccessful', 'ScalingReplicaSet']));
    const atRest = driver.version;
    await driver.pass(120);
    expect(driver.version - atRest, 'writes at rest').toBe(0);
  });

  it('ends with its analysis', async () => {
    await start();
    await stage.create(spec);
    await stage.until('Running');
    await stage.finish('try-rate', 'Failed');
    await stage.until('Failed', 20);
    expect(stage.experiment?.status?.message).toBe('so it is');
  });

  it('says what the API server did not take', async () => {
    await start();
    await stage.create({ templates: [template('UPPER')] });
    await stage.until('Error', 20);
    expect(stage.experiment?.status?.templateStatuses?.[0]?.message).toContain("Failed to create ReplicaSet for template 'UPPER': ");
    await stage.driver.pass(30);
  });

  it('says that a name it needs is somebody else’s', async () => {
    await start();
    const { driver } = stage;
    const { selector, template: pods } = template('baseline');
    await driver.run(() => driver.client.create(resources.replicaSets, { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { namespace, name: 'try-baseline' }, spec: { replicas: 0, selector, template: pods } }));
    await stage.create({ templates: [template('baseline')] });
    await stage.until('Error', 20);
    expect(stage.experiment?.status?.templateStatuses?.[0]?.message).toContain('ReplicaSet try-baseline is there already');
    await driver.pass(30);
  });

  it('takes everything along when it is deleted', async () => {
    await start();
    const { driver } = stage;
    await stage.create(spec);
    await stage.until('Running');
    await driver.run(() => driver.client.delete(argoResources.experiments, at));
    await driver.until('nothing is left', () => driver.objects(resources.replicaSets, namespace).length + driver.objects(resources.pods, namespace).length + driver.objects(argoResources.analysisRuns, namespace).length === 0);
  });
});

describe('a controller that is killed at one of its writes about an Experiment, the next one goes on', () => {
  async function play(killer: Killer): Promise<unknown> {
    const stage = new Stage(killer);
    const { driver } = stage;
    replaceKilled(driver, killer);
    try {
      await driver.start();
      await stage.create(spec);
      await stage.until('Running');
      await driver.until('the AnalysisRun', () => stage.experiment?.status?.analysisRuns?.[0]?.analysisRun === 'try-rate');
      const running = stage.state();
      await stage.finish('try-rate', 'Successful');
      await stage.until('Successful');
      await driver.until('no Pods', () => driver.objects(resources.pods, namespace).length === 0);
      await driver.until('no Service', () => driver.object(resources.services, { namespace, name: 'try-canary' }) === undefined);
      await driver.pass(30);
      return [running, stage.state()];
    } finally {
      await driver.stop();
    }
  }

  it('comes to the same end', async () => {
    const undisturbed = new Killer();
    const wanted = await play(undisturbed);
    const own = undisturbed.reached.flatMap((boundary, index) => (/^controller\.(experiment|replicaset)/.test(boundary) ? [index] : []));
    expect(own.length).toBeGreaterThan(20);
    for (const [, index] of chosenBoundaries(own, 4)) {
      const killer = new Killer(index);
      expect(await play(killer), `killed at ${index}, ${undisturbed.reached[index] ?? ''}`).toEqual(wanted);
      expect(killer.isDead).toBe(true);
    }
  }, 600_000);
});
