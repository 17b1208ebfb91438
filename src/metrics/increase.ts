import type { Counts } from '../model/evidence.js';

/**
 * What a counter rose by between two readings. One that fell was reset (the process began anew), so all of it is new.
 * Source: the definition of `increase` in Prometheus, without extrapolation.
 */
export function increase(before: Counts, now: Counts): Counts {
  if (now.requests < before.requests || now.failures < before.failures) return now;
  return { requests: now.requests - before.requests, failures: now.failures - before.failures };
}

export const sum = (a: Counts, b: Counts): Counts => ({ requests: a.requests + b.requests, failures: a.failures + b.failures });
