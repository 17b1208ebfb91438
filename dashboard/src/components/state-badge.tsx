import type { ReactNode } from 'react';
import type { ReleaseSummary } from '../api/types.js';
import { useTexts } from '../i18n/i18n-context.js';
import { Badge } from './badge.js';
import { stateOfRelease, type Shown } from './states.js';
import { stateTexts } from './state-texts.js';

/** A state as a badge. */
export function StateBadge({ shown }: { shown: Shown }): ReactNode {
  const say = useTexts(stateTexts);
  return <Badge tone={shown.tone} icon={shown.icon}>{say(shown.key)}</Badge>;
}

/** How a release stands, as a badge. */
export function ReleaseBadge({ release }: { release: Pick<ReleaseSummary, 'outcome' | 'phase' | 'paused' | 'waitsFor' | 'waitsForMe'> }): ReactNode {
  return <StateBadge shown={stateOfRelease(release)} />;
}
