import { expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import type { PolicySpec, ReleasePolicy } from '../model/release-policy.js';
import { versionsProblems } from './versions-checks.js';

type Versions = NonNullable<PolicySpec['workload']['versions']>;

const deployment = (name: string): Deployment => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { selector: {}, template: {} } });
const problems = (versions: Versions, change: Partial<PolicySpec> = {}, names: readonly string[] | null = ['web-v1', 'web-v2']): string[] => {
  const spec: PolicySpec = { workload: { versions }, service: 'web', router: { istio: {} }, strategy: { canary: { steps: [{ weight: 10 }] } }, ...change };
  const policy: ReleasePolicy = { apiVersion: 'serin.dev/v1alpha1', kind: 'ReleasePolicy', metadata: { name: 'web', namespace: 'shop' }, spec };
  return versionsProblems(policy, { deployments: names?.map(deployment) }).map(({ path, problem, remedy }) => `${path.slice(1).join('.')}: ${problem} ${remedy}`);
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
  ['some with a subset', { list: [{ deployment: 'web-v1', subset: 'v1' }, { deployment: 'web-v2' }] }, {}, 'workload.versions.list: some versions have a subset and some have not. Give every version a subset, or none.'],
  ['subsets beside Services', { list: [{ deployment: 'web-v1', subset: 'v1' }, { deployment: 'web-v2', service: 'web-v2' }] }, {}, 'workload.versions.list: versions are told apart by Services and by subsets. Give every version a service, or every one a subset.'],
  ['a subset twice', { list: [{ deployment: 'web-v1', subset: 'v1' }, { deployment: 'web-v2', subset: 'v1' }] }, {}, 'workload.versions.list.1.subset: subset v1 stands there twice. Name the subset that selects the Pods of this version alone.'],
])('names %s', (_, versions, change, text) => {
  expect(problems(versions, change)).toEqual([text]);
});

it('asks for a Service where versions have none of their own', () => {
  const policy = { workload: { versions: { list: both } }, router: { istio: {} }, strategy: { canary: { steps: [{ weight: 10 }] } } } as PolicySpec;
  expect(versionsProblems({ apiVersion: '', kind: '', metadata: { name: 'web' }, spec: policy }, {}).map(({ path }) => path)).toEqual([['spec', 'service']]);
});

it('does not ask for a version that was taken back and deleted as asked', () => {
  const policy = (old: 'Delete' | 'ScaleToZero'): ReleasePolicy => ({
    apiVersion: '', kind: '', metadata: { name: 'web' }, spec: { workload: { versions: { list: both, old } }, service: 'web', strategy: { canary: { steps: [{ weight: 10 }] } } },
    status: { rejected: { hash: 'h', replicaSet: 'web-v2', release: 'web-1', reason: 'AbortedByUser' } },
  });
  expect(versionsProblems(policy('Delete'), { deployments: [deployment('web-v1')] })).toEqual([]);
  expect(versionsProblems(policy('ScaleToZero'), { deployments: [deployment('web-v1')] })).toHaveLength(1);
});

it('names what is wrong with versions that ReplicaSets run', () => {
  const set = (name: string, labels: Record<string, string> = { 'pod-template-hash': name }, owner?: string): ReplicaSet => ({
    apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name, labels, ...(owner === undefined ? {} : { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: owner, uid: 'u', controller: true }] }) }, spec: { selector: {} },
  });
  const replicaSets = [set('web-1'), set('web-2', {}), set('web-3', { 'pod-template-hash': 'x' }, 'web')];
  const found = (versions: Versions, change: Partial<PolicySpec> = {}): string[] => {
    const spec: PolicySpec = { workload: { versions }, service: 'web', router: { istio: {} }, strategy: { canary: { steps: [{ weight: 10 }] } }, ...change };
    return versionsProblems({ apiVersion: '', kind: '', metadata: { name: 'web', namespace: 'shop' }, spec }, { replicaSets }).map(({ path, problem, remedy }) => `${path.slice(3).join('.')}: ${problem} ${remedy}`);
  };
  expect(found({ list: [{ replicaSet: 'web-1' }] })).toEqual([]);
  expect(found({ list: [{ replicaSet: 'web-1' }, { replicaSet: 'web-9' }] })).toEqual(['list.1.replicaSet: there is no ReplicaSet web-9 in namespace shop. Did you mean web-1?']);
  expect(found({ list: [{ replicaSet: 'web-2' }] })).toEqual(['list.0.replicaSet: ReplicaSet web-2 has no label pod-template-hash, by which its Pods are told apart. Name the label that its selector has in hashLabel.']);
  expect(found({ list: [{ replicaSet: 'web-3' }] })).toEqual(['list.0.replicaSet: ReplicaSet web-3 is sized by Deployment web. List deployment: web.']);
  expect(found({ list: [{ replicaSet: 'web-1' }, { deployment: 'web-1' }] })).toContain('list: some versions are run by Deployments and some by ReplicaSets. Let all be run by the one or the other.');
  const own = 'example.org/version';
  expect(found({ list: [{ replicaSet: 'web-9' }], want: 'web-9', hashLabel: own }).slice(1)).toEqual(['hashLabel: the router istio tells versions that share a Service apart by pod-template-hash alone. Give every version a service or a subset of its own, or leave hashLabel out.']);
});
