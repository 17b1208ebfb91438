import type { tagOrders } from '../../model/images/image-policy.js';
import { versionOf } from './tag-version.js';

export type TagOrder = (typeof tagOrders)[number];

/**
 * Compares two tags, or the parts of them that order goes by: negative where the first is lower. Undefined where one of them
 * has no place in this order.
 */
export function compareTags(order: TagOrder, one: string, other: string): number | undefined {
  switch (order) {
    case 'semver': {
      const [a, b] = [versionOf(one), versionOf(other)];
      return a && b && a.compare(b);
    }
    case 'numerical': {
      const [a, b] = [numberIn(one), numberIn(other)];
      return a === undefined || b === undefined ? undefined : a < b ? -1 : a > b ? 1 : 0;
    }
    case 'alphabetical':
      return one < other ? -1 : one > other ? 1 : 0;
  }
}

/** Whether a tag has a place in this order at all. */
export const hasPlace = (order: TagOrder, key: string): boolean => compareTags(order, key, key) !== undefined;

/** The last number in a text; as long as it likes. */
function numberIn(text: string): bigint | undefined {
  const digits = /(\d+)\D*$/.exec(text)?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}
