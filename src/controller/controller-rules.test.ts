import { expect, it } from 'vitest';
import type { PolicyRule } from '../kubernetes/generated/rbac-v1.js';
import { frontendNames } from '../frontends/names.js';
import { routers } from '../routers/registry.js';
import { clusterRules, configRules, controllerRules, controllerRulesWith, leaseRules, wholeClusterRules, workRules } from './controller-rules.js';

const allows = (rules: readonly PolicyRule[], group: string, resource: string, verb: string): boolean =>
  rules.some(({ apiGroups = [], resources = [], verbs }) => apiGroups.includes(group) && resources.includes(resource) && verbs.includes(verb));

it('the controller may watch all that routers watch: in its namespaces, or on the cluster what is in none', () => {
  const watched = Object.values(routers).flatMap(({ watches }) => watches);
  const missing = watched.filter(({ group, plural, namespaced }) => !['list', 'watch'].every((verb) => allows(namespaced ? workRules : clusterRules, group, plural, verb)));
  expect(missing.map(({ group, plural }) => `${plural}.${group}`)).toEqual([]);
});

it.each([['alone', controllerRules], ['with all front ends', controllerRulesWith(frontendNames)]])('the controller %s approves nothing, writes no secret, gives no rights and has no wildcard', (_, controllerRules) => {
  const writes = ['create', 'update', 'patch', 'delete', '*'];
  for (const verb of writes) {
    for (const resource of ['approvals', 'metrictemplates', 'clustermetrictemplates']) expect(allows(controllerRules, 'serin.dev', resource, verb)).toBe(false);
    for (const resource of ['secrets', 'configmaps', 'serviceaccounts']) expect(allows(controllerRules, '', resource, verb)).toBe(false);
  }
  // Rollouts ask for labels of Pods.
  for (const verb of ['create', 'update', 'delete', '*']) expect(allows(controllerRules, '', 'pods', verb)).toBe(false);
  expect(allows(controllerRules, '', 'secrets', 'list')).toBe(false);
  expect(controllerRules.flatMap(({ apiGroups = [], resources = [], verbs }) => [...apiGroups, ...resources, ...verbs]).filter((each) => each.includes('*'))).toEqual([]);
  expect(controllerRules.some(({ apiGroups = [] }) => apiGroups.includes('rbac.authorization.k8s.io'))).toBe(false);
});

it('Applications are touched only where their front end is served, and their specs never', () => {
  expect(controllerRules.some(({ apiGroups = [] }) => apiGroups.some((group) => group.endsWith('oam.dev')))).toBe(false);
  const rules = controllerRulesWith(['kubevela']);
  for (const verb of ['create', 'update', 'patch', 'delete']) expect(allows(rules, 'core.oam.dev', 'applications', verb)).toBe(false);
  expect(allows(rules, 'core.oam.dev', 'applications/status', 'update')).toBe(true);
  expect(allows(rules, 'core.oam.dev', 'applications/finalizers', 'update')).toBe(true);
});

it('Rollouts are touched, and Pods changed, only where their front end is served', () => {
  for (const rules of [controllerRules, controllerRulesWith(['kubevela'])]) {
    expect(rules.some(({ apiGroups = [] }) => apiGroups.includes('argoproj.io'))).toBe(false);
    expect([allows(rules, '', 'pods', 'patch'), allows(rules, '', 'pods/eviction', 'create')]).toEqual([false, false]);
  }
  const rules = controllerRulesWith(['argo']);
  for (const verb of ['create', 'update', 'delete']) expect(allows(rules, 'argoproj.io', 'rollouts', verb)).toBe(false);
  for (const template of ['analysistemplates', 'clusteranalysistemplates']) {
    for (const verb of ['create', 'update', 'patch', 'delete']) expect(allows(rules, 'argoproj.io', template, verb)).toBe(false);
  }
  expect(allows(rules, 'argoproj.io', 'rollouts/status', 'patch')).toBe(true);
  expect(allows(rules, '', 'pods/eviction', 'create')).toBe(true);
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
