import { describe, expect, it } from 'vitest';
import type { KubernetesObject, UnknownObject } from '../../../kubernetes/objects.js';
import type { KindContext } from './kind.js';
import { builtinKinds } from './registry.js';

const kinds = builtinKinds();
const context: KindContext = { now: 0, find: () => undefined, list: () => [] };

function kindOf({ kind }: KubernetesObject): (typeof kinds)[number] {
  const found = kinds.find(({ resource }) => resource.kind === kind);
  if (found === undefined) throw new Error(`no kind ${kind}`);
  return found;
}

function stored(object: UnknownObject): UnknownObject {
  const copy = structuredClone(object);
  const kind = kindOf(copy);
  kind.applyDefaults(copy);
  expect([...kind.prepareForCreate(copy, context), ...kind.validate(copy)]).toEqual([]);
  return copy;
}

function updated(before: UnknownObject, change: (object: UnknownObject) => void): { object: UnknownObject; errors: string[] } {
  const object = structuredClone(before);
  change(object);
  const kind = kindOf(object);
  kind.applyDefaults(object);
  const errors = [...kind.prepareForUpdate(object, before, context), ...kind.validateUpdate(object, before)];
  return { object, errors: errors.map(({ field, message }) => `${field}: ${message}`) };
}

const service = (spec: object): UnknownObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'team' }, spec });
const spec = (object: UnknownObject): Record<string, unknown> => object['spec'] as Record<string, unknown>;

describe('updates', () => {
  it('keep the addresses of a Service that leaves them out, and its node ports', () => {
    const before = stored(service({ type: 'NodePort', ports: [{ port: 80 }] }));
    const { object, errors } = updated(before, (each) => {
      each['spec'] = { type: 'NodePort', ports: [{ port: 81 }] };
    });
    expect(errors).toEqual([]);
    expect(spec(object)['clusterIP']).toBe(spec(before)['clusterIP']);
    expect(spec(object)['ports']).toMatchObject([{ port: 81, nodePort: (spec(before)['ports'] as { nodePort: number }[])[0]?.nodePort }]);
  });

  it('turn a Service into an ExternalName and drop what that cannot have', () => {
    const before = stored(service({ type: 'NodePort', ports: [{ port: 80 }] }));
    const { object, errors } = updated(before, (each) => {
      spec(each)['type'] = 'ExternalName';
      spec(each)['externalName'] = 'example.org';
    });
    expect(errors).toEqual([]);
    expect(spec(object)).not.toHaveProperty('clusterIP');
    expect(spec(object)).not.toHaveProperty('externalTrafficPolicy');
    expect(JSON.stringify(spec(object)['ports'])).not.toContain('nodePort');
  });

  it('change nothing of a StatefulSet but a few fields', () => {
    const template = { metadata: { labels: { app: 's' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const before = stored({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 's', namespace: 'team' }, spec: { serviceName: 's', selector: { matchLabels: { app: 's' } }, template } });
    expect(updated(before, (each) => (spec(each)['replicas'] = 3)).errors).toEqual([]);
    const list = "'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds'";
    expect(updated(before, (each) => (spec(each)['serviceName'] = 't')).errors).toEqual([
      `spec: Forbidden: updates to statefulset spec for fields other than ${list} are forbidden`,
    ]);
  });

  it('do not touch the role of a binding', () => {
    const before = stored({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'rb', namespace: 'team' },
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [{ kind: 'User', name: 'jane' }],
    });
    expect(before['subjects']).toEqual([{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }]);
    expect(updated(before, (each) => (each['roleRef'] = { kind: 'Role', name: 'other' })).errors).toEqual([
      'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"other"}: cannot change roleRef',
    ]);
  });

  it('refuse a deletion cost that is no integer', () => {
    const before = stored({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'team' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
    const { errors } = updated(before, (each) => (each.metadata.annotations = { 'controller.kubernetes.io/pod-deletion-cost': 'dear' }));
    expect(errors).toEqual(['metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "dear": must be a 32bit integer']);
  });

  it('bring equal objects to equal forms', () => {
    const pod = (resources: object, extra: object = {}): UnknownObject =>
      stored({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'team' }, spec: { containers: [{ name: 'c', image: 'i', resources, ...extra }] } });
    expect(pod({ requests: { cpu: 0.5, memory: '1024Mi' } })).toEqual(pod({ requests: { cpu: '500m', memory: '1Gi' } }, { tty: false, args: [] }));
  });
});
