import type { ReleaseSummary } from '../api/types.js';
import type { Tone } from './badge.js';
import type { IconName } from './icon.js';
import type { stateTexts } from './state-texts.js';

/** A state as it is shown everywhere: word, colour and icon. */
export interface Shown {
  readonly key: keyof typeof stateTexts;
  readonly tone: Tone;
  readonly icon: IconName;
}

/** How a release stands. What a person has to do about it goes before what it does by itself. */
export function stateOfRelease(release: Pick<ReleaseSummary, 'outcome' | 'phase' | 'paused' | 'waitsFor' | 'waitsForMe'>): Shown {
  if (release.outcome === 'completed') return { key: 'completed', tone: 'ok', icon: 'ok' };
  if (release.outcome === 'aborted') return { key: 'takenBack', tone: 'bad', icon: 'back' };
  if (release.phase === 'Aborting' || release.phase === 'LettingGo') return { key: 'takingBack', tone: 'bad', icon: 'back' };
  if (release.waitsForMe) return { key: 'waitsForYou', tone: 'wait', icon: 'approvals' };
  if (release.waitsFor?.kind === 'approval') return { key: 'waitsForApproval', tone: 'wait', icon: 'approvals' };
  if (release.waitsFor?.kind === 'freeze') return { key: 'held', tone: 'hold', icon: 'freeze' };
  if (release.paused) return { key: 'paused', tone: 'hold', icon: 'pause' };
  if (release.waitsFor?.kind === 'person') return { key: 'waitsForPerson', tone: 'wait', icon: 'person' };
  if (release.phase === 'Promoting' || release.phase === 'HandingOver') return { key: 'promoting', tone: 'run', icon: 'forward' };
  return { key: 'running', tone: 'run', icon: 'run' };
}

const POLICIES: Readonly<Record<string, Shown>> = {
  Adopting: { key: 'adopting', tone: 'wait', icon: 'wait' },
  Resting: { key: 'resting', tone: 'ok', icon: 'ok' },
  Releasing: { key: 'releasing', tone: 'run', icon: 'run' },
  Holding: { key: 'holding', tone: 'hold', icon: 'pause' },
  Refused: { key: 'refused', tone: 'bad', icon: 'stop' },
};

/** How a policy stands. A phase that this page does not know, because the server is newer, shows as not ready. */
export function stateOfPolicy({ phase }: { phase: string }): Shown {
  return POLICIES[phase] ?? { key: 'adopting', tone: 'none', icon: 'wait' };
}

const IMAGES: Readonly<Record<string, Shown>> = {
  Pending: { key: 'imagePending', tone: 'run', icon: 'wait' },
  WaitingForApproval: { key: 'waitsForApproval', tone: 'wait', icon: 'approvals' },
  Applied: { key: 'imageApplied', tone: 'ok', icon: 'ok' },
  Reported: { key: 'imageReported', tone: 'ok', icon: 'ok' },
  Rejected: { key: 'imageRejected', tone: 'bad', icon: 'bad' },
  Expired: { key: 'imageExpired', tone: 'none', icon: 'wait' },
  Superseded: { key: 'imageSuperseded', tone: 'none', icon: 'forward' },
  Refused: { key: 'refused', tone: 'bad', icon: 'stop' },
};

/** What became of an image. */
export function stateOfImage({ phase }: { phase: string }): Shown {
  return IMAGES[phase] ?? { key: 'imagePending', tone: 'none', icon: 'wait' };
}
