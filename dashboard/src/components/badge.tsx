import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.js';

/** What a colour means, everywhere: passed, taken back or broken, waits, held by people, under way, or nothing of it. */
export type Tone = 'ok' | 'bad' | 'wait' | 'hold' | 'run' | 'none';

/** A state as icon, word and colour, so that no one of them has to do. */
export function Badge({ tone, icon, children }: { tone: Tone; icon: IconName; children: ReactNode }): ReactNode {
  return (
    <span className={`badge tone-${tone}`}>
      <Icon name={icon} />
      {children}
    </span>
  );
}
