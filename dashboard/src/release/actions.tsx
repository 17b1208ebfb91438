import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import type { Action, ActionBody, ActionResult, ReleaseDetail, Verb } from '../api/types.js';
import { Button, type ButtonTone } from '../components/button.js';
import { ConfirmDialog, type Question } from '../components/confirm-dialog.js';
import type { IconName } from '../components/icon.js';
import { Notice } from '../components/notice.js';
import { useSaid, useTexts } from '../i18n/i18n-context.js';
import { bodyOf, questionOf } from './action-body.js';
import { arrangeActions, isDangerous, takesComment } from './action-order.js';
import { releaseTexts } from './texts.js';

/** Carries out what was confirmed; throws ApiProblem. */
export type SendAction = (verb: Verb, body: ActionBody) => Promise<ActionResult>;

const LOOKS: Readonly<Record<Verb, { readonly icon: IconName; readonly tone: ButtonTone }>> = {
  abort: { icon: 'stop', tone: 'danger' },
  approve: { icon: 'ok', tone: 'primary' },
  reject: { icon: 'bad', tone: 'dangerPlain' },
  resume: { icon: 'run', tone: 'primary' },
  promote: { icon: 'next', tone: 'plain' },
  pause: { icon: 'pause', tone: 'plain' },
  rollback: { icon: 'back', tone: 'plain' },
  retry: { icon: 'retry', tone: 'plain' },
  promoteFull: { icon: 'forward', tone: 'plain' },
};

/** What can be done now, Abort first; the rest behind "more", with the reason why it is not possible. */
export function Actions({ release, send }: { release: ReleaseDetail; send: SendAction }): ReactNode {
  const say = useTexts(releaseTexts);
  const said = useSaid();
  // The release as it was when somebody decided: what is sent is bound to that, whatever came in between.
  const [asked, setAsked] = useState<{ verb: Verb; release: ReleaseDetail }>();
  const [result, setResult] = useState<ActionResult>();
  const { main, more } = arrangeActions(release.actions);
  const place = useRef<HTMLElement>(null);
  const opener = useRef<Verb>(undefined);
  const choose = (verb: Verb): void => {
    opener.current = verb;
    setResult(undefined);
    setAsked({ verb, release });
  };
  // The dialog is gone by then; a button that is no more, because its deed is done, gives the focus to the others.
  useEffect(() => {
    if (asked || opener.current === undefined) return;
    const button = place.current?.querySelector<HTMLElement>(`[data-verb=${opener.current}]`) ?? place.current?.querySelector<HTMLElement>('summary, button');
    opener.current = undefined;
    button?.focus();
  }, [asked]);
  return (
    <section ref={place} className="release-actions" aria-label={say('actions')}>
      {main.length === 0 ? null : <div className="release-actions-main">{main.map((action) => <ActionButton key={action.verb} action={action} onChoose={choose} />)}</div>}
      {more.length === 0 ? null : (
        <details className="release-more">
          <summary>{say('moreActions')}</summary>
          <ul>{more.map((action) => <li key={action.verb}><ActionButton action={action} onChoose={choose} explained /></li>)}</ul>
        </details>
      )}
      <div role="status">
        {result === undefined ? null : <Notice tone="ok"><p className="strong">{said(result.done, result.doneZh)}</p><p>{said(result.next, result.nextZh)}</p></Notice>}
      </div>
      {asked === undefined ? null : (
        <Confirmation asked={asked.release} verb={asked.verb} release={release} onClose={() => setAsked(undefined)} onConfirm={async (comment) => setResult(await send(asked.verb, bodyOf(asked.verb, asked.release, comment)))} />
      )}
    </section>
  );
}

/** One that is refused can still be reached, so that its reason is heard. */
function ActionButton({ action, onChoose, explained = false }: { action: Action; onChoose(verb: Verb): void; explained?: boolean }): ReactNode {
  const say = useTexts(releaseTexts);
  const said = useSaid();
  const id = useId();
  const { verb, allowed, why, whyZh, consequence, consequenceZh } = action;
  const reason = allowed ? said(consequence, consequenceZh) : why === undefined ? say('notNow') : said(why, whyZh);
  return (
    <>
      <Button tone={LOOKS[verb].tone} icon={LOOKS[verb].icon} data-verb={verb} aria-haspopup="dialog" {...(allowed ? {} : { 'aria-disabled': true })} {...(explained ? { 'aria-describedby': id } : {})} onClick={() => {
        if (allowed) onChoose(verb);
      }}>
        {say(verb)}
      </Button>
      {explained ? <span id={id} className="small soft">{reason}</span> : null}
    </>
  );
}

/** Asks once more and says what happens to users, as it is true now; says as well when the release has moved on meanwhile. */
function Confirmation({ asked, verb, release, onConfirm, onClose }: { asked: ReleaseDetail; verb: Verb; release: ReleaseDetail; onConfirm(comment: string | undefined): Promise<void>; onClose(): void }): ReactNode {
  const say = useTexts(releaseTexts);
  const said = useSaid();
  const action = release.actions.find((each) => each.verb === verb);
  const moved = asked.uid !== release.uid || asked.phase !== release.phase || asked.step.index !== release.step.index;
  const question: Question = {
    title: say(questionOf(verb), { name: asked.name }),
    confirm: say(verb),
    icon: LOOKS[verb].icon,
    danger: isDangerous(verb),
    consequence: (
      <>
        {action === undefined ? '' : said(action.consequence, action.consequenceZh)}
        {moved ? <span className="release-moved">{say('movedOn', { message: said(release.message, release.messageZh) })}</span> : null}
      </>
    ),
    ...(takesComment(verb) ? { comment: 'optional' as const } : {}),
    ...(action?.allowed === false ? { refused: action.why === undefined ? say('notNow') : said(action.why, action.whyZh) } : {}),
  };
  return <ConfirmDialog question={question} onConfirm={onConfirm} onClose={onClose} />;
}
