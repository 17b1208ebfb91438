import { readFileSync } from 'node:fs';

/** One cell of a table in the documentation: what is to come of an event in a scene. */
export interface Cell<S extends string> {
  readonly event: string;
  readonly scene: S;
  readonly cell: string;
}

/** Reads the table of docs/mid-release.md that has these columns behind `event`. @throws Error when there is none */
export function readTable<S extends string>(scenes: readonly S[]): Cell<S>[] {
  const text = readFileSync(new URL('../../../docs/mid-release.md', import.meta.url), 'utf8');
  const cellsOf = (line: string): string[] => line.split('|').slice(1, -1).map((cell) => cell.trim());
  const tables = text.split(/\n(?!\|)/).map((block) => block.split('\n').filter((line) => line.startsWith('|')).map(cellsOf));
  const table = tables.find(([header]) => header !== undefined && header.join() === ['event', ...scenes].join());
  if (!table) throw new Error(`docs/mid-release.md has no table of ${scenes.join(', ')}`);
  return table.slice(2).flatMap(([event = '', ...cells]) => scenes.map((scene, index) => ({ event, scene, cell: cells[index] ?? '' })));
}
