import { expect, it } from 'vitest';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { VersionPods } from './version-pods.js';

const pod = (name: string, labels: Record<string, string>): Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec: { containers: [] } });

it('tells Pods apart by the label of their versions alone', () => {
  const pods = [pod('a', { 'example.org/version': 'v1' }), pod('b', { 'example.org/version': 'v2' }), pod('c', { 'pod-template-hash': 'v1' })];
  const roles = (label?: string): unknown => new VersionPods({ stable: 'v1', canary: 'v2', ...(label === undefined ? {} : { label }) }).update(pods).map(({ known }) => [known.name, known.role]);
  expect(roles('example.org/version')).toEqual([['a', 'stable'], ['b', 'canary']]);
  expect(roles()).toEqual([['c', 'stable']]);
});
