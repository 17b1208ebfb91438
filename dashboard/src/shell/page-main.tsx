import { useEffect, useRef, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useTexts } from '../i18n/i18n-context.js';
import { shellTexts } from './shell-texts.js';

/** The content, which comes before the navigation, and a way past it. It takes the focus when the address changes, as a page that is loaded would; so it is read from its top. */
export function PageMain({ children }: { children: ReactNode }): ReactNode {
  const say = useTexts(shellTexts);
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(location);
  useEffect(() => {
    if (shown.current === location) return;
    shown.current = location;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [location]);
  return (
    <>
      <a className="unseen skip" href="#navigation">{say('skip')}</a>
      <main ref={main} id="content" tabIndex={-1}>{children}</main>
    </>
  );
}
