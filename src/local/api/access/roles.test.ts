import { describe, expect, it } from 'vitest';
import type { PolicyRule } from '../../../kubernetes/generated/rbac-v1.js';
import type { User } from '../request/users.js';
import { caller, startApi } from '../testing/local-client.js';
import { ruleAllows } from './rules.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const jane: User = { username: 'jane', groups: ['dev', 'system:authenticated'] };
const pods: PolicyRule = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] };
const configMaps = '/api/v1/namespaces/default/configmaps';
const subject = { kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' };
const refTo = (kind: string, name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name });

/** An API where jane has these rules, in `default` or everywhere. */
async function withRules(rules: readonly PolicyRule[], everywhere = false) {
  const { api, call } = startApi();
  const place = everywhere ? RBAC : `${RBAC}/namespaces/default`;
  const [role, binding] = everywhere ? ['clusterroles', 'clusterrolebindings'] : ['roles', 'rolebindings'];
  await call('POST', `${place}/${role}`, { metadata: { name: 'r' }, rules });
  await call('POST', `${place}/${binding}`, { metadata: { name: 'rb' }, roleRef: refTo(everywhere ? 'ClusterRole' : 'Role', 'r'), subjects: [subject] });
  return { api, call, jane: caller(api.transport(jane)) };
}

describe('a rule', () => {
  it.each<[string, PolicyRule, Parameters<typeof ruleAllows>[1], boolean]>([
    ['names verb, group and resource', pods, { verb: 'get', group: '', resource: 'pods', namespace: 'a', name: 'x' }, true],
    ['is no other verb', pods, { verb: 'delete', group: '', resource: 'pods' }, false],
    ['is no other group', pods, { verb: 'get', group: 'metrics.k8s.io', resource: 'pods' }, false],
    ['is no subresource', pods, { verb: 'get', group: '', resource: 'pods', subresource: 'log' }, false],
    ['may be on a subresource', { ...pods, resources: ['pods/log'] }, { verb: 'get', group: '', resource: 'pods', subresource: 'log' }, true],
    ['may be on a subresource of everything', { ...pods, resources: ['*/scale'], apiGroups: ['*'] }, { verb: 'get', group: 'apps', resource: 'deployments', subresource: 'scale' }, true],
    ['may be on everything', { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }, { verb: 'patch', group: 'apps', resource: 'deployments', subresource: 'status' }, true],
    ['with names is on these', { ...pods, resourceNames: ['a'] }, { verb: 'get', group: '', resource: 'pods', name: 'a' }, true],
    ['with names is on no others', { ...pods, resourceNames: ['a'] }, { verb: 'get', group: '', resource: 'pods', name: 'b' }, false],
    ['with names is not on all', { ...pods, resourceNames: ['a'] }, { verb: 'list', group: '', resource: 'pods' }, false],
    ['on a path', { nonResourceURLs: ['/metrics'], verbs: ['get'] }, { verb: 'get', path: '/metrics' }, true],
    ['on all below a path', { nonResourceURLs: ['/api/*'], verbs: ['get'] }, { verb: 'get', path: '/api/v1' }, true],
    ['on a path is not on another', { nonResourceURLs: ['/api/*'], verbs: ['get'] }, { verb: 'get', path: '/apis' }, false],
    ['on resources is on no path', { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }, { verb: 'get', path: '/metrics' }, false],
  ])('%s', (_what, rule, asked, allowed) => {
    expect(ruleAllows(rule, asked)).toBe(allowed);
  });
});

describe('requests', () => {
  it('are held to the rules of their verb', async () => {
    const { jane: call, call: admin } = await withRules([{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'patch'] }]);
    await admin('POST', configMaps, { metadata: { name: 'a', labels: { x: '1' } } });
    expect((await call('GET', `${configMaps}/a`)).status).toBe(200);
    expect((await call('GET', `${configMaps}/a?watch=true`)).status).toBe(200);
    expect((await call('PATCH', `${configMaps}/a`, { data: { k: 'v' } })).status).toBe(200);
    const words = async (...parameters: Parameters<typeof call>) => (await call(...parameters)).json.message;
    const where = 'resource "configmaps" in API group "" in the namespace "default"';
    expect(await words('GET', configMaps)).toBe(`configmaps is forbidden: User "jane" cannot list ${where}`);
    expect(await words('GET', `${configMaps}?watch=1`)).toBe(`configmaps is forbidden: User "jane" cannot watch ${where}`);
    expect(await words('PUT', `${configMaps}/a`, { metadata: { name: 'a' } })).toBe(`configmaps "a" is forbidden: User "jane" cannot update ${where}`);
    expect(await words('DELETE', configMaps)).toBe(`configmaps is forbidden: User "jane" cannot deletecollection ${where}`);
    expect(await words('DELETE', `${configMaps}/a`)).toBe(`configmaps "a" is forbidden: User "jane" cannot delete ${where}`);
  });

  it('that create by a patch need the right to create', async () => {
    const { jane: call } = await withRules([{ apiGroups: [''], resources: ['configmaps'], verbs: ['patch'] }]);
    const apply = () => call('PATCH', `${configMaps}/new?fieldManager=t`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' } }, { 'content-type': 'application/apply-patch+yaml' });
    expect((await apply()).json.message).toBe('configmaps "new" is forbidden: User "jane" cannot create resource "configmaps" in API group "" in the namespace "default"');
  });

  it('for one name by a field selector are for that name, unless they delete', async () => {
    const { jane: call } = await withRules([{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['a'], verbs: ['list', 'watch', 'deletecollection'] }]);
    const onlyA = `${configMaps}?fieldSelector=metadata.name%3Da`;
    expect((await call('GET', onlyA)).status).toBe(200);
    expect((await call('GET', configMaps)).status).toBe(403);
    expect((await call('DELETE', onlyA)).status).toBe(403);
  });

  it('are watches for the rules where they are watches', async () => {
    const { api } = await withRules([{ apiGroups: [''], resources: ['configmaps'], verbs: ['watch'] }]);
    const { status, chunks } = await api.transport(jane).stream({ method: 'GET', path: configMaps, query: new URLSearchParams({ watch: 'yes', timeoutSeconds: '-1' }) });
    let text = '';
    for await (const chunk of chunks) text += chunk;
    expect([status, text]).toEqual([200, '']);
  });

  it('for a Namespace lie in it', async () => {
    const { jane: call } = await withRules([{ apiGroups: [''], resources: ['namespaces'], verbs: ['get'] }]);
    expect((await call('GET', '/api/v1/namespaces/default')).status).toBe(200);
    expect((await call('GET', '/api/v1/namespaces/kube-system')).json.message).toContain('in the namespace "kube-system"');
  });

  it('know rules at once, and only while they are there', async () => {
    const { jane: call, call: admin } = await withRules([{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }], true);
    expect((await call('GET', '/api/v1/configmaps')).status).toBe(200);
    await admin('DELETE', `${RBAC}/clusterroles/r`);
    expect((await call('GET', '/api/v1/configmaps')).json.message).toBe(
      'configmaps is forbidden: User "jane" cannot list resource "configmaps" in API group "" at the cluster scope: RBAC: clusterrole.rbac.authorization.k8s.io "r" not found',
    );
    await admin('DELETE', `${RBAC}/clusterrolebindings/rb`);
    expect((await call('GET', '/api/v1/configmaps')).json.message).toMatch(/at the cluster scope$/);
  });
});

describe('roles that gather rules', () => {
  const may = async (call: ReturnType<typeof caller>, user: string, verb: string, group: string, resource: string) => {
    const spec = { user, resourceAttributes: { namespace: 'default', verb, group, resource } };
    return (await call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec })).json.status.allowed;
  };

  it('view, edit and admin say what they always do', async () => {
    const { call } = startApi();
    for (const name of ['view', 'edit', 'admin']) {
      await call('POST', `${RBAC}/namespaces/default/rolebindings`, { metadata: { name }, roleRef: refTo('ClusterRole', name), subjects: [{ kind: 'User', name }] });
    }
    const table = async (verb: string, group: string, resource: string) => Promise.all(['view', 'edit', 'admin'].map((user) => may(call, user, verb, group, resource)));
    expect(await table('list', 'apps', 'deployments')).toEqual([true, true, true]);
    expect(await table('get', '', 'secrets')).toEqual([false, true, true]);
    expect(await table('patch', 'apps', 'deployments')).toEqual([false, true, true]);
    expect(await table('create', 'rbac.authorization.k8s.io', 'rolebindings')).toEqual([false, false, true]);
    expect(await table('update', '', 'resourcequotas')).toEqual([false, false, false]);
  });

  it('take in a role with their label, also through another', async () => {
    const { call, api } = startApi();
    const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
    const rules = [{ apiGroups: ['serin.dev'], resources: ['releases'], verbs: ['get'] }];
    await call('POST', `${RBAC}/namespaces/default/rolebindings`, { metadata: { name: 'a' }, roleRef: refTo('ClusterRole', 'admin'), subjects: [subject] });
    await call('POST', `${RBAC}/clusterroles`, { metadata: { name: 'serin-view', labels }, rules });
    await expect.poll(() => may(call, 'jane', 'get', 'serin.dev', 'releases')).toBe(true);
    expect((await call('GET', `${RBAC}/clusterroles/view`)).json.rules).toContainEqual(rules[0]);
    await call('DELETE', `${RBAC}/clusterroles/serin-view`);
    await expect.poll(() => may(call, 'jane', 'get', 'serin.dev', 'releases')).toBe(false);
    await api.close();
  });

  it('must gather from somewhere', async () => {
    const { call } = startApi();
    const answer = await call('POST', `${RBAC}/clusterroles`, { metadata: { name: 'g' }, aggregationRule: {} });
    expect(answer.json.message).toContain('aggregationRule.clusterRoleSelectors: Required value');
  });
});

describe('nobody gives away more than they have', () => {
  const managing: PolicyRule = { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['create', 'update', 'patch', 'get'] };
  const roles = `${RBAC}/namespaces/default/roles`;
  const bindings = `${RBAC}/namespaces/default/rolebindings`;
  const secrets: PolicyRule = { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] };

  it('in a role', async () => {
    const { jane: call } = await withRules([managing, pods]);
    expect((await call('POST', roles, { metadata: { name: 'p' }, rules: [{ ...pods, verbs: ['list'] }] })).status).toBe(201);
    const refused = await call('POST', roles, { metadata: { name: 's' }, rules: [pods, secrets, { ...secrets, resources: ['pods/log'], resourceNames: ['x'], verbs: ['get'] }] });
    expect(refused.status).toBe(403);
    expect(refused.json.message).toBe(
      `roles.rbac.authorization.k8s.io "s" is forbidden: user "jane" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["pods/log"], ResourceNames:["x"], Verbs:["get"]}
{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}`,
    );
    expect((await call('PATCH', `${roles}/p`, { rules: [{ ...pods, verbs: ['*'] }] })).json.message).toContain('{APIGroups:[""], Resources:["pods"], Verbs:["*"]}');
  });

  it('but what is no role or binding at all is refused as such', async () => {
    const { jane: call } = await withRules([managing, pods]);
    const words = async (path: string, body: object) => (await call('POST', path, { metadata: { name: 'x' }, ...body })).json;
    expect(await words(roles, { rules: [{ apiGroups: [''], resources: ['pods'] }] })).toMatchObject({ code: 422, message: expect.stringContaining('rules[0].verbs: Required value') });
    expect(await words(roles, { rules: [{}] })).toMatchObject({ code: 422 });
    expect(await words(bindings, {})).toMatchObject({ code: 422 });
    expect(await words(bindings, { roleRef: { kind: 'Role' }, subjects: [{}] })).toMatchObject({ code: 404 });
  });

  it('by binding one', async () => {
    const { jane: call, call: admin } = await withRules([managing, pods]);
    await admin('POST', roles, { metadata: { name: 'secrets' }, rules: [secrets] });
    const bind = (kind: string, name: string) => call('POST', bindings, { metadata: { name: `to-${name}` }, roleRef: refTo(kind, name), subjects: [subject] });
    expect((await bind('Role', 'secrets')).json.message).toContain('is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}');
    expect((await bind('ClusterRole', 'cluster-admin')).status).toBe(403);
    expect((await bind('Role', 'none')).json.message).toBe('roles.rbac.authorization.k8s.io "none" not found');
    expect((await bind('Role', 'r')).status).toBe(201);
  });

  it('unless they may escalate or bind', async () => {
    const { jane: call } = await withRules([
      { ...managing, verbs: [...managing.verbs, 'escalate'] },
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], resourceNames: ['view'], verbs: ['bind'] },
    ]);
    expect((await call('POST', roles, { metadata: { name: 's' }, rules: [secrets] })).status).toBe(201);
    const bind = (name: string) => call('POST', bindings, { metadata: { name }, roleRef: refTo('ClusterRole', name), subjects: [subject] });
    expect((await bind('view')).status).toBe(201);
    expect((await bind('edit')).status).toBe(403);
  });
});
