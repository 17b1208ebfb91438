import { stringify } from 'yaml';
import { deepEqual } from '../../kubernetes/json.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { EPOCH_ANNOTATION, SIZE_ANNOTATION } from '../../model/resources.js';
import { unifiedDiff } from '../output/unified-diff.js';

/** What becomes of one object in one part of a plan. */
export interface ObjectChange {
  readonly action: 'create' | 'change' | 'delete';
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** Lines of a unified diff of its YAML, with the two lines that name it. */
  readonly diff: readonly string[];
}

/** What changed from one moment to another, by kind and name. */
export function objectChanges(before: ReadonlyMap<string, KubernetesObject>, after: ReadonlyMap<string, KubernetesObject>): ObjectChange[] {
  const places = [...new Set([...before.keys(), ...after.keys()])].sort();
  return places.flatMap((place) => {
    const [old, next] = [before.get(place), after.get(place)];
    if (old === next) return [];
    const [oldText, nextText] = [textOf(old), textOf(next)];
    const named = next ?? old;
    if (!named || oldText === nextText) return [];
    const { kind, metadata } = named;
    const title = `${kind} ${metadata.name}`;
    const diff = [`--- ${old ? title : '/dev/null'}`, `+++ ${next ? title : '/dev/null'}`, ...unifiedDiff(oldText, nextText)];
    return [{ action: old ? (next ? 'change' : 'delete') : 'create', kind, namespace: metadata.namespace, name: metadata.name, diff } satisfies ObjectChange];
  });
}

/** Bookkeeping of the server, which nobody writes. */
const SERVERS = ['managedFields', 'resourceVersion', 'uid', 'generation', 'creationTimestamp', 'selfLink'];

/** Annotations that say nothing of what an object does. */
const HIDDEN = ['kubectl.kubernetes.io/last-applied-configuration', EPOCH_ANNOTATION, SIZE_ANNOTATION];

function textOf(object: KubernetesObject | undefined): string {
  if (!object) return '';
  const { apiVersion, kind, metadata, status: _status, ...rest } = object as KubernetesObject & { status?: unknown };
  const kept = Object.fromEntries(Object.entries(metadata).filter(([key]) => !SERVERS.includes(key)));
  const annotations = Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => !HIDDEN.includes(key)));
  if (deepEqual(annotations, {})) delete kept['annotations'];
  else kept['annotations'] = annotations;
  return stringify({ apiVersion, kind, metadata: kept, ...rest }, { lineWidth: 0, aliasDuplicateObjects: false });
}
