import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../schema/openapi-document.js';
import type { StructuralSchema } from '../../schema/structural.js';
import widget from '../../schema/testing/widget-schema.json' with { type: 'json' };
import definitions from '../generated/openapi-schemas.json' with { type: 'json' };
import { cloneJson, isRecord } from '../json.js';
import type { KubernetesObject } from '../objects.js';
import type { PodSpec } from '../generated/core-v1.js';
import { fillPodSpecDefaults } from '../pod-defaults.js';
import { ApplyConflictError, ApplyError, applyObject, updateManagedFields } from './apply.js';
import recorded from './testing/apply-cases.json' with { type: 'json' };

interface Step {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly status: number;
  readonly manager: string;
  readonly now?: string;
  readonly configuration?: Record<string, unknown>;
  readonly managedFields?: readonly unknown[];
  readonly force?: boolean;
  readonly subresource?: string;
  readonly dryRun?: boolean;
  readonly after?: KubernetesObject;
  readonly message?: string;
  readonly causes?: readonly unknown[];
}

const document = openApiDocument(definitions);
const KINDS: Record<string, { schema: StructuralSchema; builtIn: boolean }> = {
  configmaps: { schema: document.schema('io.k8s.api.core.v1.ConfigMap') ?? {}, builtIn: true },
  deployments: { schema: document.schema('io.k8s.api.apps.v1.Deployment') ?? {}, builtIn: true },
  widgets: { schema: widget as StructuralSchema, builtIn: false },
};
const IGNORED: Record<string, string[][]> = { '': [['status']], status: [['spec'], ['metadata', 'labels']], scale: [] };
const ignoredOf = (subresource: string): string[][] => IGNORED[subresource] ?? [];

/** What the server does to a Deployment after the patch. */
function defaulted(object: unknown): unknown {
  const copy = cloneJson(object);
  const spec = isRecord(copy) && copy['kind'] === 'Deployment' ? copy['spec'] : undefined;
  if (!isRecord(spec)) return copy;
  spec['replicas'] ??= 1;
  const template = spec['template'];
  if (isRecord(template) && isRecord(template['spec'])) fillPodSpecDefaults(template['spec'] as unknown as PodSpec);
  return copy;
}

const part = (object: unknown, ...path: string[]): unknown => path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), object);
/** Only appliers: what controllers wrote between the recorded steps is not replayed. */
const appliers = (object: unknown): unknown => {
  const entries = part(object, 'metadata', 'managedFields');
  return Array.isArray(entries) ? entries.filter((entry: unknown) => isRecord(entry) && (entry['operation'] === 'Apply' || entry['manager'] === 'mytool' || entry['manager'] === 'unknown')) : [];
};

describe('a real server, step by step', () => {
  const store = new Map<string, KubernetesObject>();
  for (const step of recorded as unknown as Step[]) {
    test(`${step.id} ${step.title}`, () => {
      const [plural = ''] = step.id.split('/');
      const { schema, builtIn } = KINDS[plural] ?? { schema: {}, builtIn: true };
      const { manager, force = false, subresource = '' } = step;
      const context = { schema, builtIn, manager, subresource, ignored: ignoredOf(subresource), now: step.now ?? '', force };
      const live = store.get(step.id);
      const { after } = step;
      if (step.kind === 'update' && after) {
        const { managedFields: _gone, ...metadata } = after.metadata;
        const sent = step.managedFields ? { ...metadata, managedFields: step.managedFields as never } : metadata;
        const result = updateManagedFields(live, { ...after, metadata: sent }, context);
        // The scale endpoint of the real server writes no time.
        const got: unknown = JSON.parse(JSON.stringify(appliers(result)), (_key, value: unknown) => (isRecord(value) && value['subresource'] === 'scale' ? { ...value, time: undefined } : value));
        expect(got).toEqual(appliers(after));
        store.set(step.id, after);
        return;
      }
      const apply = (): unknown => applyObject(live, step.configuration ?? {}, context).object;
      if (step.status === 409) {
        const error = thrown(apply);
        expect(error).toBeInstanceOf(ApplyConflictError);
        if (!(error instanceof ApplyConflictError)) return;
        expect(error.message).toBe(step.message);
        const order = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
        expect([...(error.status.details?.causes ?? [])].sort(order)).toEqual([...(step.causes ?? [])].sort(order));
        return;
      }
      if (step.status >= 400) {
        expect(thrown(apply)).toEqual(new ApplyError(step.status === 400 ? 400 : 500, step.message ?? ''));
        return;
      }
      const result = defaulted(apply());
      expect(appliers(result)).toEqual(appliers(after));
      expect(part(result, 'data')).toEqual(part(after, 'data'));
      if (plural === 'widgets') expect(part(result, 'spec')).toEqual(part(after, 'spec'));
      for (const field of ['containers', 'volumes']) {
        expect(part(result, 'spec', 'template', 'spec', field)).toEqual(part(after, 'spec', 'template', 'spec', field));
      }
      expect(part(result, 'spec', 'replicas')).toEqual(part(after, 'spec', 'replicas'));
      expect(part(result, 'metadata', 'ownerReferences')).toEqual(part(after, 'metadata', 'ownerReferences'));
      expect(part(result, 'metadata', 'finalizers')).toEqual(part(after, 'metadata', 'finalizers'));
      if (after && step.dryRun !== true) store.set(step.id, after);
    });
  }
});

test('what a client written in Go sends along changes nothing', () => {
  const context = { ...(KINDS['configmaps'] ?? { schema: {}, builtIn: true }), manager: 'go', now: 'T' };
  const configuration = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', creationTimestamp: null }, data: { a: '1' } };
  const created = applyObject(undefined, configuration, context).object;
  const live = { ...created, metadata: { ...created.metadata, creationTimestamp: '2026-01-01T00:00:00Z', uid: 'u', resourceVersion: '1' } };
  expect(applyObject(live, configuration, context)).toEqual({ object: live, changed: false });
});

test('the first apply to what nobody owns leaves the rest to before-first-apply', () => {
  const context = { ...(KINDS['configmaps'] ?? { schema: {}, builtIn: true }), manager: 'one', now: 'T' };
  const live = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1', b: '1' } };
  const configuration = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '2' } };
  expect(() => applyObject(live, configuration, context)).toThrow('Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a');
  const { object } = applyObject(live, configuration, { ...context, force: true });
  expect(object.metadata.managedFields?.map(({ manager, fieldsV1 }) => [manager, fieldsV1])).toEqual([
    ['one', { 'f:data': { 'f:a': {} } }],
    ['before-first-apply', { 'f:data': { '.': {}, 'f:b': {} } }],
  ]);
});

function thrown(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
