import { expect, it } from 'vitest';
import type { PodTemplateSpec } from '../kubernetes/generated/core-v1.js';
import type { PolicySpec } from '../model/release-policy.js';
import { mutableImages } from './mutable-images.js';

const template = (...images: string[]): PodTemplateSpec => ({ spec: { containers: images.map((image, index) => ({ name: `c${index}`, image })) } });
const policy = (more: Partial<PolicySpec>) => ({ spec: { workload: { deployment: 'web' }, strategy: { canary: { steps: [] } }, ...more } });
const pinned = `shop/web:1.0@sha256:${'a'.repeat(64)}`;

it('warns of tags where people are asked before Pods run, once, and of nothing else', () => {
  expect(mutableImages(policy({ approval: {} }), template(pinned, 'envoy:1.30', 'envoy:1.30'))).toEqual([{
    path: ['spec', 'approval'], severity: 'warning',
    problem: 'is asked for before any Pod runs, when nobody knows which image envoy:1.30 will be.',
    remedy: 'Name it by its digest, as envoy:1.30@sha256:…; else a tag that is pushed again is seen only when Pods run it.',
  }]);
  for (const [spec, pods] of [[{ approval: {} }, template(pinned)], [{}, template('web:v1')], [{ approval: {} }, undefined]] as const) expect(mutableImages(policy(spec), pods)).toEqual([]);
});
