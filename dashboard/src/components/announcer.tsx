import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useTexts } from '../i18n/i18n-context.js';
import { browserTicking } from '../live/ticking.js';
import { Button } from './button.js';
import { componentTexts } from './component-texts.js';
import { Icon } from './icon.js';

type Announce = (text: string) => void;
interface Said {
  readonly text: string;
  /** Tells the same text said twice apart. */
  readonly number: number;
}
const Context = createContext<{ announce: Announce; said: Said | undefined; forget: () => void } | undefined>(undefined);
const SHOWN_FOR = 10_000;

/** Lets all inside it say what came of something. */
export function AnnouncerProvider({ children }: { children: ReactNode }): ReactNode {
  const [said, setSaid] = useState<Said>();
  const announce = useCallback<Announce>((text) => setSaid((before) => ({ text, number: (before?.number ?? 0) + 1 })), []);
  const value = useMemo(() => ({ announce, said, forget: () => setSaid(undefined) }), [announce, said]);
  useEffect(() => (said === undefined ? undefined : browserTicking.after(SHOWN_FOR, () => setSaid(undefined))), [said]);
  return <Context value={value}>{children}</Context>;
}

/** Where what was said is shown for ten seconds, in a polite live region. `children` stand in it, too. */
export function Announcements({ children }: { children?: ReactNode }): ReactNode {
  const say = useTexts(componentTexts);
  const { said, forget } = useAnnouncer();
  return (
    <div className="floats" role="status" aria-live="polite">
      {said === undefined ? null : (
        <div key={said.number} className="float tone-ok">
          <Icon name="ok" />
          <span>{said.text}</span>
          <Button small tone="quiet" icon="close" onClick={forget}>
            <span className="unseen">{say('close')}</span>
          </Button>
        </div>
      )}
      {children}
    </div>
  );
}

function useAnnouncer(): { announce: Announce; said: Said | undefined; forget: () => void } {
  const announcer = useContext(Context);
  if (announcer === undefined) throw new Error('Something was announced outside of AnnouncerProvider; put the component inside it.');
  return announcer;
}

/** Tells people what came of something they did. */
export const useAnnounce = (): Announce => useAnnouncer().announce;
