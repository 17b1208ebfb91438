import type { ReactNode } from 'react';
import { useTexts } from '../i18n/i18n-context.js';
import { componentTexts } from './component-texts.js';

/** Holds the place of lines that are being read. `height` is that of one of them in rem. */
export function Skeleton({ lines = 1, height = 1.125 }: { lines?: number; height?: number }): ReactNode {
  const say = useTexts(componentTexts);
  return (
    <div className="stack tight">
      <span className="unseen">{say('loading')}</span>
      {Array.from({ length: lines }, (_, index) => <span key={index} className="skeleton" style={{ height: `${height}rem`, width: index === lines - 1 && lines > 1 && height < 2 ? '60%' : '100%' }} />)}
    </div>
  );
}
