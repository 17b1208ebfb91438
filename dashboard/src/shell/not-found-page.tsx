import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { EmptyState } from '../components/empty-state.js';
import { PageHead } from '../components/page-head.js';
import { useTexts } from '../i18n/i18n-context.js';
import { shellTexts } from './shell-texts.js';

/** An address that leads nowhere. */
export function NotFoundPage(): ReactNode {
  const say = useTexts(shellTexts);
  return (
    <>
      <PageHead title={say('notFound')} />
      <EmptyState icon="search" title="404">
        <p>{say('notFoundWhy')}</p>
        <Link href="/" className="button">{say('toReleases')}</Link>
      </EmptyState>
    </>
  );
}
