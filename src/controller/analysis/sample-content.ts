import type { MetricSample } from '../../statistics/metric-sample.js';

/** Whether users, Pods or somebody else said something: an empty stretch of time alone is not worth a write. */
export function saysSomething(sample: MetricSample): boolean {
  switch (sample.kind) {
    case 'errorRate':
      return sample.block.stable.requests > 0 || sample.block.canary.requests > 0;
    case 'latency':
      return [...sample.block.stable, ...sample.block.canary].some((count) => count > 0);
    case 'saturation':
    case 'condition':
      return true;
  }
}
