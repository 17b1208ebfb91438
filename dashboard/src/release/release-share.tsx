import type { ReactNode } from 'react';
import type { ReleaseDetail } from '../api/types.js';
import { ShareBar } from '../components/share-bar.js';
import { useFormats, useTexts } from '../i18n/i18n-context.js';
import { releaseTexts } from './texts.js';

/** Which part of the users is on the canary: in force, as the plan asks, and counted on real requests. */
export function ReleaseShare({ release: { share: accepted, shares } }: { release: ReleaseDetail }): ReactNode {
  const say = useTexts(releaseTexts);
  const { share } = useFormats();
  const [asked, counted] = [shares.asked?.canary, shares.counted?.canary];
  const shown = (value: number | undefined): string => (value === undefined ? '–' : share(value));
  return (
    <section className="release-share" aria-label={say('shareOfCanary')}>
      <p className="unseen">{say('shareInWords', { accepted: share(accepted), asked: shown(asked), counted: counted === undefined ? say('notCounted') : share(counted) })}</p>
      <div aria-hidden="true">
        <p className="release-share-line"><span className="release-share-number">{share(accepted)}</span> <span className="soft">{say('shareOfCanary')}</span></p>
        <ShareBar share={accepted} hideNumber {...(asked === undefined ? {} : { asked })} />
        <dl className="release-share-values">
          <div><dt>{say('asked')}</dt><dd>{shown(asked)}</dd></div>
          <div><dt>{say('accepted')}</dt><dd>{share(accepted)}</dd></div>
          <div><dt>{say('counted')}</dt><dd>{shown(counted)}</dd></div>
        </dl>
      </div>
    </section>
  );
}
