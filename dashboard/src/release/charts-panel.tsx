import { useMemo, useState, type ReactNode } from 'react';
import type { ReleaseHistory } from '../api/types.js';
import { Button } from '../components/button.js';
import { useFormats, useTexts } from '../i18n/i18n-context.js';
import { historySeries, isEmpty, type HistoryColumn } from './chart-series.js';
import { ChartTable, type TableColumn } from './chart-table.js';
import { LiveChart, type ChartLine } from './live-chart.js';
import { releaseTexts } from './texts.js';
import { useChartFormats } from './use-chart-formats.js';

/** Shares over time, and what each version did: requests, failures, latency; stable beside canary. */
export function ChartsPanel({ history }: { history: ReleaseHistory | undefined }): ReactNode {
  const say = useTexts(releaseTexts);
  const { time } = useFormats();
  const { part, rate, milliseconds } = useChartFormats();
  const [table, setTable] = useState(false);
  const { times, columns } = useMemo(() => historySeries(history?.points ?? []), [history]);
  const latency = say('latency', { percentile: String(history?.percentile ?? 99) });
  const charts = useMemo(() => {
    const line = (column: HistoryColumn, name: 'asked' | 'accepted' | 'counted' | 'stable' | 'canary', more: Partial<ChartLine> = {}): ChartLine => ({
      name: say(name), values: columns[column], colour: name === 'stable' ? 'stable' : 'canary', ...more,
    });
    return [
      { title: say('shares'), format: part, least: 10, lines: [line('asked', 'asked', { colour: 'ink-soft', dashed: true, stepped: true }), line('accepted', 'accepted', { stepped: true }), line('counted', 'counted', { colour: 'accent' })] },
      { title: say('requestRate'), format: rate, least: 0, lines: [line('stableRate', 'stable'), line('canaryRate', 'canary')] },
      { title: say('failingPart'), format: part, least: 1, lines: [line('stableFailing', 'stable'), line('canaryFailing', 'canary')] },
      { title: latency, format: milliseconds, least: 0, lines: [line('stableP99', 'stable'), line('canaryP99', 'canary')] },
    ];
  }, [columns, say, part, rate, milliseconds, latency]);
  const shown = charts.filter(({ lines }, at) => at === 0 || !lines.every(({ values }) => isEmpty(values)));
  const tableColumns = shown.flatMap(({ title, lines, format }): TableColumn[] => lines.map(({ name, values }) => ({ title: `${title}: ${name}`, values, format })));
  return (
    <section className="release-panel release-charts-panel" aria-labelledby="release-charts">
      <div className="release-panel-head">
        <h2 id="release-charts">{say('charts')}</h2>
        <Button small aria-pressed={table} onClick={() => setTable(!table)}>{say('asTable')}</Button>
      </div>
      {history === undefined ? <Waiting count={charts.length} /> : times.length === 0 ? <p className="release-empty">{say('noHistory')}</p> : table ? (
        <ChartTable label={say('charts')} times={times} columns={tableColumns} time={(at) => time(at * 1000)} />
      ) : (
        <div className="release-charts">
          {shown.map(({ title, format, least, lines }) => <LiveChart key={title} title={title} times={times} lines={lines} format={format} least={least} together="release" />)}
        </div>
      )}
    </section>
  );
}

/** As tall as the charts that come, so that nothing below them jumps. */
function Waiting({ count }: { count: number }): ReactNode {
  return <div className="release-charts" aria-busy="true">{Array.from({ length: count }, (_, at) => <div key={at} className="release-chart-waits skeleton" />)}</div>;
}
