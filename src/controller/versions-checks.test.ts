import { expect, it } from 'vitest';
import type { Deployment } from '../kubernetes/generated/apps-v1.js';
import type { PolicySpec, ReleasePolicy } from '../model/release-policy.js';
import { versionsProblems } from './versions-checks.js';

type Versions = NonNullable<PolicySpec['workload']['versions']>;

const deployment = (name: string): Deployment => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { selector: {}, template: {} } });
const problems = (versions: Versions, change: Partial<PolicySpec> = {}, names: readonly string[] | null = ['web-v1', 'web-v2']): string[] => {
  const spec: PolicySpec = { workload: { versions }, service: 'web', router: { istio: {} }, strategy: { canary: { steps: [{ weight: 10 }] } }, ...change };
  const policy: ReleasePolicy = { apiVersion: 'serin.dev/v1alpha1', kind: 'ReleasePolicy', metadata: { name: 'web', namespace: 'shop' }, spec };
  return versionsProblems(policy, names?.map(deployment) ?? undefined).map(({ path, problem, remedy }) => `${path.slice(1).join('.')}: ${problem} ${remedy}`);
};
const both = [{ deployment: 'web-v1' }, { deployment: 'web-v2' }];

it('finds nothing wrong with versions that are there, and with others than the wanted one that are not', () => {
  expect(problems({ list: both })).toEqual([]);
  expect(problems({ list: [{ deployment: 'gone' }, { deployment: 'web-v2' }] })).toEqual([]);
  expect(problems({ list: [...both, { deployment: 'to-come' }], want: 'web-v1' })).toEqual([]);
  expect(problems({ list: [{ deployment: 'unknown' }] }, {}, null)).toEqual([]);
});

it.each<[string, Versions, Partial<PolicySpec>, string]>([
  ['a version twice', { list: [...both, { deployment: 'web-v1' }], want: 'web-v2' }, {}, 'workload.versions.list.2.deployment: web-v1 stands there twice. Name each version once.'],
  ['the wanted one missing', { list: [{ deployment: 'web-v1' }, { deployment: 'web-v3' }] }, {}, 'workload.versions.list.1.deployment: there is no Deployment web-v3 in namespace shop. Did you mean web-v1?'],
  ['one wanted that is not listed', { list: both, want: 'web-v9' }, {}, 'workload.versions.want: web-v9 is not in the list. Name one of web-v1, web-v2, or add it to the list.'],
  ['some with a Service', { list: [{ deployment: 'web-v1', service: 'a' }, { deployment: 'web-v2' }] }, {}, 'workload.versions.list: some versions have a Service of their own and some have not. Give every version a service, or none.'],
])('names %s', (_, versions, change, text) => {
  expect(problems(versions, change)).toEqual([text]);
});

it('asks for a Service where versions have none of their own', () => {
  const policy = { workload: { versions: { list: both } }, router: { istio: {} }, strategy: { canary: { steps: [{ weight: 10 }] } } } as PolicySpec;
  expect(versionsProblems({ apiVersion: '', kind: '', metadata: { name: 'web' }, spec: policy }, undefined).map(({ path }) => path)).toEqual([['spec', 'service']]);
});
