import { askingSteps, mayAnswer, type AskingStep } from '../../../approvals/record.js';
import type { Approval } from '../../../model/approval.js';
import type { FreezeWindow } from '../../../model/freeze-window.js';
import type { Release } from '../../../model/release.js';

/** What a release or an image asks people at this moment. */
export type Asked = Pick<AskingStep, 'step' | 'wanted' | 'given' | 'users' | 'groups' | 'notAuthor' | 'until' | 'window'>;

/** Who asks, as far as approvals go. */
export interface Person {
  readonly user: string;
  readonly groups: readonly string[];
  /** Whether they may create Approvals in a namespace. */
  readonly mayApprove: (namespace: string) => boolean;
}

/** What a release waits for people to say; undefined where it waits for nobody. @param approvals those to it @param now milliseconds since the epoch */
export function askedOf(release: Release, approvals: readonly Approval[], now: number, windows: readonly FreezeWindow[] = []): Asked | undefined {
  if (!mayAsk(release)) return undefined;
  return askingSteps([release], approvals, now, windows).find(({ state, window, users, groups }) => state === 'now' && (window === undefined || users.length + groups.length > 0));
}

/** Whether it can ask anybody at this moment: most releases do not, and what each of a thousand asks is worked out again and again. */
function mayAsk({ spec, status }: Release): boolean {
  if (status === undefined || status.phase === 'Preparing') return spec.consent !== undefined || status?.held !== undefined;
  return status.asksAgain !== undefined || (status.phase === 'Progressing' && (spec.plan.steps[status.step.index]?.kind === 'approve' || status.step.askedAt !== undefined));
}

/** Whether a person may say something that is still wanted of them. */
export function isMine(asked: Asked | undefined, namespace: string, { user, groups, mayApprove }: Person): boolean {
  if (!asked || asked.given.includes(user) || asked.notAuthor === UNKNOWN) return false;
  return mayAnswer(asked, { username: user, groups }) && mayApprove(namespace);
}

/** The author where nothing says who that is: then nobody may. */
export const UNKNOWN = 'unknown';
