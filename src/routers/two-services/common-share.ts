/** The share that all say; undefined where there is none, where one says none of ours, or where they disagree. */
export function commonShare(shares: readonly (number | undefined)[]): number | undefined {
  const [first] = shares;
  return shares.every((share) => share === first) ? first : undefined;
}
