import { deepEqual, getOwn, isRecord } from '../json.js';

/**
 * Sorts a merged list: items that `order` names come as there, the others as in the live list, and both are interleaved
 * so that an item stands before the first named one that it preceded in the live list.
 */
export function ordered(merged: readonly unknown[], order: readonly unknown[], live: readonly unknown[], mergeKey: string | undefined): unknown[] {
  const indexIn = (list: readonly unknown[], item: unknown): number => list.findIndex((each) => same(each, item, mergeKey));
  const byIndexIn = (list: readonly unknown[]) => (a: unknown, b: unknown): number => {
    const [left, right] = [indexIn(list, a), indexIn(list, b)];
    return left < 0 || right < 0 ? 0 : left - right;
  };
  const named = merged.filter((item) => indexIn(order, item) >= 0).sort(byIndexIn(order));
  const others = merged.filter((item) => indexIn(order, item) < 0).sort(byIndexIn(live));
  const result: unknown[] = [];
  while (named.length > 0 && others.length > 0) {
    const [left, right] = [indexIn(live, others[0]), indexIn(live, named[0])];
    result.push(left >= 0 && right >= 0 && left < right ? others.shift() : named.shift());
  }
  return [...result, ...named, ...others];
}

/** Whether the items stand in `order` in the same relative order, all of them. */
export function inOrder(items: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): boolean {
  if (items.length === 0 || order.length === 0) return true;
  let next = 0;
  for (const each of order) if (next < items.length && same(items[next], each, mergeKey)) next += 1;
  return next === items.length;
}

/** The list without the items that another names. */
export function deleteListed(list: readonly unknown[], named: readonly unknown[]): unknown[] {
  return list.filter((item) => !named.some((each) => deepEqual(each, item)));
}

function same(a: unknown, b: unknown, mergeKey: string | undefined): boolean {
  if (mergeKey === undefined || !isRecord(a) || !isRecord(b)) return deepEqual(a, b);
  return deepEqual(getOwn(a, mergeKey), getOwn(b, mergeKey));
}
