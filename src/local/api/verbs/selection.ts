import { parseFieldSelector } from '../../../kubernetes/field-selectors.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { parseLabelSelector, SelectorError } from '../../../kubernetes/selectors.js';
import { badRequestStatus } from '../../../kubernetes/status.js';
import { fail } from '../request/answer.js';
import type { ServedKind } from '../kind-registry.js';
import type { Call } from '../server-context.js';

/** Which objects of a collection a list, watch or deletecollection means. */
export interface Selection {
  /** Keys begin with it. */
  readonly prefix: string;
  /** Whether every object under the prefix is meant. */
  readonly everything: boolean;
  matches(object: KubernetesObject): boolean;
}

/** @throws ApiFailure 400 for selectors that cannot be read or that the kind does not support */
export function selectionOf({ served, namespace, name, query }: Call): Selection {
  const prefix = namespace === undefined ? '' : `${namespace}/`;
  const labelText = query.get('labelSelector') ?? '';
  const fieldText = query.get('fieldSelector') ?? '';
  if (labelText === '' && fieldText === '' && name === undefined) return { prefix, everything: true, matches: () => true };
  const labels = parsed(() => parseLabelSelector(labelText));
  const fields = parsed(() => parseFieldSelector(fieldText));
  for (const { field } of fields.requirements) {
    if (field !== 'metadata.name' && field !== 'metadata.namespace' && served.kind.selectableFields[field] === undefined) {
      fail(badRequestStatus(unsupportedField(served, field)));
    }
  }
  const valueOf = (object: KubernetesObject, field: string): string => {
    if (field === 'metadata.name') return object.metadata.name;
    if (field === 'metadata.namespace') return object.metadata.namespace ?? '';
    return served.kind.selectableFields[field]?.(object) ?? '';
  };
  return {
    prefix,
    everything: false,
    matches: (object) =>
      (name === undefined || object.metadata.name === name) &&
      labels.matches(object.metadata.labels) &&
      fields.matches((field) => valueOf(object, field)),
  };
}

function unsupportedField({ collection, custom }: ServedKind, field: string): string {
  if (custom || LABELLED.has(collection)) return `field label not supported: ${field}`;
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

/** Kinds with fields of their own word it in another way. */
const LABELLED = new Set(['/pods', '/events', '/nodes', '/namespaces', '/secrets', '/replicationcontrollers', 'batch/jobs']);

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SelectorError) return fail(badRequestStatus(error.message));
    throw error;
  }
}
