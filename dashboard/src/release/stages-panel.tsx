import type { ReactNode } from 'react';
import type { ReleaseDetail } from '../api/types.js';
import { useFormats, useSaid, useTexts } from '../i18n/i18n-context.js';
import { useNow } from '../live/live-context.js';
import { foldStages, stageRows, type StageFold, type StageRow } from './stage-rows.js';
import { releaseTexts } from './texts.js';
import { WaitingFacts } from './waiting.js';

/** A release as the sequence of its stages: where it is, what it waits for, and how long each took. */
export function StagesPanel({ release }: { release: ReleaseDetail }): ReactNode {
  const say = useTexts(releaseTexts);
  const items = foldStages(stageRows(release.stages, useNow()));
  return (
    <section className="release-panel" aria-labelledby="release-stages">
      <h2 id="release-stages">{say('stages')}</h2>
      <ol className="release-stages">
        {items.map((item) => ('row' in item ? <StageLine key={item.row.stage.index} row={item.row} /> : <FoldedStages key={`fold-${item.fold.rows[0]?.stage.index ?? 0}`} fold={item.fold} />))}
      </ol>
    </section>
  );
}

const WORDS = { done: 'stateDone', now: 'stateNow', todo: 'stateTodo', skipped: 'stateSkipped' } as const;

function StageLine({ row: { stage, milliseconds } }: { row: StageRow }): ReactNode {
  const say = useTexts(releaseTexts);
  const said = useSaid();
  const { duration, share, exact } = useFormats();
  const { state, kind, waitsFor } = stage;
  // It had begun when the release was taken back.
  const stopped = state === 'skipped' && stage.startedAt !== undefined;
  const word = say(stopped ? 'stateStopped' : WORDS[state]);
  return (
    <li className="release-stage" data-state={state} data-kind={kind} data-begun={stopped} aria-current={state === 'now' ? 'step' : undefined}>
      <span className="release-stage-mark" aria-hidden="true" />
      <div className="release-stage-body">
        <p className="release-stage-line">
          <span className="release-stage-what">{said(stage.what, stage.whatZh)}</span>
          <span className="release-stage-time" title={stage.startedAt === undefined ? undefined : exact(stage.startedAt)}>
            {milliseconds === undefined ? <span className="soft">{word}</span> : <><span className="unseen">{word}, </span>{duration(milliseconds / 1000)}</>}
          </span>
        </p>
        {stage.share === undefined ? null : (
          <div className="release-stage-share" role="img" aria-label={share(stage.share)}><div style={{ width: `${stage.share / 10}%` }} /></div>
        )}
        {state === 'now' && waitsFor ? (
          <div className="release-stage-waits">
            <p>{said(waitsFor.text, waitsFor.textZh)}</p>
            <WaitingFacts waitsFor={waitsFor} />
          </div>
        ) : null}
      </div>
    </li>
  );
}

/** Stages out of sight; opened they are a list of their own, so that their numbers stay what they are. */
function FoldedStages({ fold: { state, rows } }: { fold: StageFold }): ReactNode {
  const say = useTexts(releaseTexts);
  return (
    <li className="release-stage release-stage-fold" data-state={state}>
      <span className="release-stage-mark" aria-hidden="true" />
      <details className="release-stage-body">
        <summary>{say(state === 'done' ? 'foldDone' : state === 'skipped' ? 'foldSkipped' : 'foldTodo', { count: rows.length })}</summary>
        <ol className="release-stages">
          {rows.map((row) => <StageLine key={row.stage.index} row={row} />)}
        </ol>
      </details>
    </li>
  );
}
