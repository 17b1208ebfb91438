import { expect, it } from 'vitest';
import type { PolicyRule } from '../kubernetes/generated/rbac-v1.js';
import { routers } from '../routers/registry.js';
import { clusterRules, configRules, controllerRules, leaseRules, wholeClusterRules, workRules } from './controller-rules.js';

const allows = (rules: readonly PolicyRule[], group: string, resource: string, verb: string): boolean =>
  rules.some(({ apiGroups = [], resources = [], verbs }) => apiGroups.includes(group) && resources.includes(resource) && verbs.includes(verb));

it('the controller may watch all that routers watch: in its namespaces, or on the cluster what is in none', () => {
  const watched = Object.values(routers).flatMap(({ watches }) => watches);
  const missing = watched.filter(({ group, plural, namespaced }) => !['list', 'watch'].every((verb) => allows(namespaced ? workRules : clusterRules, group, plural, verb)));
  expect(missing.map(({ group, plural }) => `${plural}.${group}`)).toEqual([]);
});

it('the controller approves nothing, writes no secret, gives no rights and has no wildcard', () => {
  const writes = ['create', 'update', 'patch', 'delete', '*'];
  for (const verb of writes) {
    for (const resource of ['approvals', 'metrictemplates', 'clustermetrictemplates']) expect(allows(controllerRules, 'serin.dev', resource, verb)).toBe(false);
    for (const resource of ['secrets', 'configmaps', 'pods', 'serviceaccounts']) expect(allows(controllerRules, '', resource, verb)).toBe(false);
  }
  expect(allows(controllerRules, '', 'secrets', 'list')).toBe(false);
  expect(controllerRules.flatMap(({ apiGroups = [], resources = [], verbs }) => [...apiGroups, ...resources, ...verbs]).filter((each) => each.includes('*'))).toEqual([]);
  expect(controllerRules.some(({ apiGroups = [] }) => apiGroups.includes('rbac.authorization.k8s.io'))).toBe(false);
});

it('owner references that block a deletion are covered by rights to finalizers', () => {
  for (const [group, resource] of [['apps', 'deployments'], ['serin.dev', 'releases'], ['serin.dev', 'releasepolicies']] as const) {
    expect(allows(workRules, group, `${resource}/finalizers`, 'update')).toBe(true);
  }
});

it('all rules together are the parts that are given separately', () => {
  const parts = [...workRules, ...configRules, ...clusterRules, ...wholeClusterRules, ...leaseRules('serin')];
  for (const { apiGroups = [], resources = [], verbs } of controllerRules) {
    for (const group of apiGroups) for (const resource of resources) for (const verb of verbs) expect(allows(parts, group, resource, verb), `${verb} ${resource}`).toBe(true);
  }
});
