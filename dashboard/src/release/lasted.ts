/** Milliseconds between two times; the end is `now` where it has not come. Undefined without a beginning. */
export function lasted(startedAt: string | undefined, endedAt: string | undefined, now: number): number | undefined {
  if (startedAt === undefined) return undefined;
  const from = Date.parse(startedAt);
  const to = endedAt === undefined ? now : Date.parse(endedAt);
  return Number.isNaN(from) || Number.isNaN(to) ? undefined : Math.max(0, to - from);
}
