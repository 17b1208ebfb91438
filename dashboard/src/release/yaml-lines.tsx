import type { ReactNode } from 'react';
import { useTexts } from '../i18n/i18n-context.js';
import type { DiffLine, DiffPart } from './line-diff.js';
import { releaseTexts } from './texts.js';

/** Lines of YAML with their numbers; a changed one is told by its mark, its colour, and by a word for who listens. */
export function YamlLines({ label, parts, side }: { label: string; parts: readonly DiffPart[]; side: 'before' | 'after' }): ReactNode {
  const say = useTexts(releaseTexts);
  return (
    <div className="release-scroll release-yaml" role="region" aria-label={label} tabIndex={0}>
      <pre>
        {parts.map((part, at) => ('left' in part
          ? <span key={at} className="release-yaml-left">{say('linesLeft', { count: part.left })}{'\n'}</span>
          : part.lines.map((line, index) => <Line key={`${at} ${index}`} line={line} side={side} />)))}
      </pre>
    </div>
  );
}

function Line({ line: { kind, text, before, after }, side }: { line: DiffLine; side: 'before' | 'after' }): ReactNode {
  const say = useTexts(releaseTexts);
  const number = (side === 'before' ? before : after) ?? before;
  return (
    <span className="release-yaml-line" data-kind={kind}>
      <span className="release-yaml-number" aria-hidden="true">{String(number ?? '').padStart(4)} {kind === 'added' ? '+' : kind === 'removed' ? '−' : ' '} </span>
      {kind === 'same' ? null : <span className="unseen">{say(kind === 'added' ? 'lineAdded' : 'lineRemoved')} </span>}
      <code>{text}</code>{'\n'}
    </span>
  );
}
