import type { ComponentProps, ReactNode } from 'react';
import { Icon, type IconName } from './icon.js';

/** `danger` takes something from users or cannot be undone; `dangerPlain` is the same before it was asked twice. */
export type ButtonTone = 'plain' | 'primary' | 'danger' | 'dangerPlain' | 'quiet';

const CLASSES: Readonly<Record<ButtonTone, string>> = { plain: '', primary: ' primary', danger: ' danger', dangerPlain: ' danger-plain', quiet: ' quiet' };

/** A button with an icon; `busy` while what it began is under way. */
export function Button({ tone = 'plain', icon, busy = false, small = false, children, className = '', disabled = false, ...rest }: ComponentProps<'button'> & {
  tone?: ButtonTone;
  icon?: IconName;
  busy?: boolean;
  small?: boolean;
}): ReactNode {
  return (
    <button type="button" {...rest} className={`button${CLASSES[tone]}${small ? ' small' : ''} ${className}`.trim()} disabled={disabled || busy} aria-busy={busy || undefined}>
      {busy ? <Icon name="busy" /> : icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  );
}
