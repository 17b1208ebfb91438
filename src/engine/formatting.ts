import { formatDuration } from '../model/duration.js';
import { describeMatch, describeMirrored } from '../model/match.js';
import type { PodAmount, Step, WantedConsent } from '../model/plan.js';

/** `12.5 %` of per mille. */
export const formatShare = (perMille: number): string => `${perMille / 10} %`;

/** A step in a few words. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'weight':
      return `${formatShare(step.share)} to the canary`;
    case 'pause':
      return step.milliseconds === undefined ? 'pause until told to go on' : `pause ${formatDuration(step.milliseconds)}`;
    case 'analyze':
      return step.milliseconds === undefined ? 'analyze' : `watch for ${formatDuration(step.milliseconds)}`;
    case 'route':
      return step.matches.length === 0 ? 'no requests by match' : `${step.matches.map(describeMatch).join('; ')} to the canary`;
    case 'mirror':
      if (step.mirrors && step.mirrors.length > 0) return `copy ${step.mirrors.map(describeMirrored).join('; ')} to the canary`;
      return step.share === 0 ? 'end the copies' : `copy ${formatShare(step.share)} of the requests to the canary`;
    case 'scale':
      return `size the canary ${describeAmount(step.amount)}`;
    case 'batch':
      return `replace ${describeAmount(step.amount)}${step.share === undefined ? '' : `, ${formatShare(step.share)} to the canary`}`;
    case 'job':
      return `run a Job, ${formatDuration(step.milliseconds)} at most`;
    case 'gate':
      return `ask ${step.url}`;
    case 'approve':
      return `wait for ${describeConsent(step)}`;
    case 'promote':
      return 'promote';
  }
}

/** `2 approvals, not by the author, for 1h at most`. */
export function describeConsent({ approvals, notAuthor, milliseconds, otherwise = 'Reject' }: WantedConsent): string {
  const then = { Reject: 'then it is taken back', Approve: 'then it goes on', Wait: 'then it goes on waiting' }[otherwise];
  return [
    approvals === 1 ? 'an approval' : `${approvals} approvals`,
    ...(notAuthor === true ? ['not by the author'] : []),
    ...(milliseconds === undefined ? [] : [`for ${formatDuration(milliseconds)} at most, ${then}`]),
  ].join(', ');
}

/** `3 Pods`, `20 % of the Pods`. */
const describeAmount = ({ pods, part }: PodAmount): string =>
  pods !== undefined ? `${pods} ${pods === 1 ? 'Pod' : 'Pods'}` : part !== undefined ? `${formatShare(part)} of the Pods` : 'as its weight needs';

/** Day and time of day in UTC, for waits that may last for days. @param milliseconds since the epoch */
export const formatMoment = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Time of day in UTC, so that a sentence stays true while it waits. @param milliseconds since the epoch */
export const formatTime = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(11, 19)} UTC`;
