import type { ReactNode } from 'react';
import type { ReleaseDetail, WaitsFor } from '../api/types.js';
import { Icon } from '../components/icon.js';
import { stateOfRelease } from '../components/states.js';
import { Countdown } from '../components/times.js';
import { useFormats, useSaid, useTexts } from '../i18n/i18n-context.js';
import { releaseTexts } from './texts.js';
import { useShortTime } from './when.js';

/** What a release waits for or does, in one sentence, and how long still. */
export function Waiting({ release }: { release: ReleaseDetail }): ReactNode {
  const say = useTexts(releaseTexts);
  const said = useSaid();
  const { waitsFor, message, messageZh } = release;
  const { tone, icon } = stateOfRelease(release);
  return (
    <section className={`release-waiting tone-${tone}`} aria-label={say(waitsFor ? 'waitsFor' : 'doesNow')}>
      <Icon name={waitsFor ? 'wait' : icon} />
      <div>
        <p>{waitsFor ? said(waitsFor.text, waitsFor.textZh) : said(message, messageZh)}</p>
        {waitsFor ? <WaitingFacts waitsFor={waitsFor} /> : null}
      </div>
    </section>
  );
}

/** How long it may still take, and how much of an approval is there. */
export function WaitingFacts({ waitsFor: { approvals, until } }: { waitsFor: WaitsFor }): ReactNode {
  const say = useTexts(releaseTexts);
  const { list } = useFormats();
  const short = useShortTime();
  if (approvals === undefined && until === undefined) return null;
  const who = approvals ? [...approvals.users, ...approvals.groups.map((name) => say('group', { name }))] : [];
  return (
    <p className="release-waiting-facts">
      {until === undefined ? null : <span><b><Countdown until={until} /></b> <span className="soft">{say('untilTime', { time: short(until) })}</span></span>}
      {approvals === undefined ? null : (
        <>
          <b>{say('approvalsGiven', { given: approvals.given.length, wanted: approvals.wanted })}</b>
          {approvals.given.length === 0 ? null : <span>{list(approvals.given)}</span>}
          <span className="soft">{say('approvers', { who: who.length === 0 ? say('anyone') : list(who) })}</span>
        </>
      )}
    </p>
  );
}
