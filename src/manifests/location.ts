import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair } from 'yaml';
import type { Manifest } from './manifest.js';
import type { ManifestProblem, ObjectProblem, Position } from './problem.js';

/** Where a field stands, or how far its path goes. */
interface Place {
  /** Offset of the key that leads to it, or of the item or object itself where no key does. */
  readonly offset: number;
  readonly value: Node | undefined;
  /** What is left of the path when the text does not have all of it. */
  readonly missing: string;
}

/**
 * The place of a field: of its key, or of the item of a list. Undefined when the text does not have it.
 * @param pointer JSON pointer (RFC 6901) such as `/spec/steps/0`, or a path such as `spec.steps[0]`
 */
export function locate(manifest: Manifest, pointer: string): Position | undefined {
  const place = follow(manifest, pointer);
  return place.missing === '' ? manifest.source.positionOf(place.offset) : undefined;
}

/** Attaches positions to problems of an object: that of the key, or of the nearest one above that is there. */
export function problemsAt(manifest: Manifest, problems: readonly ObjectProblem[]): ManifestProblem[] {
  return problems.map(({ path, message, remedy, severity }) => manifest.source.problem(follow(manifest, path).offset, message, remedy, severity));
}

function follow(manifest: Manifest, path: string): Place {
  const { document, within } = manifest;
  let place: Place = { offset: startOf(document.contents) ?? 0, value: document.contents ?? undefined, missing: '' };
  for (const part of within) place = stepInto(place, part, document) ?? place;
  return path === '' || path.startsWith('/') ? followPointer(place, path, document) : followPath(place, path, document);
}

function followPointer(start: Place, pointer: string, document: Document): Place {
  let place = start;
  const parts = pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  for (const [index, part] of parts.entries()) {
    const next = stepInto(place, part, document);
    if (!next) return { ...place, missing: parts.slice(index).join('/') };
    place = next;
  }
  return place;
}

/** Follows a path as Kubernetes writes it; what the text holds decides where a key with dots ends. */
function followPath(start: Place, path: string, document: Document): Place {
  let place = start;
  let rest = path;
  while (rest !== '') {
    const bracket = /^\[([^\]]*)\]\.?/.exec(rest);
    const key = bracket ? (bracket[1] ?? '') : longestKey(place, rest, document);
    const next = key === undefined ? undefined : stepInto(place, key, document);
    if (!next || key === undefined) return { ...place, missing: rest };
    place = next;
    rest = bracket ? rest.slice(bracket[0].length) : rest.slice(key.length).replace(/^\./, '');
  }
  return place;
}

function longestKey({ value }: Place, rest: string, document: Document): string | undefined {
  const node = resolved(value, document);
  if (!isMap(node)) return undefined;
  const fitting = node.items.map(keyOf).filter((key) => rest === key || rest.startsWith(`${key}.`) || rest.startsWith(`${key}[`));
  return fitting.sort((a, b) => b.length - a.length)[0];
}

function stepInto({ value }: Place, part: string | number, document: Document): Place | undefined {
  const node = resolved(value, document);
  if (isSeq(node)) {
    const item = /^\d+$/.test(String(part)) ? node.items[Number(part)] : undefined;
    return isNode(item) ? { offset: startOf(item) ?? 0, value: item, missing: '' } : undefined;
  }
  if (!isMap(node)) return undefined;
  // Of equal keys the last one counts, as in the object.
  const pair = node.items.findLast((each) => keyOf(each) === String(part));
  if (!pair) return undefined;
  const own = isNode(pair.value) ? pair.value : undefined;
  return { offset: startOf(pair.key) ?? startOf(own) ?? 0, value: own, missing: '' };
}

/** A key as JSON has it. */
export function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

/** Where a node begins; undefined for one that was not in a text. */
export function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function resolved(node: Node | undefined, document: Document): Node | undefined {
  return isAlias(node) ? node.resolve(document) : node;
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}
