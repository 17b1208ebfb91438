import { describe, expect, it } from 'vitest';
import type { Application, WorkflowStep } from './application.js';
import { released, rollout, simple } from './testing/manifests.js';
import { World } from './testing/world.js';

const suspend = { name: 'wait', type: 'suspend' } as const;
const canarySteps = [rollout('first', 0, { 'web-v1': 80, 'web-v2': 20 }), suspend, rollout('rest', 2, { 'web-v2': 100 })];
const releasesOf = (world: World) => [...world.releases].map(([name, { spec, status }]) => `${name} ${spec.stable.replicaSet}>${spec.canary.replicaSet} ${status?.phase ?? ''}`);
const message = (world: World, step: string) => world.app.status?.workflow?.steps?.find(({ name }) => name === step)?.message;

function deployed(options: Parameters<typeof released>[1] = {}): World {
  const world = new World(released('web:1', options));
  world.settle();
  expect(world.app.status?.status).toBe('running');
  return world;
}

function edited(world: World, app: Application): World {
  world.edit(app);
  world.settle();
  return world;
}

/** Lets everything run on until a condition holds. */
function until(world: World, holds: () => boolean): void {
  for (let turn = 0; turn < 300; turn++) {
    if (holds()) return;
    world.pass();
    for (const act of world.due().slice(0, 1)) act();
    world.now += 1000;
  }
  throw new Error(`not within 300 turns: ${JSON.stringify(world.steps())}`);
}

describe('a component that is applied', () => {
  it('goes through its batches by itself, weights following Pods', () => {
    const world = deployed();
    world.sizes.length = 0;
    edited(world, released('web:2'));
    expect(world.app.status?.status).toBe('running');
    expect(releasesOf(world)).toEqual(['web-1 web-v1>web-v2 Completed']);
    expect(world.releases.get('web-1')?.spec.plan.steps.map(({ kind, pods = '' }) => `${kind} ${pods}`)).toEqual(['batch 1', 'batch 2', 'batch 4', 'promote ']);
    expect(world.sizesNow()).toEqual({ 'web-v2': 4 });
  });

  it('waits behind its batchPartition, and goes on when that is raised', () => {
    const world = deployed();
    const withPartition = (partition: number | undefined): Application => {
      const app = released('web:2');
      const trait = app.spec.components[0]?.traits?.[0];
      if (trait?.properties && partition !== undefined) trait.properties['batchPartition'] = partition;
      return app;
    };
    edited(world, withPartition(0));
    expect(world.app.status?.status).toBe('running');
    expect(world.sizesNow()).toEqual({ 'web-v1': 3, 'web-v2': 1 });
    expect(world.status('Rollout', 'web')).toMatchObject({ rollingState: 'rollingInBatches', batchRollingState: 'batchReady', currentBatch: 0 });
    edited(world, withPartition(1));
    expect(world.sizesNow()).toEqual({ 'web-v1': 2, 'web-v2': 2 });
    edited(world, withPartition(undefined));
    expect(world.sizesNow()).toEqual({ 'web-v2': 4 });
    expect(releasesOf(world)).toEqual(['web-1 web-v1>web-v2 Completed']);
  });

  it('is resized without a release', () => {
    const world = deployed();
    edited(world, released('web:1', { size: 6, batches: [6] }));
    expect(world.sizesNow()).toEqual({ 'web-v1': 6 });
    expect(releasesOf(world)).toEqual([]);
    expect(world.app.status?.status).toBe('running');
  });

  it('is released by Pods alone without canary-traffic', () => {
    const world = deployed({ traffic: false });
    edited(world, released('web:2', { traffic: false }));
    expect(world.sizesNow()).toEqual({ 'web-v2': 4 });
    expect(world.spec('ReleasePolicy', 'web')).not.toHaveProperty('router');
  });
});

describe('a release that is taken back', () => {
  it('fails its step and those behind it, and is not begun again by them', () => {
    const world = deployed();
    edited(world, released('web:2', {}, canarySteps));
    expect(world.steps()).toEqual({ first: 'succeeded', wait: 'suspending' });
    const release = world.releases.get('web-1');
    if (release) world.releases.set('web-1', { ...release, spec: { ...release.spec, abort: true } });
    world.settle();
    expect(world.sizesNow()).toEqual({ 'web-v1': 4 });
    expect(world.steps()).toEqual({ first: 'succeeded', wait: 'suspending' });
    world.patchWorkflow({ suspend: false });
    world.settle();
    expect(world.steps()).toEqual({ first: 'succeeded', wait: 'succeeded', rest: 'failed Action' });
    expect(message(world, 'rest')).toBe('web-1 was taken back: web-v2 was taken back.');
    expect(world.app.status?.status).toBe('workflowFailed');
    expect(world.app.status?.conditions?.find(({ type }) => type === 'Drift')?.message).toBe('The spec asks for web-v2, and web-v1 runs.');
    expect(world.status('Rollout', 'web')).toMatchObject({ rollingState: 'rolloutFailed' });
    expect(releasesOf(world)).toEqual(['web-1 web-v1>web-v2 Aborted']);
    expect(world.sizesNow()).toEqual({ 'web-v1': 4 });
  });

  it('is tried again when the run is started again', () => {
    const world = deployed();
    world.edit(released('web:2', {}, canarySteps));
    until(world, () => world.releases.get('web-1')?.status?.phase === 'Progressing');
    const release = world.releases.get('web-1');
    if (release) world.releases.set('web-1', { ...release, spec: { ...release.spec, abort: true } });
    world.settle();
    expect(world.steps()).toMatchObject({ first: 'failed Action', wait: 'skipped', rest: 'skipped' });
    const { workflow: _, ...status } = world.app.status ?? {};
    world.app = { ...world.app, status };
    world.settle();
    expect(world.steps()).toEqual({ first: 'succeeded', wait: 'suspending' });
    expect(releasesOf(world)).toEqual(['web-1 web-v1>web-v2 Aborted', 'web-2 web-v1>web-v2 Progressing']);
  });
});

describe('a spec that changes in the middle', () => {
  it('begins anew with other shares', () => {
    const world = deployed();
    edited(world, released('web:2', {}, canarySteps));
    edited(world, released('web:2', {}, [rollout('first', 0, { 'web-v1': 50, 'web-v2': 50 }), suspend, rollout('rest', 2, { 'web-v2': 100 })]));
    expect(world.steps()).toEqual({ first: 'succeeded', wait: 'suspending' });
    expect(world.routes('web').map(({ weight }) => weight)).toEqual([50, 50]);
    expect(releasesOf(world)).toEqual(['web-1 web-v1>web-v2 Aborted', 'web-2 web-v1>web-v2 Progressing']);
  });

  it('goes on with the same release when only something else changed', () => {
    const world = deployed();
    edited(world, released('web:2', {}, canarySteps));
    edited(world, released('web:2', {}, [...canarySteps, { name: 'done', type: 'notification', properties: { slack: { url: { value: 'http://x' }, message: { text: 'done' } } } }]));
    expect(releasesOf(world)).toEqual(['web-1 web-v1>web-v2 Progressing']);
    world.patchWorkflow({ suspend: false });
    world.settle();
    expect(world.steps()).toEqual({ first: 'succeeded', wait: 'succeeded', rest: 'succeeded', done: 'succeeded' });
    expect(world.called).toHaveLength(1);
  });

  it('takes the version on trial back for a newer one', () => {
    const world = deployed();
    edited(world, released('web:2', {}, canarySteps));
    edited(world, released('web:3', {}, [rollout('first', 0, { 'web-v1': 80, 'web-v3': 20 }), suspend, rollout('rest', 2, { 'web-v3': 100 })]));
    expect(world.sizesNow()).toEqual({ 'web-v1': 3, 'web-v3': 1 });
    expect(world.subsets('web')).toEqual(['web-v1', 'web-v3']);
    expect(releasesOf(world)).toEqual(['web-1 web-v1>web-v2 Aborted', 'web-2 web-v1>web-v3 Progressing']);
  });

  it('removes what is no longer in it', () => {
    const world = edited(new World(simple(['web', 'cache'])), simple(['web', 'cache']));
    expect(world.sizesNow()).toEqual({ web: 1, cache: 1 });
    edited(world, simple(['web']));
    expect(world.sizesNow()).toEqual({ web: 1 });
    expect(world.app.status?.appliedResources?.map(({ kind, name, deleted }) => `${kind ?? ''} ${name ?? ''}${deleted === true ? ' deleted' : ''}`)).toEqual(['Deployment web', 'Deployment cache deleted']);
    edited(world, simple(['web', 'other']));
    expect(world.app.status?.appliedResources?.map(({ name }) => name)).toEqual(['web', 'other']);
  });
});

describe('a person', () => {
  const atWork = (): World => {
    const world = deployed();
    world.podsGetReady = (name) => name !== 'web-v2';
    world.edit(released('web:2', {}, canarySteps));
    until(world, () => world.deployment('web-v2')?.spec.replicas === 1);
    return world;
  };

  it('suspends a step in the middle, which holds its release, and goes on with both', () => {
    const world = atWork();
    world.patchWorkflow({ suspend: true });
    world.settle();
    expect(world.steps()).toEqual({ first: 'suspending' });
    expect(world.app.status?.status).toBe('workflowSuspending');
    expect(world.releases.get('web-1')?.spec.paused).toBe(true);
    world.podsGetReady = () => true;
    world.settle();
    expect(world.routes('web')[0]?.subset).toBeUndefined();
    world.patchWorkflow({ suspend: false });
    world.settle();
    expect(world.steps()).toEqual({ first: 'succeeded', wait: 'suspending' });
    expect(world.releases.get('web-1')?.spec.paused).toBe(false);
  });

  it('ends the run in the middle, which holds its release, until it is started again', () => {
    const world = atWork();
    world.patchWorkflow({ terminated: true });
    world.settle();
    world.podsGetReady = () => true;
    world.settle();
    expect(world.app.status?.status).toBe('workflowTerminated');
    expect(world.routes('web')[0]?.subset).toBeUndefined();
    const { workflow: _, ...status } = world.app.status ?? {};
    world.app = { ...world.app, status };
    world.settle();
    expect(world.steps()).toEqual({ first: 'succeeded', wait: 'suspending' });
  });

  it('who holds a release himself is not overruled', () => {
    const world = atWork();
    const release = world.releases.get('web-1');
    if (release) world.releases.set('web-1', { ...release, spec: { ...release.spec, paused: true } });
    world.podsGetReady = () => true;
    world.settle();
    expect(world.releases.get('web-1')?.spec.paused).toBe(true);
    expect(world.steps()).toEqual({ first: 'running' });
  });
});

describe('several components', () => {
  /** Two released ones, and one that is not. */
  function shop(image: string, steps: readonly WorkflowStep[] = []): Application {
    const app = released(image, { size: 2, batches: [1, 1] }, steps);
    const [web] = app.spec.components;
    if (!web) throw new Error('there is no component');
    return { ...app, spec: { ...app.spec, components: [web, { ...web, name: 'api' }, { name: 'cache', type: 'webservice', properties: { image: 'cache:1' }, dependsOn: ['api'] }] } };
  }
  const step = (component: string, batchPartition: number, weights: Readonly<Record<string, number>>): WorkflowStep => ({ ...rollout(`${component}-${batchPartition}`, batchPartition, weights) });
  const together = (partition: number, old: number): WorkflowStep => ({
    name: `part-${partition}`, type: 'step-group',
    subSteps: ['web', 'api'].map((name) => step(name, partition, { ...(old > 0 ? { [`${name}-v1`]: old } : {}), [`${name}-v2`]: 100 - old })),
  });

  it('are applied after those that they depend on', () => {
    const world = new World(shop('one'));
    world.pass();
    expect(world.steps()).toEqual({ web: 'running', api: 'running', cache: 'pending' });
    expect(world.deployment('cache')).toBeUndefined();
    world.settle();
    expect(world.app.status?.status).toBe('running');
    expect(world.sizesNow()).toEqual({ 'web-v1': 2, 'api-v1': 2, cache: 1 });
  });

  it('go out together in a group, and back together', () => {
    const world = new World(shop('one'));
    world.settle();
    edited(world, shop('two', [together(0, 60), suspend, together(1, 0)]));
    expect(world.steps()).toEqual({ 'part-0': 'succeeded', 'web-0': 'succeeded', 'api-0': 'succeeded', wait: 'suspending' });
    for (const name of ['web', 'api']) expect(world.routes(name).map(({ subset, weight }) => [subset, weight])).toEqual([[`${name}-v1`, 60], [`${name}-v2`, 40]]);
    world.patchWorkflow({ suspend: false });
    world.settle();
    expect(world.sizesNow()).toEqual({ 'web-v2': 2, 'api-v2': 2, cache: 1 });
    edited(world, shop('two', [{ name: 'back', type: 'canary-rollback' }]));
    expect(world.sizesNow()).toEqual({ 'web-v1': 2, 'api-v1': 2, cache: 1 });
    expect(world.app.status?.conditions?.find(({ type }) => type === 'Drift')?.message).toBe('The spec asks for web-v2, and web-v1 runs. The spec asks for api-v2, and api-v1 runs.');
  });

  it('go back one alone where the step names it; the other one is left as it is', () => {
    const world = new World(shop('one'));
    world.settle();
    edited(world, shop('two'));
    edited(world, shop('two', [{ name: 'back', type: 'canary-rollback', properties: { component: 'api' } }]));
    expect(world.sizesNow()).toEqual({ 'web-v2': 2, 'api-v1': 2, cache: 1 });
  });
});

describe('a publish version', () => {
  const published = (app: Application, version: string): Application => ({ ...app, metadata: { ...app.metadata, annotations: { 'app.oam.dev/publishVersion': version } } });

  it('is what publishes a changed spec', () => {
    const world = new World(published(released('web:1'), 'one'));
    world.settle();
    expect(world.app.status?.workflow?.appRevision).toBe('one');
    edited(world, published(released('web:2'), 'one'));
    expect(world.sizesNow()).toEqual({ 'web-v1': 4 });
    expect(world.app.status).toMatchObject({ status: 'running', workflow: { appRevision: 'one' } });
    edited(world, published(released('web:2'), 'two'));
    expect(world.sizesNow()).toEqual({ 'web-v2': 4 });
    expect(world.app.status).toMatchObject({ status: 'running', latestRevision: { name: 'shop-v2' }, workflow: { appRevision: 'two' } });
  });
});

describe('records', () => {
  it('say which spec was brought about, and the oldest go', () => {
    const world = edited(new World(simple(['web'])), simple(['web']));
    for (let number = 1; number <= 13; number++) {
      const app = simple(['web']);
      edited(world, { ...app, spec: { components: app.spec.components.map((each) => ({ ...each, properties: { ...each.properties, image: `web:${number}` } })) } });
    }
    const names = [...world.objects.values()].filter(({ kind }) => kind === 'ApplicationRevision').map(({ metadata }) => metadata.name);
    expect(names).toHaveLength(11);
    expect(names).not.toContain('shop-v3');
    expect(names).toContain('shop-v4');
    expect(world.status('ApplicationRevision', 'shop-v14')).toMatchObject({ succeeded: true, workflow: { status: 'succeeded' } });
  });
});

describe('a rollback', () => {
  it('has failed where there is nothing to go back to, and touches nothing', () => {
    const world = deployed();
    const before = world.sizesNow();
    edited(world, released('web:1', {}, [{ name: 'back', type: 'canary-rollback' }]));
    expect(world.steps()).toEqual({ back: 'failed Action' });
    expect(message(world, 'back')).toBe('There is no earlier revision of web to go back to.');
    expect(world.sizesNow()).toEqual(before);
  });
});

describe('a rollback that comes at once', () => {
  it('is not over before the policy asks for the old version again', () => {
    const world = deployed();
    world.edit(released('web:2', {}, canarySteps));
    until(world, () => world.spec('ReleasePolicy', 'web')?.['workload'] !== undefined && JSON.stringify(world.spec('ReleasePolicy', 'web')).includes('"want":"web-v2"'));
    expect(world.releases.size).toBe(0);
    world.edit(released('web:2', {}, [{ name: 'back', type: 'canary-rollback' }]));
    world.pass(1);
    expect(world.steps()).toEqual({ back: 'running' });
    expect(message(world, 'back')).toBe('Asks for web-v1.');
    world.settle();
    expect(world.steps()).toEqual({ back: 'succeeded' });
    expect(world.sizesNow()).toEqual({ 'web-v1': 4 });
  });
});

describe('an Application that cannot be run', () => {
  it('is refused with all its problems, and nothing is touched', () => {
    const world = deployed();
    const app = released('web:2', {}, [rollout('first', 7, { 'web-v1': 80, 'web-v9': 10 }), { name: 'other', type: 'deploy' }]);
    world.edit(app);
    const { apply, commands, remove, status, events } = world.pass();
    expect({ apply, commands, remove }).toEqual({ apply: [], commands: [], remove: [] });
    const said = status.conditions?.find(({ type }) => type === 'Parsed');
    expect(said).toMatchObject({ status: 'False', reason: 'ReconcileError' });
    for (const text of ['spec.workflow.steps[0].properties.batchPartition', 'web-v9', 'deploy']) expect(said?.message).toContain(text);
    expect(events.map(({ code }) => code)).toEqual(['ApplicationRefused']);
    expect(world.pass().events).toEqual([]);
    edited(world, released('web:1'));
    expect(world.app.status?.conditions?.find(({ type }) => type === 'Parsed')).toMatchObject({ status: 'True' });
  });

  it('is left alone while somebody else looks after it', () => {
    const world = deployed();
    const before = world.app.status;
    world.otherController = 'vela-core in vela-system holds its lease.';
    world.edit(released('web:2'));
    const decision = world.pass();
    expect(decision).toMatchObject({ apply: [], commands: [], calls: [], remove: [] });
    expect(decision.status.workflow).toEqual(before?.workflow);
    expect(decision.status.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'False', reason: 'OtherController', message: 'vela-core in vela-system holds its lease.' });
  });
});
