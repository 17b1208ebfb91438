import type { Endpoint } from '../../../kubernetes/generated/discovery-v1.js';

/** A slice holds at most so many endpoints. */
const LARGEST = 100;

/**
 * Spreads endpoints over slices of the same ports with as few changes as can be: each stays where it is, new ones go to
 * slices that change anyway, then to the fullest with room, then to new slices.
 * @param before the endpoints of each slice that exists
 * @returns those of each such slice (empty: no longer needed), followed by new slices
 */
export function fill(before: readonly (readonly Endpoint[])[], wanted: readonly Endpoint[]): Endpoint[][] {
  const left = new Map(wanted.map((endpoint) => [keyOf(endpoint), endpoint]));
  const kept = before.map((endpoints) =>
    endpoints.flatMap((endpoint) => {
      const current = left.get(keyOf(endpoint));
      left.delete(keyOf(endpoint));
      return current ? [current] : [];
    }),
  );
  const added = [...left.values()];
  const shrunk = kept.map((endpoints, index) => endpoints.length < (before[index]?.length ?? 0));
  const order = kept
    .map((endpoints, index) => ({ endpoints, changed: shrunk[index] === true }))
    .filter(({ endpoints, changed }) => endpoints.length < LARGEST && (endpoints.length > 0 || changed || before.length === 1))
    .sort((a, b) => Number(b.changed) - Number(a.changed) || b.endpoints.length - a.endpoints.length);
  for (const { endpoints } of order) endpoints.push(...added.splice(0, LARGEST - endpoints.length));
  while (added.length > 0) kept.push(added.splice(0, LARGEST));
  return kept;
}

function keyOf({ targetRef, addresses }: Endpoint): string {
  return `${targetRef?.uid ?? ''} ${addresses.join(',')}`;
}
