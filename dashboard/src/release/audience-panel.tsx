import type { ReactNode } from 'react';
import type { ReleaseDetail } from '../api/types.js';
import { Command } from '../components/command.js';
import { useFormats, useTexts } from '../i18n/i18n-context.js';
import { explainCommand, triesOf, type Try } from './audience-tries.js';
import { releaseTexts } from './texts.js';

const TITLES = {
  cookie: 'tryCookie', header: 'tryHeader', both: 'tryBoth', path: 'tryPath', host: 'tryHost', service: 'tryService', staysCanary: 'tryStaysCanary', staysStable: 'tryStaysStable',
} as const satisfies Record<Try['kind'], keyof typeof releaseTexts>;

/** Which version a browser gets, what in its request decides that, and how to try it. */
export function AudiencePanel({ release }: { release: ReleaseDetail }): ReactNode {
  const say = useTexts(releaseTexts);
  const { duration, share } = useFormats();
  const { audience, stable, canary } = release;
  const running = release.outcome === 'running';
  const tries = running && audience && release.share < WHOLE ? triesOf(audience, { stable: stable.hash, canary: canary.hash }) : [];
  return (
    <section className="release-panel" aria-labelledby="release-audience">
      <h2 id="release-audience">{say('whoGets')}</h2>
      <p><ByShare release={release} decided={tries.length > 0} /></p>
      {running && audience?.sticky ? <p>{say('staysFor', { time: duration(audience.sticky.maxAgeSeconds), cookie: audience.sticky.cookie })}</p> : null}
      {running && audience?.mirror !== undefined && audience.mirror > 0 ? <p>{say('mirrored', { share: share(audience.mirror) })}</p> : null}
      {tries.length === 0 ? null : (
        <ul className="release-tries">
          {tries.map(({ kind, carries, command }) => (
            <li key={`${kind} ${carries}`}>
              <p><code className="release-carries" data-role={kind === 'staysStable' ? 'stable' : 'canary'}>{carries}</code> {say(TITLES[kind])}</p>
              {command === undefined ? null : <Command text={command} />}
            </li>
          ))}
        </ul>
      )}
      {running ? <div className="release-ask"><p className="soft">{say('askYourself')}</p><Command text={explainCommand(release)} /></div> : null}
    </section>
  );
}

/** Shares are counted in per mille. */
const WHOLE = 1000;

/** What decides for a request that carries nothing special. */
function ByShare({ release, decided }: { release: ReleaseDetail; decided: boolean }): ReactNode {
  const say = useTexts(releaseTexts);
  const formats = useFormats();
  const { audience, stable, canary, outcome, phase } = release;
  const share = formats.share(release.share);
  if (outcome === 'completed' || release.share >= WHOLE) return say('getsCanaryAll', { canary: canary.name });
  if (outcome === 'aborted') return say('getsStableAll', { stable: stable.name });
  if (audience?.router === false && phase !== 'Preparing') return say('getsWork', { share });
  if (release.share === 0) return decided ? say('getsStableOther') : say('getsStableAll', { stable: stable.name });
  return decided ? say('getsShare', { share }) : say('getsShareAlone', { share });
}
