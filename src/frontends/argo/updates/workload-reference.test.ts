import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { deployed, rolloutOf } from '../testing/rollouts.js';
import { RolloutWorld } from '../testing/rollout-world.js';

const steps = [{ setWeight: 40 }, { pause: {} }];

const deployment = (image: string, replicas: number, generation: number): KubernetesObject => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop', generation },
  spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } } },
} as KubernetesObject);

function referring(replicas: number, scaleDown?: string): RolloutWorld {
  const { spec: { template: _template, selector: _selector, ...spec }, ...rollout } = rolloutOf({ canary: { steps } });
  const world = new RolloutWorld({ ...rollout, spec: { ...spec, workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', ...(scaleDown === undefined ? {} : { scaleDown }) } } });
  world.workload = deployment('web:1', replicas, 1);
  return world;
}

describe('a Rollout that takes its template from a Deployment', () => {
  it('follows it, says which of its generations it has seen, and does not copy it', () => {
    const world = deployed(referring(0));
    expect(world.status.workloadObservedGeneration).toBe('1');
    world.workload = deployment('web:2', 0, 2);
    world.settle();
    expect(world.phase).toBe('Paused: CanaryPauseStep');
    expect(world.status.workloadObservedGeneration).toBe('2');
    expect(world.rollout.spec.template).toBeUndefined();
    expect(world.sizes).toEqual({ 'web:1': 3, 'web:2': 2 });
  });

  it('takes its Pods away once it runs its own, where it is to', () => {
    const replicas = (world: RolloutWorld): unknown => (world.workload as unknown as { spec: { replicas: number } }).spec.replicas;
    expect(replicas(deployed(referring(3)))).toBe(3);
    expect(replicas(deployed(referring(3, 'onsuccess')))).toBe(0);
    expect(replicas(deployed(referring(3, 'progressively')))).toBe(0);
  });

  it('is degraded while there is none, and mends itself', () => {
    const world = referring(0);
    world.workload = undefined;
    world.settle();
    expect(world.phase).toMatch(/^Degraded: InvalidSpec: .*there is no Deployment web in namespace shop/);
    world.workload = deployment('web:1', 0, 1);
    expect(deployed(world).phase).toBe('Healthy');
  });

  it('says 1 where it says no size, so that it can be scaled, and which revision it is', () => {
    const world = referring(0);
    world.edit((spec) => { delete spec.replicas; });
    deployed(world);
    expect(world.rollout.spec.replicas).toBe(1);
    expect(world.rollout.metadata.annotations?.['rollout.argoproj.io/revision']).toBe('1');
  });
});
