import type { ReactNode } from 'react';
import type { ReleaseDetail } from '../api/types.js';
import { useFormats, useSaid, useTexts } from '../i18n/i18n-context.js';
import { recordAnswers } from './record-answers.js';
import { releaseTexts } from './texts.js';

/** What the record of an ended release answers: was it tested, how was it taken back, how fast, and who met it. */
export function RecordPanel({ release }: { release: ReleaseDetail }): ReactNode {
  const say = useTexts(releaseTexts);
  const said = useSaid();
  const { count, duration, list, ratio, share } = useFormats();
  const { tested, decided, takenBackWithin, took, reached, met } = recordAnswers(release);
  const back = release.outcome === 'aborted';
  const checks = [
    ...(tested.metrics > 0 ? [say('testedMetrics', { count: tested.metrics, failed: tested.failed, undecided: tested.undecided })] : []),
    ...(tested.jobs.length > 0 ? [say('testedJobs', { count: tested.jobs.length, jobs: list(tested.jobs) })] : []),
    ...(tested.gates > 0 ? [say('testedGates', { count: tested.gates })] : []),
    ...(tested.approvals > 0 ? [say('testedApprovals', { count: tested.approvals })] : []),
  ];
  const fast = [...(takenBackWithin === undefined ? [] : [say('backWithin', { time: duration(takenBackWithin / 1000) })]), ...(took === undefined ? [] : [say('tookAll', { time: duration(took / 1000) })])];
  return (
    <section className="release-record" aria-label={say('record')}>
      <dl>
        <div><dt>{say('wasTested')}</dt><dd>{release.hotfix !== undefined ? say('testedHotfix', { why: release.hotfix }) : checks.length === 0 ? say('testedNot') : checks.join(say('between'))}</dd></div>
        <div><dt>{say(back ? 'howBack' : 'howEnded')}</dt><dd>{decided ? said(decided.text, decided.textZh) : said(release.message, release.messageZh)}{release.abortReason === undefined ? null : <> <code className="release-code">{release.abortReason}</code></>}</dd></div>
        <div><dt>{say('howFast')}</dt><dd>{fast.length === 0 ? '–' : fast.join(say('between'))}</dd></div>
        <div>
          <dt>{say('whoMet')}</dt>
          <dd>{met.requests === 0 ? say('metNone') : say('metSome', { requests: count(met.requests), failures: count(met.failures), part: ratio(met.failures / met.requests) })} {say('reachedShare', { share: share(reached) })}</dd>
        </div>
      </dl>
    </section>
  );
}
