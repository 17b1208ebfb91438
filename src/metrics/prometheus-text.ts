/** One sample of the Prometheus text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"\s*,?\s*/gy;
const ESCAPES: Readonly<Record<string, string>> = { '\\n': '\n', '\\\\': '\\', '\\"': '"' };

/**
 * The samples of one metric in Prometheus' text format (version 0.0.4). Comments, other metrics and lines that cannot be
 * read are passed over: what a Pod exposes beside them is none of our business.
 */
export function samplesOf(text: string, metric: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith(metric)) continue;
    const match = LINE.exec(line);
    if (!match || match[1] !== metric) continue;
    const value = Number(match[3]);
    if (Number.isFinite(value)) samples.push({ name: metric, labels: labelsOf(match[2] ?? ''), value });
  }
  return samples;
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(LABEL)) labels[name] = value.replace(/\\[n\\"]/g, (escape) => ESCAPES[escape] ?? escape);
  return labels;
}
