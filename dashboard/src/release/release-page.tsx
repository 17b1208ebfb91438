import { useCallback, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { actOnRelease, readRelease, readReleaseHistory, readReleaseObjects } from '../api/calls.js';
import type { ApiProblem } from '../api/api-problem.js';
import type { ReleaseSummary } from '../api/types.js';
import { Notice, ProblemNotice } from '../components/notice.js';
import { useDocumentTitle } from '../components/page-head.js';
import { useSaid, useTexts } from '../i18n/i18n-context.js';
import { useLive, type Live } from '../live/live-context.js';
import { browserTicking } from '../live/ticking.js';
import type { SendAction } from './actions.js';
import { AudiencePanel } from './audience-panel.js';
import { ChartsPanel } from './charts-panel.js';
import { EventsPanel } from './events-panel.js';
import { JudgePanel } from './judge-panel.js';
import { ObjectsPanel } from './objects-panel.js';
import { PeoplePanel } from './people-panel.js';
import { ReleaseHeader } from './release-header.js';
import { ReleaseSource, type ReleaseReader, type ReleaseState } from './release-source.js';
import { StagesPanel } from './stages-panel.js';
import { releaseTexts } from './texts.js';
import { VersionsPanel } from './versions-panel.js';
import './release.css';

/** The page of one release. Another release is another page: give it a key of both names. */
export function ReleasePage({ namespace, name }: { namespace: string; name: string }): ReactNode {
  const live = useLive();
  const [source] = useState(() => new ReleaseSource(readerOf(live, namespace, name), browserTicking));
  useEffect(() => {
    source.start();
    return () => source.stop();
  }, [source]);
  const state = useSyncExternalStore(source.subscribe, source.read);
  const send = useCallback<SendAction>(async (verb, body) => {
    try {
      const result = await actOnRelease(live.client, namespace, name, verb, body);
      source.told(result.release);
      return result;
    } catch (error) {
      // Whatever speaks against it, what is shown may be the reason.
      source.again();
      throw error;
    }
  }, [live, namespace, name, source]);
  return <ReleaseView state={state} namespace={namespace} name={name} send={send} again={() => source.again()} />;
}

function readerOf(live: Live, namespace: string, name: string): ReleaseReader {
  const id = `${namespace}/${name}`;
  return {
    detail: (signal) => readRelease(live.client, namespace, name, signal),
    history: (signal) => readReleaseHistory(live.client, namespace, name, signal),
    objects: async (signal) => (await readReleaseObjects(live.client, namespace, name, signal)).items,
    listen: (listener) => live.onFrame((frame) => {
      if (frame.kind === 'release' && frame.release.id === id) listener({ kind: 'release', release: frame.release });
      else if (frame.kind === 'gone' && frame.id === id) listener({ kind: 'gone' });
      else if (frame.kind === 'reset') listener({ kind: 'reset' });
    }),
  };
}

interface ViewParts {
  readonly state: ReleaseState;
  readonly namespace: string;
  readonly name: string;
  readonly send: SendAction;
  again(): void;
}

/** A release as it is known; what matters on call comes first, in the document as well. */
function ReleaseView({ state: { detail, history, objects, problem, gone }, namespace, name, send, again }: ViewParts): ReactNode {
  const say = useTexts(releaseTexts);
  useDocumentTitle(name);
  if (!detail) return problem ? <Missing problem={problem} namespace={namespace} name={name} again={again} /> : <Skeleton />;
  return (
    <article className="release-page" aria-label={name}>
      <ReleaseHeader release={detail} send={send} />
      {gone ? <Notice tone="wait">{say('gone')}</Notice> : problem ? <ProblemNotice problem={problem} onRetry={again} /> : null}
      <Spoken release={detail} />
      <div className="release-columns">
        <div className="release-column">
          <StagesPanel release={detail} />
          <JudgePanel release={detail} />
        </div>
        <div className="release-column">
          <ChartsPanel history={history} />
          <VersionsPanel release={detail} />
        </div>
      </div>
      <div className="release-columns">
        <div className="release-column"><PeoplePanel release={detail} /></div>
        <div className="release-column"><AudiencePanel release={detail} /></div>
      </div>
      <ObjectsPanel objects={objects} />
      <EventsPanel release={detail} />
    </article>
  );
}

/** Says aloud where the release is, only when it has moved: sentences that count on would never be silent. */
function Spoken({ release }: { release: ReleaseSummary }): ReactNode {
  const say = useTexts(releaseTexts);
  const said = useSaid();
  const place = [release.phase, release.step.index, release.waitsFor?.kind ?? '', release.paused].join(' ');
  const [spoken, setSpoken] = useState({ place, text: '' });
  if (spoken.place !== place) {
    setSpoken({ place, text: `${say(release.phase)}. ${said(release.message, release.messageZh)}` });
  }
  return <p role="status" className="unseen">{spoken.text}</p>;
}

function Missing({ problem, namespace, name, again }: { problem: ApiProblem; namespace: string; name: string; again(): void }): ReactNode {
  const say = useTexts(releaseTexts);
  return (
    <>
      <h1 className="release-name">{name}</h1>
      {problem.status === 404 ? <Notice tone="none">{say('notFound', { name, namespace })}</Notice> : <ProblemNotice problem={problem} onRetry={again} />}
    </>
  );
}

/** As tall as what comes, so that nothing jumps. */
function Skeleton(): ReactNode {
  const say = useTexts(releaseTexts);
  return (
    <div className="release-page" aria-busy="true">
      <p role="status" className="unseen">{say('loading')}</p>
      <div className="release-head release-skeleton" />
      <div className="release-columns"><div className="release-panel release-skeleton" /><div className="release-panel release-skeleton" /></div>
    </div>
  );
}
