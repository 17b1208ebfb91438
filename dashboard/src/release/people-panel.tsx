import type { ReactNode } from 'react';
import type { ReleaseDetail, SaidApproval } from '../api/types.js';
import { useSaid, useTexts } from '../i18n/i18n-context.js';
import { commandsAmong } from './commands-among.js';
import { releaseTexts } from './texts.js';
import { When } from './when.js';

/** Who said and did what, by which door. */
export function PeoplePanel({ release: { approvals, deeds, author } }: { release: ReleaseDetail }): ReactNode {
  const say = useTexts(releaseTexts);
  const said = useSaid();
  const commands = commandsAmong(deeds, approvals);
  return (
    <section className="release-panel" aria-labelledby="release-people">
      <h2 id="release-people">{say('people')}</h2>
      {author === undefined ? null : <p>{say('authorIs', { author })}</p>}
      {approvals.length === 0 ? null : (
        <>
          <h3>{say('approvals')}</h3>
          <ul className="release-deeds">{approvals.map((approval, index) => <ApprovalLine key={`${approval.at ?? ''} ${approval.user} ${index}`} approval={approval} />)}</ul>
        </>
      )}
      {commands.length === 0 ? (approvals.length === 0 ? <p className="release-empty">{say('nobody')}</p> : null) : (
        <>
          <h3>{say('deeds')}</h3>
          <ul className="release-deeds">
            {commands.map(({ time, user, what, whatZh, via }, index) => (
              <li key={`${time} ${user} ${index}`}>
                <When at={time} />
                <p><b className="release-name">{user}</b> {said(what, whatZh)} {via === undefined ? null : <span className="soft">{say('via', { place: via })}</span>}</p>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function ApprovalLine({ approval: { user, step, approved, comment, at, counts, via, freezeWindow } }: { approval: SaidApproval }): ReactNode {
  const say = useTexts(releaseTexts);
  const what = step === 0 ? say(approved ? 'approvedBegin' : 'rejectedBegin') : say(approved ? 'approvedStep' : 'rejectedStep', { step });
  return (
    <li data-approved={approved}>
      {at === undefined ? null : <When at={at} />}
      <p>
        <b className="release-name">{user}</b> {what}{' '}
        {freezeWindow === undefined ? null : <span>{say('throughFreeze', { window: freezeWindow })} </span>}
        {via === undefined ? null : <span className="soft">{say('via', { place: via })} </span>}
        {counts ? null : <span className="release-tag">{say('doesNotCount')}</span>}
      </p>
      {comment === '' ? null : <blockquote>{comment}</blockquote>}
    </li>
  );
}
