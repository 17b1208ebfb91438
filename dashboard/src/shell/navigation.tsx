import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { listWaiting } from '../api/calls.js';
import { Icon, type IconName } from '../components/icon.js';
import { useTexts } from '../i18n/i18n-context.js';
import { useLive } from '../live/live-context.js';
import { useResource } from '../live/use-resource.js';
import { AccountMenu } from './account-menu.js';
import { shellTexts } from './shell-texts.js';

const PLACES: readonly { path: string; text: 'releases' | 'policies' | 'approvals' | 'images'; inside: string }[] = [
  { path: '/', text: 'releases', inside: '/releases/' },
  { path: '/policies', text: 'policies', inside: '/policies/' },
  { path: '/approvals', text: 'approvals', inside: '/approvals/' },
  { path: '/images', text: 'images', inside: '/images/' },
];

/** Where one can go: tabs at the bottom of a phone, a rail at the left of a desk. */
export function Navigation(): ReactNode {
  const say = useTexts(shellTexts);
  const [location] = useLocation();
  return (
    <nav id="navigation" className="tabs" aria-label={say('navigation')} tabIndex={-1}>
      <Link href="/" className="brand">
        <img src="/serin.svg" alt="" width="28" height="28" />
        Serin
      </Link>
      <ul>
        {PLACES.map(({ path, text, inside }) => (
          <li key={path}>
            <Link href={path} className="tab" aria-current={location === path ? 'page' : location.startsWith(inside) ? 'true' : undefined}>
              <Icon name={text satisfies IconName} />
              {say(text)}
              {text === 'approvals' ? <WaitingTally /> : null}
            </Link>
          </li>
        ))}
      </ul>
      <AccountMenu />
    </nav>
  );
}

/** How much waits for this person. */
function WaitingTally(): ReactNode {
  const say = useTexts(shellTexts);
  const { client } = useLive();
  const { value } = useResource('waiting', async (signal) => await listWaiting(client, signal), (frame) => frame.kind === 'approvals');
  const count = value?.items.filter(({ mine }) => mine).length ?? 0;
  if (count === 0) return null;
  return (
    <span className="tally">
      <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
      <span className="unseen">{say('waitForYou', { count })}</span>
    </span>
  );
}
