import { beforeEach, describe, expect, it } from 'vitest';
import { bookinfo } from './testing/manifests.js';
import { World } from './testing/world.js';

const rollout = (world: World) => ({ ...world.spec('Rollout', 'reviews'), status: world.status('Rollout', 'reviews') });
const condition = (world: World, type: string) => world.app.status?.conditions?.find((each) => each.type === type);

function resumed(world: World): void {
  world.patchWorkflow({ suspend: false });
  world.settle();
}

describe('the story of book-info', () => {
  let world: World;
  const deploy = () => {
    world = new World(bookinfo('first-deploy'));
    world.settle();
  };
  const canary = () => {
    world.edit(bookinfo('rollout-v2'));
    world.settle();
  };
  const rollback = () => {
    world.edit(bookinfo('rollback'));
    world.settle();
  };
  beforeEach(deploy);

  it('[S2-05] deploys everything at first', () => {
    expect(world.app.status?.status).toBe('running');
    expect([...world.objects.values()].filter(({ kind }) => kind === 'ControllerRevision').map(({ metadata }) => metadata.name).sort()).toEqual(['details-v1', 'productpage-v1', 'ratings-v1', 'reviews-v1']);
    expect(world.sizesNow()).toEqual({ 'reviews-v1': 2, productpage: 1, ratings: 1, details: 1 });
    expect(rollout(world)).toMatchObject({ targetRevisionName: 'reviews-v1', status: { rollingState: 'rolloutSucceed', batchRollingState: 'batchReady', currentBatch: 0 } });
    expect(world.routes('reviews')).toEqual([{ host: 'reviews', port: 9080 }]);
    expect(world.subsets('reviews')).toEqual(['reviews-v1']);
    expect(world.app.status?.workflow).toMatchObject({ mode: 'DAG-DAG', finished: true, terminated: false, suspend: false, status: 'succeeded' });
    expect(world.steps()).toEqual({ reviews: 'succeeded', productpage: 'succeeded', ratings: 'succeeded', details: 'succeeded' });
    expect(world.app.status?.services?.map(({ name, healthy, message }) => [name, healthy, message])).toEqual([
      ['reviews', true, 'Ready:2/2'], ['productpage', true, 'Ready:1/1'], ['ratings', true, 'Ready:1/1'], ['details', true, 'Ready:1/1'],
    ]);
    expect(world.app.status?.conditions?.map(({ type, status }) => `${type} ${status}`)).toEqual(['Parsed True', 'Revision True', 'Policy True', 'Render True', 'Workflow True', 'Ready True']);
    expect(world.releases.size).toBe(0);
  });

  it('[S2-15] [S2-16] [S2-17] [S2-18] stops with one Pod of the new version and a tenth of the requests', () => {
    canary();
    expect(world.app.status?.status).toBe('workflowSuspending');
    expect(world.steps()).toEqual({ 'rollout-1st-batch': 'succeeded', 'manual-approval': 'suspending' });
    expect(world.app.status?.workflow?.steps?.map(({ message }) => message)).toEqual(['reviews-v2 has 1 Pod and 10 % of the requests.', 'Waits until somebody goes on.']);
    expect(world.app.status?.workflow).toMatchObject({ mode: 'StepByStep-DAG', suspend: true, finished: false, status: 'suspending' });
    expect(world.sizesNow()).toMatchObject({ 'reviews-v1': 1, 'reviews-v2': 1 });
    expect(world.routes('reviews')).toEqual([{ host: 'reviews', subset: 'reviews-v1', weight: 90 }, { host: 'reviews', subset: 'reviews-v2', weight: 10 }]);
    expect(world.subsets('reviews')).toEqual(['reviews-v1', 'reviews-v2']);
    expect(rollout(world)).toMatchObject({ targetRevisionName: 'reviews-v2', rolloutPlan: { batchPartition: 0, targetSize: 2 }, status: { rollingState: 'rollingInBatches', batchRollingState: 'batchReady', currentBatch: 0, LastSourceRevision: 'reviews-v1', upgradedReadyReplicas: 1 } });
  });

  it('[S2-20] [S2-21] goes to the end once somebody resumes', () => {
    canary();
    resumed(world);
    expect(world.app.status?.status).toBe('running');
    expect(world.steps()).toEqual({ 'rollout-1st-batch': 'succeeded', 'manual-approval': 'succeeded', 'rollout-rest': 'succeeded' });
    expect(world.sizesNow()).toEqual({ 'reviews-v2': 2, productpage: 1, ratings: 1, details: 1 });
    expect(world.routes('reviews')).toEqual([{ host: 'reviews', subset: 'reviews-v2', weight: 100 }]);
    expect(world.subsets('reviews')).toEqual(['reviews-v2']);
    expect(rollout(world)).toMatchObject({ targetRevisionName: 'reviews-v2', rolloutPlan: { batchPartition: 1 }, status: { rollingState: 'rolloutSucceed', batchRollingState: 'batchReady', currentBatch: 1 } });
    expect(condition(world, 'Drift')).toBeUndefined();
    expect([...world.releases.keys()]).toEqual(['reviews-1']);
  });

  it('[S2-22] [S2-24] [S2-25] [S2-26] goes back while it is suspended', () => {
    canary();
    world.sizes.length = 0;
    rollback();
    expect(world.app.status?.status).toBe('running');
    expect(world.steps()).toEqual({ rollback: 'succeeded' });
    expect(world.sizes.map(({ 'reviews-v1': one, 'reviews-v2': two }) => [one, two])).toEqual([[1, 1], [2, 1], [2, 0], [2, undefined]]);
    expect(world.routes('reviews')).toEqual([{ host: 'reviews', subset: 'reviews-v1', weight: 100 }]);
    expect(world.subsets('reviews')).toEqual(['reviews-v1']);
    expect(rollout(world)).toMatchObject({ targetRevisionName: 'reviews-v1', status: { rollingState: 'rolloutSucceed', batchRollingState: 'batchReady' } });
    expect(condition(world, 'Drift')?.message).toBe('The spec asks for reviews-v2, and reviews-v1 runs.');
    expect(world.decisions.flatMap(({ events }) => events.map(({ code }) => code)).filter((code) => code !== 'WorkflowStarted')).toEqual(['WorkflowSucceeded', 'WorkflowSuspended', 'WorkflowSuperseded', 'WorkflowSucceeded']);
  });

  it('[S2-23] goes back after the end, with a Deployment made again from the record, and stays there when asked again', () => {
    canary();
    resumed(world);
    rollback();
    const isBack = (): void => {
      expect(world.app.status?.status).toBe('running');
      expect(world.sizesNow()).toEqual({ 'reviews-v1': 2, productpage: 1, ratings: 1, details: 1 });
      expect(world.routes('reviews')).toEqual([{ host: 'reviews', subset: 'reviews-v1', weight: 100 }]);
      expect(world.subsets('reviews')).toEqual(['reviews-v1']);
      const template = world.deployment('reviews-v1')?.spec.template.spec?.containers[0]?.image;
      expect(template).toBe('docker.io/istio/examples-bookinfo-reviews-v2:1.16.2');
    };
    isBack();
    const releases = world.releases.size;
    world.patchWorkflow({ appRevision: 'another' });
    world.settle();
    isBack();
    expect(world.releases.size).toBe(releases);
  });

  it('is released again after it was taken back', () => {
    canary();
    rollback();
    canary();
    expect(world.steps()).toEqual({ 'rollout-1st-batch': 'succeeded', 'manual-approval': 'suspending' });
    resumed(world);
    expect(world.sizesNow()).toMatchObject({ 'reviews-v2': 2 });
    expect([...world.releases].map(([name, { status }]) => `${name} ${status?.phase ?? ''}`)).toEqual(['reviews-1 Aborted', 'reviews-2 Completed']);
  });

  it('stays as it is when the run is ended, and starts again where it stands', () => {
    canary();
    const before = [world.sizesNow(), world.routes('reviews'), world.subsets('reviews')];
    world.patchWorkflow({ terminated: true });
    world.settle();
    expect(world.app.status?.status).toBe('workflowTerminated');
    expect(world.app.status?.workflow).toMatchObject({ terminated: true, finished: true, suspend: false, status: 'terminated' });
    expect(world.steps()).toEqual({ 'rollout-1st-batch': 'succeeded', 'manual-approval': 'failed Terminate', 'rollout-rest': 'skipped' });
    expect([world.sizesNow(), world.routes('reviews'), world.subsets('reviews')]).toEqual(before);
    // vela workflow restart removes the record.
    const { workflow: _, ...status } = world.app.status ?? {};
    world.app = { ...world.app, status };
    world.settle();
    expect(world.steps()).toEqual({ 'rollout-1st-batch': 'succeeded', 'manual-approval': 'suspending' });
    expect([world.sizesNow(), world.routes('reviews'), world.subsets('reviews')]).toEqual(before);
    expect(world.releases.size).toBe(1);
  });

  it('never gives a version requests before its Pods are ready', () => {
    world.podsGetReady = (name) => name !== 'reviews-v2';
    canary();
    expect(world.steps()).toEqual({ 'rollout-1st-batch': 'running' });
    expect(world.routes('reviews')).toEqual([{ host: 'reviews', port: 9080 }]);
    expect(world.sizesNow()).toMatchObject({ 'reviews-v1': 2, 'reviews-v2': 1 });
  });
});
