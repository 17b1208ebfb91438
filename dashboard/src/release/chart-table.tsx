import type { ReactNode } from 'react';
import { useTexts } from '../i18n/i18n-context.js';
import type { Column } from './chart-series.js';
import { releaseTexts } from './texts.js';

/** One column of a table of numbers over time. */
export interface TableColumn {
  readonly title: string;
  readonly values: Column;
  readonly format: (value: number) => string;
}

/** The numbers of charts, newest first. Can be scrolled by keyboard. */
export function ChartTable({ label, times, columns, time }: { label: string; times: readonly number[]; columns: readonly TableColumn[]; time(seconds: number): string }): ReactNode {
  const say = useTexts(releaseTexts);
  return (
    <div className="release-scroll release-table-place" role="region" aria-label={label} tabIndex={0}>
      <table className="release-table release-table-numbers">
        <thead>
          <tr><th scope="col">{say('time')}</th>{columns.map(({ title }) => <th key={title} scope="col">{title}</th>)}</tr>
        </thead>
        <tbody>
          {times.map((at, index) => (
            <tr key={at}>
              <th scope="row">{time(at)}</th>
              {columns.map(({ title, values, format }) => {
                const value = values[index] ?? undefined;
                return <td key={title}>{value === undefined ? '–' : format(value)}</td>;
              })}
            </tr>
          )).reverse()}
        </tbody>
      </table>
    </div>
  );
}
