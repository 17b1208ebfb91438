import type { Ingress } from '../../../kubernetes/generated/networking-v1.js';
import type { AnalysisTemplate } from '../kinds/analysis.js';
import type { RolloutStep } from '../kinds/canary-steps.js';
import type { Rollout } from '../kinds/rollout.js';
import type { BlueGreenStrategy, CanaryStrategy } from '../kinds/strategies.js';
import { RolloutWorld, serviceNamed } from './rollout-world.js';

/** A Rollout named web, of five Pods. */
export const rolloutOf = (strategy: NonNullable<Rollout['spec']['strategy']>, spec: Partial<Rollout['spec']> = {}): Rollout => ({
  apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'web' },
  spec: {
    replicas: 5, selector: { matchLabels: { app: 'web' } },
    template: { metadata: { name: '', labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    strategy, ...spec,
  },
});

/** An analysis of one metric. */
export const template = (name: string): AnalysisTemplate => ({
  apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisTemplate', metadata: { name, namespace: 'shop' },
  spec: { metrics: [{ name: 'errors', count: 1, successCondition: 'result < 1', provider: { web: { url: 'http://metrics.shop' } } }] },
});

const ingress: Ingress = {
  apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web' },
  spec: { ingressClassName: 'nginx', rules: [{ host: 'web.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'stable', port: { number: 80 } } } }] } }] },
} as Ingress;

/** A canary whose shares are Pod counts. */
export const basicCanary = (steps: RolloutStep[], more: Partial<CanaryStrategy> = {}, spec: Partial<Rollout['spec']> = {}): RolloutWorld => worldOf(rolloutOf({ canary: { steps, ...more } }, spec));

/** A canary whose weights are those of ingress-nginx. */
export const nginxCanary = (steps: RolloutStep[], more: Partial<CanaryStrategy> = {}, spec: Partial<Rollout['spec']> = {}): RolloutWorld =>
  worldOf(rolloutOf({ canary: { stableService: 'stable', canaryService: 'canary', trafficRouting: { nginx: { stableIngress: 'web' } }, steps, ...more } }, spec));

/** Blue/green with a Service for previews. */
export const blueGreen = (more: Partial<BlueGreenStrategy> = {}, spec: Partial<Rollout['spec']> = {}): RolloutWorld => worldOf(rolloutOf({ blueGreen: { activeService: 'active', previewService: 'preview', ...more } }, spec));

function worldOf(rollout: Rollout): RolloutWorld {
  const world = new RolloutWorld(rollout, [...['stable', 'canary', 'active', 'preview'].map(serviceNamed), ingress]);
  world.templates.push(template('errors'));
  return world;
}

/** The same after its first version has come up. */
export function deployed(world: RolloutWorld): RolloutWorld {
  return world.until(() => world.status.phase === 'Healthy').settle();
}
