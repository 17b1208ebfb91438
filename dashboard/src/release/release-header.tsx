import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { ReleaseDetail } from '../api/types.js';
import { useFormats, useTexts } from '../i18n/i18n-context.js';
import { ReleaseBadge } from '../components/state-badge.js';
import { Elapsed } from '../components/times.js';
import { Actions, type SendAction } from './actions.js';
import { RecordPanel } from './record-panel.js';
import { ReleaseShare } from './release-share.js';
import { releaseTexts } from './texts.js';
import { Waiting } from './waiting.js';

/**
 * All that somebody on call needs, in the order in which it is needed, on one screen of a phone: what it is and how it
 * stands, who is on the canary, what it waits for, and how to stop it.
 */
export function ReleaseHeader({ release, send }: { release: ReleaseDetail; send: SendAction }): ReactNode {
  const say = useTexts(releaseTexts);
  const ended = release.outcome !== 'running';
  return (
    <header className="release-head">
      <div className="release-title">
        <h1 className="release-name">{release.name}</h1>
        <p className="release-badges">
          <ReleaseBadge release={release} />
          {ended ? null : <span className="soft">{say('phaseAndStep', { phase: say(release.phase), index: Math.min(release.step.index + 1, release.step.count), count: release.step.count })}</span>}
        </p>
      </div>
      {ended ? <RecordPanel release={release} /> : <><ReleaseShare release={release} /><Waiting release={release} /></>}
      <Actions release={release} send={send} />
      <Facts release={release} />
    </header>
  );
}

/** Whose release it is, of what, since when, and who met it so far. */
function Facts({ release }: { release: ReleaseDetail }): ReactNode {
  const say = useTexts(releaseTexts);
  const { count, exact } = useFormats();
  const { namespace, policy, author, startedAt, endedAt, requests, canary, stable } = release;
  return (
    <div className="release-facts">
      <p className="release-versions-line"><code>{stable.images.join(', ')}</code> <span aria-hidden="true">→</span><span className="unseen">{say('becomes')}</span> <code>{canary.images.join(', ')}</code></p>
      <p>
        <span>{namespace}</span>
        <Link href={`/policies/${encodeURIComponent(namespace)}/${encodeURIComponent(policy)}`}>{say('policy', { policy })}</Link>
        {author === undefined ? null : <span>{say('author', { author })}</span>}
        {startedAt === undefined ? null : <span title={exact(startedAt)}>{say(endedAt === undefined ? 'runningFor' : 'tookTime')} <Elapsed from={startedAt} to={endedAt} /></span>}
        {endedAt === undefined ? <span>{say('metBy', { requests: count(requests.canary.requests), failures: count(requests.canary.failures) })}</span> : <span>{exact(endedAt)}</span>}
      </p>
    </div>
  );
}
