import { useMemo, type ReactNode } from 'react';
import type { MetricView, ReleaseDetail } from '../api/types.js';
import { Badge, type Tone } from '../components/badge.js';
import type { IconName } from '../components/icon.js';
import { Notice } from '../components/notice.js';
import { useFormats, useSaid, useTexts } from '../i18n/i18n-context.js';
import { isEmpty, metricSeries } from './chart-series.js';
import { LiveChart, type ChartLine } from './live-chart.js';
import { When } from './when.js';
import { releaseTexts } from './texts.js';
import { useChartFormats } from './use-chart-formats.js';

/** What each metric says of the canary, how sure it is, and how it came to that. */
export function JudgePanel({ release: { metrics } }: { release: ReleaseDetail }): ReactNode {
  const say = useTexts(releaseTexts);
  return (
    <section className="release-panel" aria-labelledby="release-judge">
      <h2 id="release-judge">{say('judge')}</h2>
      {metrics.length === 0 ? <p className="release-empty">{say('noMetrics')}</p> : <div className="release-metrics">{metrics.map((metric) => <Metric key={metric.name} metric={metric} />)}</div>}
    </section>
  );
}

const KINDS = { errorRate: 'errorRate', latency: 'latencyKind', saturation: 'saturation', condition: 'condition' } as const satisfies Record<MetricView['kind'], keyof typeof releaseTexts>;

function Metric({ metric }: { metric: MetricView }): ReactNode {
  const say = useTexts(releaseTexts);
  const { ratio, count } = useFormats();
  const formats = useChartFormats();
  const said = useSaid();
  const { name, kind, outcome, says, saysZh, problem, confidence, points, verdicts, samples, dryRun } = metric;
  const { times, columns } = useMemo(() => metricSeries(kind, points), [kind, points]);
  const lines = useMemo(() => {
    const all: ChartLine[] = [
      { name: say('stable'), values: columns.stable, colour: 'stable' },
      { name: say('canary'), values: columns.canary, colour: 'canary' },
      { name: say('measured'), values: columns.value, colour: 'canary' },
    ];
    return all.filter(({ values }) => !isEmpty(values));
  }, [columns, say]);
  const format = kind === 'errorRate' ? formats.part : kind === 'latency' ? formats.milliseconds : formats.plain;
  return (
    <article className="release-metric" data-outcome={outcome} aria-label={name}>
      <h3>
        <Outcome outcome={outcome} />
        <span className="release-name">{name}</span>
        <span className="soft">{say(KINDS[kind])}</span>
      </h3>
      <p className="release-metric-says">{said(says, saysZh)}</p>
      <p className="release-metric-facts">
        {confidence === undefined ? null : <Confidence part={confidence} text={say('confidence', { part: ratio(confidence) })} />}
        <span>{say('samples', { count: samples, samples: count(samples) })}</span>
        {dryRun === true ? <span>{say('dryRun')}</span> : null}
      </p>
      {problem === undefined ? null : <Notice tone="wait">{say('noSamples', { problem })}</Notice>}
      {lines.length === 0 ? null : <LiveChart title={name} untitled times={times} lines={lines} format={format} height={96} least={kind === 'errorRate' ? 1 : 0} />}
      {verdicts.length < 2 ? null : (
        <details className="release-verdicts">
          <summary>{say('verdictHistory')} <span className="soft">{count(verdicts.length)}</span></summary>
          <ol>
            {verdicts.map((verdict, index) => (
              <li key={`${verdict.at}-${index}`}>
                <When at={verdict.at} />
                <Outcome outcome={verdict.outcome} />
                <span>{said(verdict.says, verdict.saysZh)}</span>
              </li>
            ))}
          </ol>
        </details>
      )}
    </article>
  );
}

const LOOKS = {
  pass: { tone: 'ok', icon: 'ok' },
  fail: { tone: 'bad', icon: 'bad' },
  undecided: { tone: 'wait', icon: 'wait' },
} as const satisfies Record<MetricView['outcome'], { tone: Tone; icon: IconName }>;

function Outcome({ outcome }: { outcome: MetricView['outcome'] }): ReactNode {
  const say = useTexts(releaseTexts);
  return <Badge tone={LOOKS[outcome].tone} icon={LOOKS[outcome].icon}>{say(outcome)}</Badge>;
}

/** How sure a test is, from 0 to 1, as a bar beside the words. */
function Confidence({ part, text }: { part: number; text: string }): ReactNode {
  return (
    <span className="release-confidence">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect className="of" width="100" height="8" /><rect className="part" width={Math.max(0, Math.min(1, part)) * 100} height="8" /></svg>
      {text}
    </span>
  );
}
