import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { MutatingAdmissionPolicy, ValidatingAdmissionPolicy } from '../../../kubernetes/generated/admissionregistration-v1.js';
import { withMetadataSchema } from '../../../kubernetes/apply/metadata-schema.js';
import type { KubernetesObject, UnknownObject } from '../../../kubernetes/objects.js';
import { openApiDocument } from '../../../schema/openapi-document.js';
import type { Kind } from '../kinds/kind.js';
import { builtinKinds } from '../kinds/registry.js';
import { createAdmission, type Admitted } from './admission.js';
import type { AdmissionPolicies, AdmissionRequest } from './request.js';

const definitions = JSON.parse(
  readFileSync(new URL('../../../kubernetes/generated/openapi-schemas.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;
const document = openApiDocument(definitions);
const kinds = builtinKinds();
const NONE: AdmissionPolicies = { mutating: [], mutatingBindings: [], validating: [], validatingBindings: [] };

function kindNamed(name: string): Kind {
  const kind = kinds.find(({ resource }) => resource.kind === name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}

function namespace(labels: Record<string, string> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team', labels: { 'kubernetes.io/metadata.name': 'team', ...labels } } };
}

function request(kind: Kind, parts: Partial<AdmissionRequest> & Pick<AdmissionRequest, 'operation' | 'policies'>): AdmissionRequest {
  const name = parts.object?.metadata.name ?? parts.oldObject?.metadata.name ?? '';
  const schema = document.schema(kind.schemaName);
  return {
    kind,
    name,
    namespace: 'team',
    user: { username: 'admin', groups: ['system:masters'] },
    namespaceObject: namespace(),
    dryRun: false,
    ...(schema === undefined ? {} : { schema: withMetadataSchema(schema) }),
    ...parts,
  };
}

function admit(kind: Kind, parts: Parameters<typeof request>[1]): Admitted {
  return createAdmission().admit(request(kind, parts));
}

function objectOf(admitted: Admitted): UnknownObject {
  if (admitted.refused !== undefined) throw new Error(admitted.refused.message);
  return admitted.object as UnknownObject;
}

const configMap = (name: string, data?: Record<string, string>): UnknownObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'team' },
  ...(data === undefined ? {} : { data }),
});

/** The policy of the recorded cases A459 to A469. */
const validating: ValidatingAdmissionPolicy = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'lab-vap' },
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['configmaps'] }] },
    matchConditions: [{ name: 'not-free', expression: "request.operation == 'DELETE' || !object.metadata.name.startsWith('free')" }],
    variables: [{ name: 'k', expression: "request.operation == 'DELETE' ? 0 : (has(object.data) ? object.data.size() : 0)" }],
    validations: [
      { expression: "request.operation == 'DELETE' || variables.k < 3", messageExpression: "'too many keys: ' + string(variables.k)" },
      { expression: "request.operation == 'DELETE' || !has(object.data) || !('secret' in object.data)", message: 'no secrets in ConfigMaps', reason: 'Forbidden' },
      { expression: "request.operation != 'UPDATE' || object.data == oldObject.data" },
      { expression: "request.operation != 'DELETE' || oldObject.metadata.name != 'keep'", message: 'keep is kept' },
    ],
  },
};

function denying(actions: string[] = ['Deny']): AdmissionPolicies {
  const matchResources = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'team' } } };
  const binding = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'lab-vap' },
    spec: { policyName: 'lab-vap', validationActions: actions, matchResources },
  };
  return { ...NONE, validating: [validating], validatingBindings: [binding] };
}

describe('validating policies, as recorded from a real server', () => {
  const kind = kindNamed('ConfigMap');
  const prefix = "ValidatingAdmissionPolicy 'lab-vap' with binding 'lab-vap' denied request: ";

  it('A462 words the message by its expression', () => {
    const { refused } = admit(kind, { operation: 'CREATE', policies: denying(), object: configMap('x', { a: '1', b: '2', c: '3' }) });
    expect(refused).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `configmaps "x" is forbidden: ${prefix}too many keys: 3`,
      reason: 'Invalid',
      details: { name: 'x', kind: 'configmaps', causes: [{ message: `${prefix}too many keys: 3` }] },
      code: 422,
    });
  });

  it('A463 takes code and reason from the validation', () => {
    const { refused } = admit(kind, { operation: 'CREATE', policies: denying(), object: configMap('x', { secret: '1' }) });
    expect(refused).toMatchObject({ code: 403, reason: 'Forbidden', message: `configmaps "x" is forbidden: ${prefix}no secrets in ConfigMaps` });
  });

  it('A464, A465 let pass what a match condition leaves out, and what is in order', () => {
    expect(admit(kind, { operation: 'CREATE', policies: denying(), object: configMap('free', { secret: '1' }) }).refused).toBeUndefined();
    expect(admit(kind, { operation: 'CREATE', policies: denying(), object: configMap('keep', { a: '1' }) }).refused).toBeUndefined();
  });

  it('A466 names the expression when there is no message', () => {
    const { refused } = admit(kind, { operation: 'UPDATE', policies: denying(), object: configMap('keep', { a: '2' }), oldObject: configMap('keep', { a: '1' }) });
    expect(refused?.message).toBe(`configmaps "keep" is forbidden: ${prefix}failed expression: request.operation != 'UPDATE' || object.data == oldObject.data`);
  });

  it('A467 can refuse a deletion', () => {
    const { refused } = admit(kind, { operation: 'DELETE', policies: denying(), oldObject: configMap('keep', { a: '1' }) });
    expect(refused?.message).toBe(`configmaps "keep" is forbidden: ${prefix}keep is kept`);
  });

  it('A469 only warns when the binding says so', () => {
    const admitted = admit(kind, { operation: 'CREATE', policies: denying(['Warn', 'Audit']), object: configMap('w', { secret: '1' }) });
    expect(admitted.refused === undefined && admitted.warnings).toEqual([
      "Validation failed for ValidatingAdmissionPolicy 'lab-vap' with binding 'lab-vap': no secrets in ConfigMaps",
    ]);
  });
});

function mutating(name: string, spec: NonNullable<MutatingAdmissionPolicy['spec']>, namespaceLabels?: Record<string, string>): AdmissionPolicies {
  const policy = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingAdmissionPolicy', metadata: { name }, spec };
  const matchResources = namespaceLabels === undefined ? {} : { namespaceSelector: { matchLabels: namespaceLabels } };
  const binding = { ...policy, kind: 'MutatingAdmissionPolicyBinding', spec: { policyName: name, matchResources } };
  return { ...NONE, mutating: [policy], mutatingBindings: [binding] };
}

describe('mutating policies', () => {
  const recorded = mutating('lab-map', {
    failurePolicy: 'Fail',
    reinvocationPolicy: 'Never',
    matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }] },
    mutations: [
      { patchType: 'ApplyConfiguration', applyConfiguration: { expression: "Object{metadata: Object.metadata{labels: {'mutated': 'yes'}}}" } },
      { patchType: 'JSONPatch', jsonPatch: { expression: "[JSONPatch{op: 'add', path: '/data/added', value: 'by-' + object.metadata.name}]" } },
    ],
  });

  it('A472 apply a configuration and a JSON patch', () => {
    const object = objectOf(admit(kindNamed('ConfigMap'), { operation: 'CREATE', policies: recorded, object: configMap('m', { z: '1' }) }));
    expect(object.metadata.labels).toEqual({ mutated: 'yes' });
    expect(object['data']).toEqual({ z: '1', added: 'by-m' });
  });

  it('A473 refuse when one fails', () => {
    const { refused } = admit(kindNamed('ConfigMap'), { operation: 'CREATE', policies: recorded, object: configMap('m2') });
    expect(refused).toMatchObject({ code: 403, reason: 'Invalid', details: { name: 'm2', kind: 'configmaps' } });
    expect(refused?.message).toBe(
      "policy 'lab-map' with binding 'lab-map' denied request: JSON Patch: add operation does not apply: doc is missing path: \"/data/added\": missing value",
    );
  });

  const deployment = (image: string, labels: Record<string, string>): UnknownObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'reviews', namespace: 'team', labels },
    spec: {
      selector: { matchLabels: { app: 'reviews' } },
      template: { metadata: { labels: { app: 'reviews' } }, spec: { containers: [{ name: 'reviews', image }] } },
    },
  });
  const pausing = mutating('serin-pause', {
    failurePolicy: 'Fail',
    reinvocationPolicy: 'IfNeeded',
    matchConstraints: {
      objectSelector: { matchExpressions: [{ key: 'serin.dev/policy', operator: 'Exists' }] },
      resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments'] }],
    },
    matchConditions: [{ name: 'template-changes', expression: 'object.spec.template != oldObject.spec.template' }],
    mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{spec: Object.spec{paused: true}}' } }],
  });
  const marked = { 'serin.dev/policy': 'reviews' };

  it('pause a Deployment in the request that changes its template, and only then', () => {
    const kind = kindNamed('Deployment');
    const update = (object: UnknownObject): unknown => {
      const oldObject = deployment('reviews:v1', object.metadata.labels ?? {});
      kind.applyDefaults(object);
      kind.applyDefaults(oldObject);
      return (objectOf(admit(kind, { operation: 'UPDATE', policies: pausing, object, oldObject }))['spec'] as { paused?: boolean }).paused;
    };
    expect(update(deployment('reviews:v2', marked))).toBe(true);
    expect(update(deployment('reviews:v1', marked))).toBeUndefined();
    expect(update(deployment('reviews:v2', {}))).toBeUndefined();
  });

  it('annotate the Pods of meshed namespaces for scraping', () => {
    const kind = kindNamed('Pod');
    const scraping = mutating(
      'scrape',
      {
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] },
        mutations: [
          {
            patchType: 'ApplyConfiguration',
            applyConfiguration: {
              expression: "Object{metadata: Object.metadata{annotations: {'prometheus.io/scrape': 'true', 'prometheus.io/port': '15020'}}}",
            },
          },
        ],
      },
      { 'istio-injection': 'enabled' },
    );
    const pod: UnknownObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'team', annotations: { own: '1' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
    const meshed = admit(kind, { operation: 'CREATE', policies: scraping, object: pod, namespaceObject: namespace({ 'istio-injection': 'enabled' }) });
    expect(objectOf(meshed).metadata.annotations).toEqual({ own: '1', 'prometheus.io/scrape': 'true', 'prometheus.io/port': '15020' });
    expect(objectOf(admit(kind, { operation: 'CREATE', policies: scraping, object: pod })).metadata.annotations).toEqual({ own: '1' });
    expect(pod.metadata.annotations).toEqual({ own: '1' });
  });

  it('merge lists by key, keep optional fields out, refuse atomic lists', () => {
    const kind = kindNamed('Deployment');
    const object = deployment('reviews:v1', marked);
    kind.applyDefaults(object);
    const with_ = (expression: string): Admitted =>
      admit(kind, {
        operation: 'CREATE',
        object,
        policies: mutating('m', {
          matchConstraints: { resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }] },
          mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
        }),
      });
    const inTemplate = (spec: string): string => `Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{${spec}}}}}`;
    const env = "containers: [Object.spec.template.spec.containers{name: 'reviews', ?image: optional.none(), env: [Object.spec.template.spec.containers.env{name: 'A', value: '1'}]}]";
    expect(objectOf(with_(inTemplate(env)))['spec']).toMatchObject({ template: { spec: { containers: [{ name: 'reviews', image: 'reviews:v1', env: [{ name: 'A', value: '1' }] }] } } });
    const command = "containers: [Object.spec.template.spec.containers{name: 'reviews', command: ['sh']}]";
    expect(with_(inTemplate(command)).refused?.message).toContain('may not mutate atomic arrays, maps or structs: .spec.template.spec.containers[0].command');
  });

  it('ask the authorizer, and pass by what fails under failurePolicy Ignore', () => {
    const kind = kindNamed('ConfigMap');
    const rule = { resourceRules: [{ apiGroups: [''], apiVersions: ['*'], operations: ['CREATE'], resources: ['configmaps'] }] };
    const expression = "authorizer.group('apps').resource('deployments').namespace('team').check('update').allowed()";
    const policies = (failurePolicy: string, text: string): AdmissionPolicies => ({
      ...denying(),
      validating: [{ ...validating, spec: { matchConstraints: rule, failurePolicy, validations: [{ expression: text, message: 'no' }] } }],
    });
    const asked: unknown[] = [];
    const authorize = (question: unknown) => ({ allowed: asked.push(question) > 1, reason: '' });
    const once = (policy: AdmissionPolicies): Admitted => admit(kind, { operation: 'CREATE', policies: policy, object: configMap('x'), authorize });
    expect(once(policies('Fail', expression)).refused?.message).toContain('denied request: no');
    expect(once(policies('Fail', expression)).refused).toBeUndefined();
    expect(asked[0]).toEqual({ verb: 'update', group: 'apps', resource: 'deployments', namespace: 'team' });
    expect(once(policies('Fail', 'object.nothing == 1')).refused?.message).toContain("expression 'object.nothing == 1' resulted in error: ");
    expect(once(policies('Ignore', 'object.nothing == 1')).refused).toBeUndefined();
  });
});
