import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FieldError } from '../../../kubernetes/field-error.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { Kind, KindContext } from './kind.js';
import { objectMetaProblems, objectMetaUpdateProblems } from './object-meta.js';
import { builtinKinds } from './registry.js';

/** What a real server (1.36.2) was asked and how it answered. */
interface RecordedCase {
  readonly case: string;
  readonly title: string;
  readonly verb: 'create' | 'update';
  readonly object: KubernetesObject;
  readonly before?: KubernetesObject;
  readonly answer?: KubernetesObject;
  readonly causes?: readonly FieldError[];
}

const cases = JSON.parse(readFileSync(new URL('./testing/recorded-cases.json', import.meta.url), 'utf8')) as RecordedCase[];
const kinds = builtinKinds();

function kindOf({ apiVersion, kind }: KubernetesObject): Kind | undefined {
  return kinds.find(({ resource }) => resource.kind === kind && (resource.group === '' ? resource.version : `${resource.group}/${resource.version}`) === apiVersion);
}

/** A server that already has the Service of A093. */
const context: KindContext = {
  now: 0,
  find: () => undefined,
  list: ({ kind }) => (kind === 'Service' ? cases.filter(({ case: id }) => id === 'A093').map(({ answer }) => answer as KubernetesObject) : []),
};

function write({ verb, object: sent, before, answer }: RecordedCase, kind: Kind): { object: KubernetesObject; errors: FieldError[] } {
  const object = structuredClone(sent);
  const uid = answer?.metadata.uid ?? before?.metadata.uid;
  if (uid !== undefined) object.metadata.uid = uid;
  kind.applyDefaults(object);
  const prepared = verb === 'create' ? kind.prepareForCreate(object, context) : kind.prepareForUpdate(object, before ?? object, context);
  const own = before === undefined ? kind.validate(object) : [...objectMetaUpdateProblems(object, before), ...kind.validateUpdate(object, before)];
  return { object, errors: [...prepared, ...objectMetaProblems(object, kind), ...own] };
}

/** What differs from one run to the next: addresses and ports that the server chose, and what its caller sets. */
function comparable(object: KubernetesObject): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(object), (key: string, value: unknown) => {
    if (key === 'generation' || key === 'managedFields') return undefined;
    if (typeof value === 'string' && key === 'clusterIP' && value.startsWith('10.96.')) return '10.96.x.y';
    if (Array.isArray(value) && key === 'clusterIPs') return value.map((each: unknown) => (String(each).startsWith('10.96.') ? '10.96.x.y' : each));
    if (key === 'nodePort' && typeof value === 'number') return 30000;
    return value;
  });
  return copy;
}

/** Only first lines: the difference that the real server appends to a refused Pod update shows Go's own structs. */
const sorted = (errors: readonly FieldError[]): string[] =>
  errors.map(({ field, message, reason }) => `${field}: ${message.split('\n')[0] ?? ''} (${reason})`).sort();

describe('built-in kinds answer as a real server did', () => {
  it.each(cases.map((each) => [each.case, each.title, each] as const))('%s %s', (_id, _title, recorded) => {
    const kind = kindOf(recorded.object);
    if (kind === undefined) return;
    const { object, errors } = write(recorded, kind);
    if (recorded.causes !== undefined) {
      expect(sorted(errors)).toEqual(sorted(recorded.causes));
    } else {
      expect(sorted(errors)).toEqual([]);
      expect(comparable(object)).toEqual(comparable(recorded.answer as KubernetesObject));
    }
  });
});
