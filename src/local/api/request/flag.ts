/** Whether a flag of the query says yes, as the real server reads it: `watch`, `watch=1` and any other word but `0` and `false`. */
export function isTrue(value: string | null): boolean {
  return value !== null && !['0', 'false'].includes(value.toLowerCase());
}
