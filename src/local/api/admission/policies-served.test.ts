import { describe, expect, it } from 'vitest';
import type { User } from '../request/users.js';
import { caller, startApi } from '../testing/local-client.js';

const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const APPROVALS = '/apis/serin.dev/v1/namespaces/default/approvals';
const configMaps = '/api/v1/namespaces/default/configmaps';
const jane: User = { username: 'jane', groups: ['system:authenticated'] };

const definition = {
  metadata: { name: 'approvals.serin.dev' },
  spec: {
    group: 'serin.dev',
    scope: 'Namespaced',
    names: { plural: 'approvals', singular: 'approval', kind: 'Approval', listKind: 'ApprovalList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { user: { type: 'string' }, plan: { type: 'string' } } } } } } }],
  },
};

/** Puts a policy and its binding on a server. */
async function policy(call: ReturnType<typeof caller>, name: string, spec: object, binding: object = {}) {
  const created = await call('POST', `${ADMISSION}/validatingadmissionpolicies`, { metadata: { name }, spec });
  expect(created.json, JSON.stringify(created.json)).toMatchObject({ kind: 'ValidatingAdmissionPolicy' });
  const bound = await call('POST', `${ADMISSION}/validatingadmissionpolicybindings`, { metadata: { name }, spec: { policyName: name, validationActions: ['Deny'], ...binding } });
  expect(bound.status, JSON.stringify(bound.json)).toBe(201);
}

const onConfigMaps = { matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }] } };

it('an approval bears the name of its author, and never changes', async () => {
  const { api, call: admin } = startApi();
  await admin('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  await policy(admin, 'approvals', {
    matchConstraints: { resourceRules: [{ apiGroups: ['serin.dev'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: ['approvals'] }] },
    validations: [
      { expression: "request.operation != 'CREATE' || object.spec.user == request.userInfo.username", messageExpression: "'an approval is given by oneself: user must be ' + request.userInfo.username", reason: 'Forbidden' },
      { expression: "request.operation != 'UPDATE' || object.spec == oldObject.spec", message: 'an approval cannot be changed' },
    ],
  });
  const rules = [{ apiGroups: ['serin.dev'], resources: ['approvals'], verbs: ['create', 'get', 'patch'] }];
  await admin('POST', `${RBAC}/clusterroles`, { metadata: { name: 'approver' }, rules });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'approver' };
  await admin('POST', `${RBAC}/clusterrolebindings`, { metadata: { name: 'approver' }, roleRef, subjects: [{ kind: 'User', name: 'jane' }] });
  const call = caller(api.transport(jane));
  const approval = (name: string, user: string) => ({ apiVersion: 'serin.dev/v1', kind: 'Approval', metadata: { name }, spec: { user, plan: '1' } });
  const forged = await call('POST', APPROVALS, approval('a', 'bob'));
  expect(forged.json).toMatchObject({
    code: 403,
    reason: 'Forbidden',
    message: `approvals.serin.dev "a" is forbidden: ValidatingAdmissionPolicy 'approvals' with binding 'approvals' denied request: an approval is given by oneself: user must be jane`,
  });
  expect((await call('POST', APPROVALS, approval('a', 'jane'))).status).toBe(201);
  expect((await call('PATCH', `${APPROVALS}/a`, { spec: { plan: '2' } })).json).toMatchObject({ code: 422, message: expect.stringContaining('an approval cannot be changed') });
  expect((await call('PATCH', `${APPROVALS}/a`, { metadata: { labels: { seen: 'yes' } } })).status).toBe(200);
  // Also who may do everything is held to it, and who speaks for another is that other.
  expect((await admin('POST', APPROVALS, approval('b', 'jane'))).status).toBe(403);
  expect((await admin('POST', APPROVALS, approval('b', 'jane'), { 'impersonate-user': 'jane' })).status).toBe(201);
});

it('a policy may ask what its author may do', async () => {
  const { api, call: admin } = startApi();
  const allowed = "authorizer.group('apps').resource('deployments').namespace(request.namespace).check('update').allowed()";
  const own = "authorizer.requestResource.check('delete').allowed()";
  const account = "authorizer.serviceAccount('default', 'robot').group('').resource('secrets').namespace('default').check('get').allowed()";
  await policy(admin, 'asks', {
    ...onConfigMaps,
    validations: [
      { expression: `object.metadata.name != 'deployers' || ${allowed}`, message: 'for deployers' },
      { expression: `object.metadata.name != 'deleters' || ${own}`, message: 'for deleters' },
      { expression: `object.metadata.name != 'robots' || ${account}`, message: 'for robots' },
    ],
  });
  const role = async (name: string, rules: object[], subject: object) => {
    await admin('POST', `${RBAC}/namespaces/default/roles`, { metadata: { name }, rules });
    await admin('POST', `${RBAC}/namespaces/default/rolebindings`, { metadata: { name }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name }, subjects: [subject] });
  };
  const user = { kind: 'User', name: 'jane' };
  await role('writer', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create'] }], user);
  const call = caller(api.transport(jane));
  const create = async (name: string) => (await call('POST', configMaps, { metadata: { name } })).status;
  expect([await create('deployers'), await create('deleters'), await create('robots'), await create('others')]).toEqual([422, 422, 422, 201]);
  await role('deployer', [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['update'] }], user);
  await role('deleter', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['delete'] }], user);
  await role('robot', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }], { kind: 'ServiceAccount', name: 'robot', namespace: 'default' });
  expect([await create('deployers'), await create('deleters'), await create('robots')]).toEqual([201, 201, 201]);
});

describe('parameters', () => {
  const limited = {
    ...onConfigMaps,
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    matchConditions: [{ name: 'not-itself', expression: "object.metadata.name != 'limits'" }],
    variables: [{ name: 'most', expression: 'int(params.data.most)' }],
    validations: [{ expression: 'object.data.size() <= variables.most', messageExpression: "'at most ' + string(variables.most)" }],
  };
  const body = (name: string, keys: number) => ({ metadata: { name }, data: Object.fromEntries(Array.from({ length: keys }, (_, index) => [`k${index}`, ''])) });

  it('are looked up in the namespace of the request', async () => {
    const { call } = startApi();
    await call('POST', configMaps, { metadata: { name: 'limits', labels: { limits: 'yes' } }, data: { most: '1' } });
    await policy(call, 'limited', limited, { paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } });
    expect((await call('POST', configMaps, body('a', 1))).status).toBe(201);
    expect((await call('POST', configMaps, body('b', 2))).json.message).toContain('denied request: at most 1');
    expect((await call('POST', '/api/v1/namespaces/kube-public/configmaps', body('a', 1))).json.message).toBe(
      `configmaps "a" is forbidden: ValidatingAdmissionPolicy 'limited' with binding 'limited' denied request: failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`,
    );
  });

  it('may be several, or none where the binding allows it', async () => {
    const { call } = startApi();
    const labels = { limits: 'yes' };
    await call('POST', configMaps, { metadata: { name: 'limits', labels }, data: { most: '2' } });
    await policy(call, 'limited', limited, { paramRef: { selector: { matchLabels: labels }, parameterNotFoundAction: 'Allow' } });
    expect((await call('POST', '/api/v1/namespaces/kube-public/configmaps', body('a', 9))).status).toBe(201);
    expect((await call('POST', configMaps, body('b', 2))).status).toBe(201);
    await call('POST', configMaps, { metadata: { name: 'tighter', labels }, data: { most: '1' } });
    expect((await call('POST', configMaps, body('c', 2))).json.message).toContain('at most 1');
  });

  it('change an object one after the other, each as the one before left it, and fail alone', async () => {
    const { call } = startApi();
    const labels = { adds: 'yes' };
    for (const [name, key] of [['p1', 'a'], ['p2', 'b'], ['p3', '']] as const) await call('POST', configMaps, { metadata: { name, labels }, data: key === '' ? {} : { key } });
    const spec = {
      ...onConfigMaps,
      failurePolicy: 'Ignore',
      reinvocationPolicy: 'Never',
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConditions: [{ name: 'few', expression: 'object.data.size() < 2' }],
      mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: "[JSONPatch{op: 'add', path: '/data/' + params.data.key, value: 'x'}]" } }],
    };
    expect((await call('POST', `${ADMISSION}/mutatingadmissionpolicies`, { metadata: { name: 'adds' }, spec })).status).toBe(201);
    const paramRef = { selector: { matchLabels: labels }, parameterNotFoundAction: 'Deny' };
    expect((await call('POST', `${ADMISSION}/mutatingadmissionpolicybindings`, { metadata: { name: 'adds' }, spec: { policyName: 'adds', paramRef } })).status).toBe(201);
    expect((await call('POST', configMaps, { metadata: { name: 'one' }, data: { z: '' } })).json.data).toEqual({ a: 'x', z: '' });
    await call('DELETE', `${configMaps}/p2`);
    expect((await call('POST', configMaps, { metadata: { name: 'two' }, data: {} })).json.data).toBeUndefined();
    await call('PATCH', `${ADMISSION}/mutatingadmissionpolicies/adds`, { spec: { matchConditions: null } });
    expect((await call('POST', configMaps, { metadata: { name: 'three' }, data: { z: '' } })).json.data).toEqual({ a: 'x', z: '' });
  });

  it('must be said to be one or many', async () => {
    const { call } = startApi();
    const answer = await call('POST', `${ADMISSION}/validatingadmissionpolicybindings`, { metadata: { name: 'x' }, spec: { policyName: 'x', validationActions: ['Deny'], paramRef: { name: 'a', selector: {} } } });
    expect(answer.json.details.causes.map(({ field }: { field: string }) => field)).toEqual(['spec.paramRef.name', 'spec.paramRef.selector', 'spec.paramRef.parameterNotFoundAction']);
  });
});

it('a binding may warn instead, and a policy that fails may be passed over', async () => {
  const { call } = startApi();
  await policy(call, 'warns', { ...onConfigMaps, validations: [{ expression: 'false', message: 'better not' }] }, { validationActions: ['Warn', 'Audit'] });
  await policy(call, 'fails', { ...onConfigMaps, failurePolicy: 'Ignore', validations: [{ expression: "object.data.missing == ''" }] });
  const answer = await call('POST', configMaps, { metadata: { name: 'a' } });
  expect(answer.status).toBe(201);
  expect(answer.headers['warning']).toBe(`299 - "Validation failed for ValidatingAdmissionPolicy 'warns' with binding 'warns': better not"`);
});
