import { expect, it } from 'vitest';
import { validatePolicy } from '../policy-validation.js';
import type { TwoServicesConfig } from './two-services.js';

const ingresses = [{ name: 'web', canaryName: 'web-canary' }];
const virtualServices = [{ name: 'web' }];
const destinationRule = { name: 'web', stableSubset: 'stable', canarySubset: 'canary' };

function problems(twoServices: Partial<TwoServicesConfig>, workload: object = { versions: { list: [{ deployment: 'a' }, { deployment: 'b' }] } }, more: object = {}): string[] {
  const object = { apiVersion: 'serin.dev/v1alpha1', kind: 'ReleasePolicy', metadata: { name: 'web', namespace: 'shop' }, spec: { workload, router: { twoServices, ...more }, strategy: { canary: { steps: [{ weight: 20 }] } } } };
  return validatePolicy(object).map(({ problem }) => problem);
}

it.each<[string, Partial<TwoServicesConfig>]>([
  ['weights by Ingresses', { mode: 'weights', stable: 'web', canary: 'web-canary', ingresses }],
  ['weights by subsets', { mode: 'weights', virtualServices, destinationRule, managedRoutes: ['testers'] }],
  ['switch with a preview', { mode: 'switch', stable: 'web', canary: 'web-preview' }],
  ['switch without', { mode: 'switch', stable: 'web' }],
  ['pods with one Service', { mode: 'pods', canary: 'web-canary' }],
])('takes %s', (_what, config) => {
  expect(problems(config)).toEqual([]);
});

it.each<[string, Partial<TwoServicesConfig>]>([
  ['name the Service that users reach under stable.', { mode: 'switch', canary: 'web-preview' }],
  ['only mode weights splits by Ingresses, VirtualServices and routes.', { mode: 'switch', stable: 'web', ingresses }],
  ['name what splits the requests: ingresses, virtualServices or routes.', { mode: 'weights', stable: 'web', canary: 'web-canary' }],
  ['name both Services, or neither where a destinationRule tells versions.', { mode: 'weights', stable: 'web', virtualServices, destinationRule }],
  ['name both Services: stable and canary.', { mode: 'weights', virtualServices }],
  ['stable and canary must be two Services.', { mode: 'pods', stable: 'web', canary: 'web' }],
  ['a destinationRule needs virtualServices that name its subsets.', { mode: 'pods', stable: 'web', destinationRule }],
  ['stableSubset and canarySubset must be two subsets.', { mode: 'weights', virtualServices, destinationRule: { ...destinationRule, canarySubset: 'stable' } }],
  ['managedRoutes are made beside routes of virtualServices, and as rules of routes.', { mode: 'weights', stable: 'web', canary: 'web-canary', ingresses, managedRoutes: ['a'] }],
])('refuses: %s', (problem, config) => {
  expect(problems(config)).toEqual([problem]);
});

it('stands alone, and needs versions', () => {
  const config = { mode: 'weights', stable: 'web', canary: 'web-canary', ingresses } as const;
  expect(problems(config, undefined, { istio: {} })).toEqual(['twoServices names what it steers itself and stands alone.']);
  expect(problems(config, { deployment: 'web' })).toContain('twoServices leads each Service to one version, at rest as well: name the versions under workload.versions.');
});
