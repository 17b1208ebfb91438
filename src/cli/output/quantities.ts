import { failureRate, type Counts } from '../../model/evidence.js';

/** `12.5 %` of per mille; empty for an unknown share. */
export const formatShare = (perMille: number | undefined): string => (perMille === undefined ? '' : `${perMille / 10} %`);

/** `120 requests, 3 failed (2.5 %)` */
export function formatCounts(counts: Counts): string {
  const { requests, failures } = counts;
  return `${plural(requests, 'request')}, ${failures} failed${failures > 0 ? ` (${Math.round(failureRate(counts) * 1000) / 10} %)` : ''}`;
}

/** `1 Pod`, `2 Pods` */
export const plural = (count: number, noun: string, nouns = `${noun}s`): string => `${count} ${count === 1 ? noun : nouns}`;
