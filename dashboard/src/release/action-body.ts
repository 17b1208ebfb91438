import type { ActionBody, ReleaseDetail, Verb } from '../api/types.js';
import type { ReleaseText } from './texts.js';

const QUESTIONS = {
  abort: 'askAbort', approve: 'askApprove', reject: 'askReject', pause: 'askPause', resume: 'askResume', promote: 'askPromote',
  promoteFull: 'askPromoteFull', retry: 'askRetry', rollback: 'askRollback',
} as const satisfies Record<Verb, ReleaseText>;

/** The question that a confirmation asks. */
export const questionOf = (verb: Verb): (typeof QUESTIONS)[Verb] => QUESTIONS[verb];

/**
 * What is sent with an action: the release that the person had in front of them, so that another one, another step,
 * another plan or another version to go back to is refused by the server instead of being meant by mistake.
 */
export function bodyOf(verb: Verb, release: ReleaseDetail, comment: string | undefined): ActionBody {
  const answers = verb === 'approve' || verb === 'reject';
  const step = stepOf(verb, release);
  const to = verb === 'rollback' ? release.actions.find((each) => each.verb === verb)?.to : undefined;
  return {
    uid: release.uid,
    ...(comment === undefined ? {} : { comment }),
    ...(step === undefined ? {} : { step }),
    ...(to === undefined ? {} : { to }),
    ...(answers && release.seen ? { seen: release.seen } : {}),
  };
}

/** The step that is meant, counted from 1; 0 before the release begins. An abort means the release wherever it is. */
function stepOf(verb: Verb, { phase, step, waitsFor }: ReleaseDetail): number | undefined {
  if (verb === 'promote' || verb === 'resume') return step.index + 1;
  // To a freeze window people say something to the window, which is no step.
  if ((verb !== 'approve' && verb !== 'reject') || waitsFor?.kind === 'freeze') return undefined;
  return phase === 'Preparing' ? 0 : step.index + 1;
}
