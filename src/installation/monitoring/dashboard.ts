import { metricDefinitions } from '../../controller/metrics/definitions.js';

const { leading, ready, pass, requests, requestDuration, releases, releasesEnded, releaseDuration, policies, queueDepth, samples, unread, verdicts, oldestSample, build } = metricDefinitions;

interface Query {
  readonly expr: string;
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  readonly description: string;
  readonly type: 'timeseries' | 'stat';
  readonly unit: string;
  /** Of 24 columns. */
  readonly width: number;
  readonly queries: readonly Query[];
}

const quantile = (name: string, share: number, by: string): string => `histogram_quantile(${share}, sum by (le, ${by}) (rate(${name}_bucket[$__rate_interval])))`;
const stat = (title: string, description: string, expr: string, legend = ''): Panel => ({ title, description, type: 'stat', unit: 'short', width: 6, queries: [{ expr, legend }] });
const graph = (title: string, description: string, unit: string, ...queries: Query[]): Panel => ({ title, description, type: 'timeseries', unit, width: 12, queries });

const panels: readonly Panel[] = [
  stat('Leading', 'One controller leads; 0 means that nothing goes on.', `sum(${leading.name})`),
  stat('Ready', 'Controllers that lead or could at once.', `sum(${ready.name})`),
  stat('Under way', 'Releases under way.', `sum(max by (phase) (${releases.name}))`),
  stat('Version', 'Of the controllers that run.', `count by (version) (${build.name})`, '{{version}}'),
  graph('Releases under way', 'By what they do at the moment.', 'short', { expr: `max by (phase) (${releases.name})`, legend: '{{phase}}' }),
  graph('Releases that ended', 'In the last hour.', 'short', { expr: `sum by (outcome) (increase(${releasesEnded.name}[1h]))`, legend: '{{outcome}}' }),
  graph('Why releases were taken back', 'In the last hour.', 'short', { expr: `sum by (reason) (increase(${releasesEnded.name}{outcome="Aborted"}[1h])) > 0`, legend: '{{reason}}' }),
  graph('How long releases take', 'From start to end; half of them are faster than p50.', 's',
    { expr: `histogram_quantile(0.5, sum by (le, outcome) (increase(${releaseDuration.name}_bucket[6h])))`, legend: 'p50 {{outcome}}' },
    { expr: `histogram_quantile(0.95, sum by (le, outcome) (increase(${releaseDuration.name}_bucket[6h])))`, legend: 'p95 {{outcome}}' }),
  graph('Samples', 'Samples of metrics a second, and tries that brought none.', 'ops',
    { expr: `sum by (kind) (rate(${samples.name}[$__rate_interval]))`, legend: '{{kind}}' },
    { expr: `sum by (kind, reason) (rate(${unread.name}[$__rate_interval])) > 0`, legend: '{{kind}} {{reason}}' }),
  graph('Longest without a sample', 'Of all metrics that are judged at the moment.', 's', { expr: `max(${oldestSample.name})`, legend: 'oldest' }),
  graph('Verdicts', 'In the last hour, each time one changed.', 'short', { expr: `sum by (kind, outcome) (increase(${verdicts.name}[1h])) > 0`, legend: '{{kind}} {{outcome}}' }),
  graph('Policies', 'By what they do at the moment.', 'short', { expr: `max by (phase) (${policies.name})`, legend: '{{phase}}' }),
  graph('Queue', 'Policies and releases that are worked on or wait.', 'short', { expr: `max(${queueDepth.name})`, legend: 'depth' }),
  graph('Passes', 'Passes of the loop a second, by what came of them.', 'ops', { expr: `sum by (kind, result) (rate(${pass.name}_count[$__rate_interval]))`, legend: '{{kind}} {{result}}' }),
  graph('Time of a pass', '99 of 100 passes are faster.', 's', { expr: quantile(pass.name, 0.99, 'kind'), legend: '{{kind}}' }),
  graph('Requests to the API server', 'A second, by answer.', 'reqps', { expr: `sum by (verb, code) (rate(${requests.name}[$__rate_interval]))`, legend: '{{verb}} {{code}}' }),
  graph('Time of a request', '99 of 100 requests are faster.', 's', { expr: quantile(requestDuration.name, 0.99, 'verb'), legend: '{{verb}}' }),
  graph('Memory', 'Resident, of each controller.', 'bytes', { expr: `process_resident_memory_bytes and on (instance) ${build.name}`, legend: '{{instance}}' }),
  graph('CPU', 'Cores, of each controller.', 'short', { expr: `rate(process_cpu_seconds_total[$__rate_interval]) and on (instance) ${build.name}`, legend: '{{instance}}' }),
];

const COLUMNS = 24;
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** The dashboard as Grafana imports it. */
export function dashboard(): object {
  let [x, y] = [0, 0];
  const placed = panels.map(({ title, description, type, unit, width, queries }, index) => {
    const height = type === 'stat' ? 4 : 8;
    if (x + width > COLUMNS) [x, y] = [0, y + height];
    const gridPos = { x, y, w: width, h: height };
    x += width;
    if (x >= COLUMNS) [x, y] = [0, y + height];
    return {
      id: index + 1, title, description, type, gridPos, datasource: DATASOURCE,
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      options: type === 'stat' ? { reduceOptions: { calcs: ['lastNotNull'] }, textMode: title === 'Version' ? 'name' : 'auto' } : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
      targets: queries.map(({ expr, legend }, number) => ({ refId: String.fromCharCode(65 + number), datasource: DATASOURCE, expr, legendFormat: legend === '' ? '__auto' : legend })),
    };
  });
  return {
    uid: 'serin', title: 'Serin', tags: ['serin'], schemaVersion: 39, version: 1, editable: true, refresh: '30s', time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', hide: 0 }] },
    annotations: { list: [] },
    panels: placed,
  };
}

/** All expressions in it. */
export const dashboardExpressions = (): string[] => panels.flatMap(({ queries }) => queries.map(({ expr }) => expr));
