import type { ReactNode } from 'react';
import { actOnRelease, readRelease } from '../api/calls.js';
import type { ReleaseSummary } from '../api/types.js';
import { useAnnounce } from '../components/announcer.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { useProblemText } from '../components/problem-text.js';
import { useSaid, useTexts } from '../i18n/i18n-context.js';
import { useClient } from '../live/live-context.js';
import { useResource } from '../live/use-resource.js';
import { approvalTexts } from './approval-texts.js';

/**
 * Asks before a step of a release is approved or rejected. What happens to users, and what the approval is bound to, are read when
 * it opens and not again: a person approves what they have in front of them, and the server refuses what has changed meanwhile.
 */
export function ReleaseDecision({ release, step, verb, onClose }: { release: ReleaseSummary; step: number; verb: 'approve' | 'reject'; onClose: () => void }): ReactNode {
  const say = useTexts(approvalTexts);
  const said = useSaid();
  const textOf = useProblemText();
  const announce = useAnnounce();
  const client = useClient();
  const { value, problem } = useResource(`decision ${release.uid}`, async (signal) => await readRelease(client, release.namespace, release.name, signal));
  const action = value?.actions.find((one) => one.verb === verb);
  const refused = problem !== undefined ? textOf(problem)
    : value === undefined || action?.allowed === true ? undefined
    : action?.why === undefined ? say('notNow') : said(action.why, action.whyZh);
  return (
    <ConfirmDialog
      question={{
        title: say(verb === 'approve' ? 'approveRelease' : 'rejectRelease', { name: release.name }),
        consequence: action === undefined ? (refused === undefined ? undefined : '–') : said(action.consequence, action.consequenceZh),
        confirm: say(verb),
        icon: verb === 'approve' ? 'ok' : 'bad',
        danger: verb === 'reject',
        comment: 'optional',
        ...(refused === undefined ? {} : { refused }),
      }}
      onClose={onClose}
      onConfirm={async (comment) => {
        const answer = await actOnRelease(client, release.namespace, release.name, verb, {
          uid: release.uid,
          step,
          ...(comment === undefined ? {} : { comment }),
          ...(value?.seen === undefined || verb === 'reject' ? {} : { seen: value.seen }),
        });
        announce(say('said', { done: said(answer.done, answer.doneZh), next: said(answer.next, answer.nextZh) }));
      }}
    />
  );
}
