import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StructuralSchema } from '../../schema/structural.js';
import { deepEqual } from '../json.js';
import type { KubernetesObject } from '../objects.js';
import { applyObject, updateManagedFields } from './apply.js';
import { fromFieldsV1, toFieldsV1 } from './field-set.js';

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        items: { 'type': 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], 'items': { type: 'object', required: ['name'], properties: { name: { type: 'string' }, a: { type: 'integer' }, b: { type: 'integer' } } } },
        set: { 'type': 'array', 'x-kubernetes-list-type': 'set', 'items': { type: 'string' } },
        atomic: { type: 'array', items: { type: 'integer' } },
      },
    },
  },
};

const number = fc.integer({ min: 0, max: 2 });
const name = fc.constantFrom('x', 'y', 'z');
const spec = fc.record(
  {
    size: number,
    labels: fc.dictionary(name, fc.constantFrom('1', '2'), { minKeys: 1, noNullPrototype: true }),
    items: fc.uniqueArray(fc.record({ name, a: number, b: number }, { requiredKeys: ['name'] }), { selector: (item) => item.name, minLength: 1 }),
    set: fc.uniqueArray(name, { minLength: 1 }),
    atomic: fc.array(number, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const configurationOf = (value: object): Record<string, unknown> => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'n' }, spec: value });
const step = fc.record({ manager: fc.constantFrom('one', 'two'), spec, update: fc.boolean() });

const run = (live: KubernetesObject | undefined, each: { manager: string; spec: object; update: boolean }): KubernetesObject => {
  const context = { schema, builtIn: false, manager: each.manager, now: 'now', force: true };
  if (!each.update || live === undefined) return applyObject(live, configurationOf(each.spec), context).object;
  return updateManagedFields(live, { ...live, spec: each.spec } as KubernetesObject, context);
};

test('whatever came before: applied values are there, again changes nothing, and without others what is no longer applied goes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 4 }), spec, (steps, last) => {
      const live = steps.reduce<KubernetesObject | undefined>(run, undefined);
      const context = { schema, builtIn: false, manager: 'one', now: 'later', force: true };
      const applied = applyObject(live, configurationOf(last), context).object;
      expect(contains(applied['spec'], last)).toBe(true);
      const again = applyObject(applied, configurationOf(last), { ...context, force: false });
      expect(again.changed).toBe(false);
      expect(again.object).toEqual(applied);
      const alone = steps.every(({ manager, update }) => manager === 'one' && !update);
      if (alone) expect(sorted(applied['spec'])).toEqual(sorted(last));
      for (const { fieldsV1 } of applied.metadata.managedFields ?? []) expect(toFieldsV1(fromFieldsV1(fieldsV1))).toEqual(fieldsV1);
    }),
    { numRuns: 500 },
  );
});

/** Whether all that was asked for is there, lists by their keys. */
function contains(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted) && Array.isArray(value)) {
    if (wanted.every((item) => typeof item === 'number')) return deepEqual(value, wanted);
    return wanted.every((item: unknown) => value.some((each: unknown) => contains(each, item)));
  }
  if (typeof wanted !== 'object' || wanted === null) return deepEqual(value, wanted);
  return Object.entries(wanted).every(([key, item]) => contains(Reflect.get(Object(value), key), item));
}

/** Order of keyed lists aside. */
function sorted(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? {}), (key, item: unknown) =>
    Array.isArray(item) && key !== 'atomic' ? [...item].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : item,
  );
}
