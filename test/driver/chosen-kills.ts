import { seededRandom } from '../../src/ports/random.js';

/** Whether every boundary is killed at, which takes minutes (`make test-kills`), or a part of them. */
const EVERY = process.env['SERIN_EVERY_KILL'] !== undefined;
const PART = 10;

/** Another seed chooses other boundaries. */
export const SEED = Number(process.env['SERIN_SEED'] ?? 20_260_101);

/** How many kills at random there are, in all stories together. */
export const RANDOM_KILLS = Number(process.env['SERIN_RANDOM_KILLS'] ?? (EVERY ? 200 : 20));

/** Which boundaries are killed at, for the name of a test. */
export const WHICH = EVERY ? 'every' : `every ${PART}th`;

/** The boundaries that are killed at with their numbers: all, or each tenth, the first of which the seed chooses. */
export function chosenBoundaries<T>(boundaries: readonly T[], part = PART): (readonly [number, T])[] {
  const first = Math.floor(seededRandom(SEED)() * part);
  return [...boundaries.entries()].filter(([index]) => EVERY || index % part === first);
}

/** The same of boundaries with names: all, or a third of those that are left when of one name there is one. */
export function chosenKinds<T extends { readonly name: string }>(boundaries: readonly T[]): readonly T[] {
  if (EVERY) return boundaries;
  const kinds = [...new Map(boundaries.map((boundary) => [boundary.name, boundary])).values()];
  return chosenBoundaries(kinds, 3).map(([, boundary]) => boundary);
}
