import { useId, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { useTexts } from '../i18n/i18n-context.js';
import { Button } from './button.js';
import { componentTexts } from './component-texts.js';
import type { IconName } from './icon.js';
import { Notice } from './notice.js';
import { useProblemText } from './problem-text.js';
import { Skeleton } from './skeleton.js';

/** What a person is asked before something is done. */
export interface Question {
  readonly title: string;
  /** What will happen to users. Undefined while that is being read. */
  readonly consequence: ReactNode;
  /** The verb of the button, such as "Abort". */
  readonly confirm: string;
  readonly icon?: IconName;
  /** True where it takes something from users or cannot be undone. */
  readonly danger?: boolean;
  /** Whether a comment can, or has to, be written. Absent: no field. */
  readonly comment?: 'optional' | 'required';
  /** Why it cannot be done; the button is then off. */
  readonly refused?: string;
}

/**
 * Asks in a native dialog: focus stays in it, Esc closes it, and focus goes back to where it was. What `onConfirm` rejects with is
 * shown in it, so that nothing that was typed is lost; when it settles, `onClose` is called.
 */
export function ConfirmDialog({ question, onConfirm, onClose }: {
  question: Question;
  onConfirm: (comment: string | undefined) => Promise<void>;
  onClose: () => void;
}): ReactNode {
  const say = useTexts(componentTexts);
  const textOf = useProblemText();
  const dialog = useRef<HTMLDialogElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const [comment, setComment] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [title, consequence] = [useId(), useId()];

  // Layout: closed while it is still in the document, a dialog gives the focus back to where it was.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Else the comment has it, and a phone opens its keyboard over what happens to users.
    cancel.current?.focus();
    return () => shown?.close();
  }, []);

  const confirm = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await onConfirm(comment.trim() === '' ? undefined : comment.trim());
      onClose();
    } catch (error) {
      setProblem(textOf(error));
      setBusy(false);
    }
  };
  const off = question.refused !== undefined || question.consequence === undefined || (question.comment === 'required' && comment.trim() === '');
  return (
    <dialog
      ref={dialog}
      className={question.danger === true ? 'dialog danger' : 'dialog'}
      aria-labelledby={title}
      aria-describedby={consequence}
      onClose={onClose}
      onCancel={(event) => {
        if (busy) event.preventDefault();
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!off && !busy) void confirm();
        }}
      >
        <h2 id={title}>{question.title}</h2>
        <div id={consequence} className="consequence" aria-live="polite">
          <p className="small soft">{say('forUsers')}</p>
          {question.consequence === undefined ? <Skeleton lines={2} /> : <p>{question.consequence}</p>}
        </div>
        {question.refused === undefined ? null : <Notice tone="wait">{question.refused}</Notice>}
        {question.comment === undefined || question.refused !== undefined ? null : (
          <label className="field">
            <span>{say(question.comment === 'required' ? 'comment' : 'commentOptional')}</span>
            <textarea className="input" maxLength={1024} value={comment} required={question.comment === 'required'} onChange={(event) => setComment(event.target.value)} />
          </label>
        )}
        <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
        <div className="buttons">
          <Button ref={cancel} onClick={onClose} disabled={busy}>{say('cancel')}</Button>
          <Button type="submit" tone={question.danger === true ? 'danger' : 'primary'} busy={busy} disabled={off} {...(question.icon === undefined ? {} : { icon: question.icon })}>
            {question.confirm}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
