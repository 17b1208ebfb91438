import { readFileSync, writeFileSync } from 'node:fs';

/** Documents of OpenAPI differ in thousands of places; so many say what is different. */
const MOST = 40;

/** Where each case that is known to differ does so, by the case's id; without the values, which are of a version and a moment. */
export type DifferingPlaces = Readonly<Record<string, readonly string[]>>;

/** The places of lines of `differences`: paths without the numbers of items; where there are many, only the beginnings of them. */
export function placesOf(lines: readonly string[]): string[] {
  const paths = lines.map((line) => (/^(?:status|content type|warning|[.[]?.*?)(?=: )/.exec(line)?.[0] ?? line).replaceAll(/\[\d+\]/g, '[]'));
  for (let depth = Number.POSITIVE_INFINITY; ; depth = depth === Number.POSITIVE_INFINITY ? 4 : depth - 1) {
    const places = [...new Set(paths.map((path) => path.split(/(?=[.[])/).slice(0, depth).join('')))].sort();
    if (places.length <= MOST || depth === 1) return places;
  }
}

/** Places of a case that are not among those that are on record: something else differs than what is known. */
export function newPlaces(known: DifferingPlaces, id: string, lines: readonly string[]): string[] {
  const there = new Set(known[id] ?? []);
  return placesOf(lines).filter((place) => !there.has(place));
}

/** Reads what is on record. */
export const readPlaces = (file: URL): DifferingPlaces => JSON.parse(readFileSync(file, 'utf8')) as DifferingPlaces;

/** Writes it down anew, from the lines of each case that is known. */
export function recordPlaces(file: URL, found: ReadonlyMap<string, readonly string[]>, known: ReadonlySet<string>): void {
  const lines = [...found].filter(([id, differing]) => known.has(id) && differing.length > 0).map(([id, differing]) => `${JSON.stringify(id)}: ${JSON.stringify(placesOf(differing))}`);
  writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`);
}
