import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { oamResources, type Application } from '../../src/frontends/kubevela/application.js';
import { rolloutResource } from '../../src/frontends/kubevela/rollout-object.js';
import type { Resource } from '../../src/kubernetes/objects.js';
import type { FaultPort } from '../../src/ports/fault-port.js';
import { comparable, manifest, stateOf, states, type ApplicationState } from '../scenarios/application-state.js';
import { chosenBoundaries } from './chosen-kills.js';
import { Driver, resources, serinResources } from './driver.js';
import { Killer, replaceKilled } from './killer.js';

const namespace = 'default';
const bookInfo = { namespace, name: 'book-info' };
const reviews = { namespace, name: 'reviews' };

class Stage {
  readonly driver: Driver;

  constructor(driver: Driver) {
    this.driver = driver;
  }

  state(): ApplicationState {
    const { driver } = this;
    return stateOf('reviews', {
      app: driver.object(oamResources.applications, bookInfo),
      deployments: driver.objects(resources.deployments, namespace),
      virtualService: driver.object(resources.virtualServices, reviews),
      destinationRule: driver.object(resources.destinationRules, reviews),
    });
  }

  async apply(file: string, version?: string): Promise<void> {
    const app = manifest(file);
    const annotations = version === undefined ? {} : { annotations: { 'app.oam.dev/publishVersion': version } };
    await this.driver.run(() => this.driver.client.apply(oamResources.applications, { ...app, metadata: { ...app.metadata, ...annotations } }, { fieldManager: 'kubectl', force: true }));
  }

  async until(wanted: Partial<ApplicationState>, seconds = 120): Promise<void> {
    const isThere = (): boolean => {
      try {
        expect(comparable(this.state(), wanted)).toEqual(wanted);
        expect(this.driver.object(oamResources.applications, bookInfo)?.metadata.generation).toBe(this.driver.object(oamResources.applications, bookInfo)?.status?.observedGeneration);
        return true;
      } catch {
        return false;
      }
    };
    await this.driver.until('the state', isThere, seconds).catch((error: unknown) => {
      expect({ ...this.state(), conditions: this.app()?.status?.conditions, workflow: this.app()?.status?.workflow, releases: this.driver.objects(serinResources.releases).map(({ metadata, status }) => [metadata.name, status?.phase, status?.message]), errors: this.driver.errors.slice(-5) }).toEqual(wanted);
      throw error;
    });
  }

  app(): Application | undefined {
    return this.driver.object(oamResources.applications, bookInfo);
  }

  /** What `vela workflow resume` sends. */
  async resume(): Promise<void> {
    await this.driver.run(() => this.driver.client.patch(oamResources.applications, bookInfo, { kind: 'merge', body: { status: { workflow: { suspend: false } } } }, { subresource: 'status', fieldManager: 'vela' }));
  }
}

describe('an Application in virtual time', () => {
  let stage: Stage;
  const start = async (faults?: FaultPort): Promise<void> => {
    stage = new Stage(new Driver({ seed: 83, frontends: ['kubevela'], ...(faults === undefined ? {} : { faults }) }));
    await stage.driver.start();
  };
  beforeEach(() => start());
  afterEach(async () => {
    expect(stage.driver.errors).toEqual([]);
    await stage.driver.stop();
  });
  const names = (resource: Resource<never>): string[] => stage.driver.objects(resource as Resource, namespace).map(({ metadata }) => metadata.name).sort();

  it('is deployed, with everything that it consists of', async () => {
    await stage.apply('first-deploy.yaml');
    await stage.until(states.deployed);
    expect(names(resources.services as Resource<never>)).toEqual(expect.arrayContaining(['details', 'productpage', 'ratings', 'reviews']));
    expect(names(resources.gateways as Resource<never>)).toEqual(['productpage']);
    expect(names(resources.controllerRevisions as Resource<never>)).toEqual(['details-v1', 'productpage-v1', 'ratings-v1', 'reviews-v1']);
    expect(names(oamResources.applicationRevisions as Resource<never>)).toEqual(['book-info-v1']);
    expect(stage.driver.object(rolloutResource, reviews)).toMatchObject({ spec: { targetRevisionName: 'reviews-v1' }, status: { rollingState: 'rolloutSucceed', batchRollingState: 'batchReady', currentBatch: 0 } });
    const version = stage.driver.version;
    await stage.driver.pass(120);
    expect(stage.driver.version - version, 'writes at rest').toBe(0);
  });

  it('goes to its next version through the pause, and stays there', async () => {
    await stage.apply('first-deploy.yaml');
    await stage.until(states.deployed);
    await stage.apply('rollout-v2.yaml');
    await stage.until(states.suspended);
    await stage.driver.pass(600);
    const seen: string[] = [];
    stage.driver.onCommit(({ type, stored }) => stored.collection === 'apps/deployments' && type !== 'MODIFIED' && seen.push(`${type} ${stored.key}`));
    expect(comparable(stage.state(), states.suspended)).toEqual(states.suspended);
    await stage.resume();
    await stage.until(states.resumed);
    expect(stage.driver.object(rolloutResource, reviews)).toMatchObject({ spec: { targetRevisionName: 'reviews-v2' }, status: { rollingState: 'rolloutSucceed', currentBatch: 1 } });
    await stage.driver.pass(60);
    // The old one goes once, and does not come back for a moment.
    expect(seen).toEqual(['DELETED default/reviews-v1']);
  });

  it('goes back while it is suspended', async () => {
    await stage.apply('first-deploy.yaml');
    await stage.until(states.deployed);
    await stage.apply('rollout-v2.yaml');
    await stage.until(states.suspended);
    await stage.apply('rollback.yaml');
    await stage.until(states.rolledBack);
  });

  it('goes back after the end, and stays there when told again', async () => {
    await stage.apply('first-deploy.yaml');
    await stage.until(states.deployed);
    await stage.apply('rollout-v2.yaml');
    await stage.until(states.suspended);
    await stage.resume();
    await stage.until(states.resumed);
    await stage.apply('rollback.yaml');
    await stage.until(states.rolledBack);
    await stage.apply('rollback.yaml', 'again');
    await stage.until(states.rolledBack);
    expect(stage.app()?.status?.workflow?.appRevision).toContain('again');
    await stage.driver.pass(60);
    expect(comparable(stage.state(), states.rolledBack)).toEqual(states.rolledBack);
  });

  it('stays as it is when its workflow is terminated', async () => {
    await stage.apply('first-deploy.yaml');
    await stage.until(states.deployed);
    await stage.apply('rollout-v2.yaml');
    await stage.until(states.suspended);
    await stage.driver.run(() => stage.driver.client.patch(oamResources.applications, bookInfo, { kind: 'merge', body: { status: { workflow: { terminated: true, suspend: false } } } }, { subresource: 'status', fieldManager: 'vela' }));
    const { steps: _, ...standing } = states.suspended;
    await stage.until({ ...standing, phase: 'workflowTerminated' });
    await stage.driver.pass(60);
    const terminated = { ...standing, phase: 'workflowTerminated' };
    expect(comparable(stage.state(), terminated)).toEqual(terminated);
    await stage.apply('rollback.yaml');
    await stage.until(states.rolledBack);
  });
});

describe('a controller that is killed at one of its writes, the next one goes on', () => {
  /** The whole story; another controller takes over as soon as the first one dies. */
  async function play(killer: Killer): Promise<unknown> {
    const stage = new Stage(new Driver({ seed: 84, frontends: ['kubevela'], faults: killer }));
    const { driver } = stage;
    replaceKilled(driver, killer);
    try {
      await driver.start();
      const seen: ApplicationState[] = [];
      const part = async (wanted: Partial<ApplicationState>): Promise<void> => {
        await stage.until(wanted, 300);
        seen.push(stage.state());
      };
      await stage.apply('first-deploy.yaml');
      await part(states.deployed);
      await stage.apply('rollout-v2.yaml');
      await part(states.suspended);
      await stage.resume();
      await part(states.resumed);
      await stage.apply('rollback.yaml');
      await part(states.rolledBack);
      return seen;
    } finally {
      await driver.stop();
    }
  }

  it('comes to the same states', async () => {
    const undisturbed = new Killer();
    const wanted = await play(undisturbed);
    const own = undisturbed.reached.flatMap((boundary, index) => (boundary.startsWith('controller.application') ? [index] : []));
    expect(own.length).toBeGreaterThan(40);
    for (const [, index] of chosenBoundaries(own, 24)) {
      const killer = new Killer(index);
      expect(await play(killer), `killed at ${index}, ${undisturbed.reached[index] ?? ''}`).toEqual(wanted);
      expect(killer.isDead).toBe(true);
    }
  }, 600_000);
});
