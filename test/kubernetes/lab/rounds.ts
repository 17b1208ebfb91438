/**
 * What CI has ten minutes for is the first round of the lanes: all of them, with some cases of each long table. The rest of the
 * cases is a round of its own (`make test-kubernetes-rest`). SERIN_ROUND says which is played; `all` is both at once.
 */
const round = process.env['SERIN_ROUND'] ?? 'first';
if (!['first', 'rest', 'all'].includes(round)) throw new Error(`SERIN_ROUND is ${JSON.stringify(round)}: say first, rest or all`);

/** Whether the first round is played, with everything that stands in no table. */
export const isFirst = round !== 'rest';
/** Whether the rest is played. */
export const isRest = round !== 'first';

/** The cases that are played now. @param first whether a case belongs to the first round */
export function inRound<T>(cases: readonly T[], first: (each: T, index: number) => boolean): T[] {
  return cases.filter((each, index) => (first(each, index) ? isFirst : isRest));
}

/** The cases that are played now, where one of so many belongs to the first round. */
export const oneOf = <T>(count: number, cases: readonly T[]): T[] => inRound(cases, (_, index) => index % count === 0);
