import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Application, WorkflowStep } from '../application.js';

/** One of the manifests of examples/kubevela-bookinfo. */
export function bookinfo(name: 'first-deploy' | 'rollout-v2' | 'rollback'): Application {
  const text = readFileSync(new URL(`../../../../examples/kubevela-bookinfo/${name}.yaml`, import.meta.url), 'utf8');
  return parse(text) as Application;
}

/** An Application of one component without traits for each name, and this workflow. */
export function simple(names: readonly string[], steps: readonly WorkflowStep[] = [], mode?: NonNullable<NonNullable<Application['spec']['workflow']>['mode']>): Application {
  return {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'default' },
    spec: {
      components: names.map((name) => ({ name, type: 'webservice', properties: { image: `example/${name}:1`, port: 8080 } })),
      ...(steps.length > 0 ? { workflow: { ...(mode ? { mode } : {}), steps: [...steps] } } : {}),
    },
  };
}

/** A released component beside nothing else: `web` with so many Pods in these batches. */
export function released(image: string, { size = 4, batches = [1, 1, 2], traffic = true }: { size?: number; batches?: readonly number[]; traffic?: boolean } = {}, steps: readonly WorkflowStep[] = []): Application {
  return {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'default' },
    spec: {
      components: [{
        name: 'web', type: 'webservice', properties: { image, port: 8080 },
        traits: [
          { type: 'rollout', properties: { targetSize: size, rolloutBatches: batches.map((replicas) => ({ replicas })) } },
          ...(traffic ? [{ type: 'canary-traffic', properties: { port: [8080] } }] : []),
        ],
      }],
      ...(steps.length > 0 ? { workflow: { steps: [...steps] } } : {}),
    },
  };
}

/** A canary-rollout step of `web`. */
export const rollout = (name: string, batchPartition: number, weights?: Readonly<Record<string, number>>): WorkflowStep => ({
  name, type: 'canary-rollout',
  properties: { batchPartition, ...(weights ? { traffic: { weightedTargets: Object.entries(weights).map(([revision, weight]) => ({ revision, weight })) } } : {}) },
});
