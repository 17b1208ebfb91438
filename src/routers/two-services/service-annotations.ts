import type { KubernetesObject } from '../../kubernetes/objects.js';
import { pointerPart } from './scope.js';

/** JSON patch operations that give an object these annotations and leave its others alone. */
export function annotationChanges({ metadata }: KubernetesObject, wanted: Readonly<Record<string, string>> = {}): { readonly op: string; readonly path: string; readonly value: unknown }[] {
  const missing = Object.entries(wanted).filter(([key, value]) => metadata.annotations?.[key] !== value);
  if (missing.length === 0) return [];
  if (metadata.annotations === undefined) return [{ op: 'add', path: '/metadata/annotations', value: Object.fromEntries(missing) }];
  return missing.map(([key, value]) => ({ op: 'add', path: `/metadata/annotations/${pointerPart(key)}`, value }));
}
