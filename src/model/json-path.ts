/** A way into JSON: names of fields and indexes of lists. */
export type JsonPath = readonly (string | number)[];

const STEP = /\.([A-Za-z_][\w-]*)|\[(-?\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y;

/**
 * Reads the simple part of JSONPath (RFC 9535): `$.a.b[0]['c d']`, an index below 0 from the end; also in braces, as Argo Rollouts and kubectl write it.
 * @throws RangeError naming the place where it goes beyond that
 */
export function parseJsonPath(text: string): JsonPath {
  const inner = /^\{\s*(.*?)\s*\}$/.exec(text.trim())?.[1] ?? text.trim();
  const path = inner.startsWith('$') ? inner.slice(1) : inner;
  const steps: (string | number)[] = [];
  STEP.lastIndex = 0;
  for (let at = 0; at < path.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const found = STEP.exec(path);
    if (!found) throw new RangeError(`"${text}" is not understood from "${path.slice(at)}" on; a path is made of .name, ['name'] and [0], such as $.data.items[0].value`);
    const [, name, index, single, double] = found;
    steps.push(index !== undefined ? Number(index) : name ?? (single ?? double ?? '').replace(/\\(.)/g, '$1'));
  }
  return steps;
}

/** What is there; undefined where nothing is. */
export function valueAt(value: unknown, path: JsonPath): unknown {
  let here = value;
  for (const step of path) {
    if (typeof step === 'number') here = Array.isArray(here) ? here.at(step) : undefined;
    else here = typeof here === 'object' && here !== null && !Array.isArray(here) && Object.hasOwn(here, step) ? Reflect.get(here, step) : undefined;
  }
  return here;
}
