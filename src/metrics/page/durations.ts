/** How many milliseconds the unit of a histogram is that does not say: by its name, else seconds. */
export function unitOf(metric: string, said?: 'seconds' | 'milliseconds'): number {
  const unit = said ?? (/(_milliseconds|_ms|_millis|^envoy_.*_rq_time)$/.test(metric) ? 'milliseconds' : 'seconds');
  return unit === 'seconds' ? 1000 : 1;
}
