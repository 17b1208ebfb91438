import type { ReactNode } from 'react';
import { useFormats, useTexts } from '../i18n/i18n-context.js';
import { componentTexts } from './component-texts.js';

/** The canary's share in per mille as a bar, with the number beside it; `asked` is marked where it is another one. */
export function ShareBar({ share, asked, hideNumber = false }: { share: number; asked?: number; hideNumber?: boolean }): ReactNode {
  const say = useTexts(componentTexts);
  const formats = useFormats();
  const width = Math.min(1000, Math.max(0, share));
  const marked = asked !== undefined && asked !== share ? Math.min(995, Math.max(5, asked)) : undefined;
  return (
    <span className={hideNumber ? undefined : 'share'}>
      <svg className="share-bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
        <rect className="of-stable" width="1000" height="8" />
        <rect className="of-canary" width={width} height="8" />
        {marked === undefined ? null : <line className="asked" x1={marked} x2={marked} y1="0" y2="8" />}
      </svg>
      {hideNumber ? null : (
        <span className="nowrap">
          <span className="unseen">{say('canaryShare')} </span>
          {formats.share(share)}
        </span>
      )}
    </span>
  );
}
