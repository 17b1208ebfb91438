import { isRecord } from '../../../kubernetes/json.js';
import type { Rollout } from '../kinds/rollout.js';

const SUBSCRIPT = /^metadata\.(labels|annotations)\['([^']*)'\]$/;

/**
 * A field of a Rollout as a text: of its metadata as Pods name fields of theirs (`metadata.labels['app']`), of the rest by
 * names and indexes (`spec.template.spec.containers[0].image`). Undefined where there is none, or no single value.
 */
export function fieldText(rollout: Rollout, path: string): string | undefined {
  const subscript = SUBSCRIPT.exec(path);
  if (subscript) {
    const [, map, key = ''] = subscript;
    const values = map === 'labels' ? rollout.metadata.labels : rollout.metadata.annotations;
    // A label that is not there is empty, as for a Pod.
    return values?.[key] ?? '';
  }
  let here: unknown = rollout;
  for (const part of path.split(/[.[\]]+/).filter((each) => each !== '')) {
    if (Array.isArray(here)) here = /^\d+$/.test(part) ? here[Number(part)] : undefined;
    else here = isRecord(here) && Object.hasOwn(here, part) ? here[part] : undefined;
  }
  if (path === 'metadata.labels' || path === 'metadata.annotations') return mapText(isRecord(here) ? here : {});
  return typeof here === 'string' || typeof here === 'number' || typeof here === 'boolean' ? String(here) : undefined;
}

/** A whole map, as the downward API writes one. */
const mapText = (map: Readonly<Record<string, unknown>>): string => Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join('\n');
