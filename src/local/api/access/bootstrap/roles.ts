import type { AggregationRule, ClusterRole, ClusterRoleBinding, PolicyRule, Subject } from '../../../../kubernetes/generated/rbac-v1.js';
import { RBAC_GROUP } from '../role-book.js';
import { rule, urlRule } from './rule.js';
import { adminRules, editRules, viewRules } from './user-roles.js';

const APIVERSION = `${RBAC_GROUP}/v1`;
const BOOTSTRAPPED = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const ANNOTATIONS = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };
const PUBLIC_URLS = '/healthz /livez /readyz /version /version/';

/**
 * The roles that every cluster has, as far as somebody here can use them (roles of components that are not here are left out:
 * their rights would be nobody's).
 */
export function bootstrapRoles(): ClusterRole[] {
  return [
    role('cluster-admin', [rule('*', '*', '*'), urlRule('*', '*')]),
    aggregated('admin', 'admin'),
    aggregated('edit', 'edit', 'admin'),
    aggregated('view', 'view', 'edit'),
    role('system:aggregate-to-admin', adminRules, 'admin'),
    role('system:aggregate-to-edit', editRules, 'edit'),
    role('system:aggregate-to-view', viewRules, 'view'),
    role('system:auth-delegator', [rule('create', 'authentication.k8s.io', 'tokenreviews'), rule('create', 'authorization.k8s.io', 'subjectaccessreviews')]),
    role('system:basic-user', [
      rule('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
      rule('create', 'authentication.k8s.io', 'selfsubjectreviews'),
    ]),
    role('system:discovery', [urlRule('get', `/api /api/* /apis /apis/* /openapi /openapi/* ${PUBLIC_URLS}`)]),
    role('system:monitoring', [urlRule('get', '/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*'), rule('get', 'core', 'nodes/metrics')]),
    role('system:public-info-viewer', [urlRule('get', PUBLIC_URLS)]),
    role('system:service-account-issuer-discovery', [urlRule('get', '/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/')]),
  ];
}

/** Who has them from the start. */
export function bootstrapBindings(): ClusterRoleBinding[] {
  return [
    binding('cluster-admin', ['system:masters']),
    binding('system:basic-user', ['system:authenticated']),
    binding('system:discovery', ['system:authenticated']),
    binding('system:monitoring', ['system:monitoring']),
    binding('system:public-info-viewer', ['system:authenticated', 'system:unauthenticated']),
    binding('system:service-account-issuer-discovery', ['system:serviceaccounts']),
  ];
}

const aggregateTo = (target: string): string => `rbac.authorization.k8s.io/aggregate-to-${target}`;

function role(name: string, rules: readonly PolicyRule[], aggregatesTo?: string): ClusterRole {
  return { apiVersion: APIVERSION, kind: 'ClusterRole', metadata: metadata(name, aggregatesTo), rules: [...rules] };
}

/** Its rules are those of the roles with the label. */
function aggregated(name: string, from: string, aggregatesTo?: string): ClusterRole {
  const aggregationRule: AggregationRule = { clusterRoleSelectors: [{ matchLabels: { [aggregateTo(from)]: 'true' } }] };
  return { ...role(name, [], aggregatesTo), aggregationRule };
}

function binding(name: string, groups: readonly string[]): ClusterRoleBinding {
  const subjects = groups.map((group): Subject => ({ kind: 'Group', apiGroup: RBAC_GROUP, name: group }));
  return { apiVersion: APIVERSION, kind: 'ClusterRoleBinding', metadata: metadata(name), roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name }, subjects };
}

function metadata(name: string, aggregatesTo?: string): ClusterRole['metadata'] {
  const labels = { ...BOOTSTRAPPED, ...(aggregatesTo === undefined ? {} : { [aggregateTo(aggregatesTo)]: 'true' }) };
  return { name, labels, annotations: { ...ANNOTATIONS } };
}
