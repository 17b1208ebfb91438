import { memo, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { ReleaseSummary } from '../api/types.js';
import { ShareBar } from '../components/share-bar.js';
import { ReleaseBadge } from '../components/state-badge.js';
import { TimeAgo } from '../components/times.js';
import { versionLabels } from '../components/version-label.js';
import { useSaid, useTexts } from '../i18n/i18n-context.js';
import { useListedRelease } from '../live/live-context.js';
import { releaseListTexts } from './release-list-texts.js';

/** The address of a release's page. */
export const releaseAddress = (namespace: string, name: string): string => `/releases/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;

/** One release of the live list; drawn anew when this one changes. */
export const LiveReleaseItem = memo(function LiveReleaseItem({ id }: { id: string }): ReactNode {
  const release = useListedRelease(id);
  return release === undefined ? null : <ReleaseItem release={release} />;
});

/** One release as a row: name, state, versions, share, what it does, and when it began. */
export const ReleaseItem = memo(function ReleaseItem({ release }: { release: ReleaseSummary }): ReactNode {
  const say = useTexts(releaseListTexts);
  const said = useSaid();
  const { stable, canary } = versionLabels(release.stable, release.canary);
  const doing = release.outcome === 'running' && release.waitsFor !== null ? said(release.waitsFor.text, release.waitsFor.textZh) : said(release.message, release.messageZh);
  return (
    <Link href={releaseAddress(release.namespace, release.name)} className="item release-item">
      <span className="in-name cut" title={release.id}>
        <span className="name">{release.name}</span> <span className="soft small">{release.namespace}</span>
      </span>
      <span className="in-state"><ReleaseBadge release={release} /></span>
      <span className="in-versions small" title={say('becomes', { stable, canary })}>
        <span className="unseen">{say('becomes', { stable, canary })}</span>
        <span aria-hidden="true">
          <span className="cut soft">{stable}</span>
          <span className="cut"><span className="arrow">→ </span>{canary}</span>
        </span>
      </span>
      <span className="in-share"><ShareBar share={release.share} /></span>
      <span className="in-what soft cut" title={doing}>{doing}</span>
      <span className="in-when small soft nowrap">{release.startedAt === undefined ? say('notBegun') : <TimeAgo at={release.startedAt} />}</span>
    </Link>
  );
});
