import { useState, type ReactNode } from 'react';
import type { ReleaseDetail } from '../api/types.js';
import { Button } from '../components/button.js';
import { useFormats, useSaid, useTexts } from '../i18n/i18n-context.js';
import { releaseTexts } from './texts.js';
import { When } from './when.js';

/** So many are drawn at first, and again with each "show earlier". */
const AT_ONCE = 50;

/** Everything that happened, newest first, with its reason. */
export function EventsPanel({ release: { events } }: { release: ReleaseDetail }): ReactNode {
  const say = useTexts(releaseTexts);
  const said = useSaid();
  const { count } = useFormats();
  const [only, setOnly] = useState(false);
  const [most, setMost] = useState(AT_ONCE);
  const kept = only ? events.filter(({ type }) => type === 'Warning') : events;
  const shown = kept.slice(0, most);
  const left = kept.length - shown.length;
  return (
    <section className="release-panel" aria-labelledby="release-events">
      <div className="release-panel-head">
        <h2 id="release-events">{say('events')} <span className="soft">{count(events.length)}</span></h2>
        <Button small aria-pressed={only} onClick={() => setOnly(!only)}>{say('onlyWarnings')}</Button>
      </div>
      {kept.length === 0 ? <p className="release-empty">{say(only ? 'noWarnings' : 'noEvents')}</p> : (
        <ol className="release-events">
          {shown.map(({ number, time, code, text, textZh, type }) => (
            <li key={`${number ?? ''} ${time} ${code}`} data-type={type}>
              <When at={time} />
              <p>{type === 'Warning' ? <span className="release-tag release-tag-warning">{say('warning')}</span> : null} {said(text, textZh)} <code className="release-code">{code}</code></p>
            </li>
          ))}
        </ol>
      )}
      {left === 0 ? null : <Button small onClick={() => setMost(most + AT_ONCE * 4)}>{say('earlier', { count: count(Math.min(left, AT_ONCE * 4)) })}</Button>}
    </section>
  );
}
