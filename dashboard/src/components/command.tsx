import { useEffect, useState, type ReactNode } from 'react';
import { useTexts } from '../i18n/i18n-context.js';
import { browserTicking } from '../live/ticking.js';
import { Button } from './button.js';
import { componentTexts } from './component-texts.js';

/** A command to type, and a button that copies it. */
export function Command({ text }: { text: string }): ReactNode {
  const say = useTexts(componentTexts);
  const [copied, setCopied] = useState(false);
  useEffect(() => (copied ? browserTicking.after(2_000, () => setCopied(false)) : undefined), [copied]);
  return (
    <span className="command">
      <code>{text}</code>
      {/* Browsers copy only on pages that came by https or from this machine. */}
      {window.isSecureContext ? (
        <Button small tone="quiet" icon={copied ? 'ok' : 'copy'} onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true), () => undefined)}>
          <span aria-live="polite">{say(copied ? 'copied' : 'copy')}</span>
        </Button>
      ) : null}
    </span>
  );
}
