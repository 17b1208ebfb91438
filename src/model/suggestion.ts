/**
 * The name that somebody probably meant: the nearest one, when it is near enough to be a slip of the finger.
 * Upper and lower case count as equal.
 */
export function nearestName(written: string, known: readonly string[]): string | undefined {
  const limit = written.length <= 3 ? 1 : written.length <= 8 ? 2 : 3;
  const ranked = known
    .map((name) => ({ name, distance: editDistance(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.name;
}

/** How many letters must be added, left out, replaced or swapped with their neighbour to make one text of the other. */
export function editDistance(a: string, b: string): number {
  let [beforeLast, last]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= a.length; row++) {
    const present = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      present.push(Math.min(
        (last?.[column] ?? 0) + 1,
        (present[column - 1] ?? 0) + 1,
        (last?.[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast?.[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      ));
    }
    [beforeLast, last] = [last, present];
  }
  return last?.[b.length] ?? 0;
}
