import { useState, type ReactNode } from 'react';
import { listWaiting } from '../api/calls.js';
import type { Waiting } from '../api/types.js';
import { Command } from '../components/command.js';
import { EmptyState } from '../components/empty-state.js';
import { ProblemNotice } from '../components/notice.js';
import { PageHead } from '../components/page-head.js';
import { Skeleton } from '../components/skeleton.js';
import { useTexts } from '../i18n/i18n-context.js';
import { useClient } from '../live/live-context.js';
import { useResource } from '../live/use-resource.js';
import { approvalTexts } from './approval-texts.js';
import { ImageDecision } from './image-decision.js';
import { ReleaseDecision } from './release-decision.js';
import { WaitingCard } from './waiting-card.js';

/** What a person is about to decide. */
interface Deciding {
  readonly item: Waiting;
  readonly verb: 'approve' | 'reject';
}

/** Tells one thing that waits from all others. */
const keyOf = (item: Waiting): string => (item.kind === 'release' ? `release ${item.release.uid} ${item.step}` : `image ${item.update.uid}`);

/** Everything that waits for people: what this person can decide first. */
export function ApprovalsPage(): ReactNode {
  const say = useTexts(approvalTexts);
  const client = useClient();
  const read = useResource('approvals', async (signal) => await listWaiting(client, signal), (frame) => frame.kind === 'approvals');
  const [deciding, setDeciding] = useState<Deciding>();
  const items = read.value?.items ?? [];
  const mine = items.filter((item) => item.mine);
  const others = items.filter((item) => !item.mine);
  const close = (): void => {
    setDeciding(undefined);
    void read.reload();
  };
  const card = (item: Waiting): ReactNode => (
    <li key={keyOf(item)}><WaitingCard item={item} {...(item.mine ? { onDecide: (verb: 'approve' | 'reject') => setDeciding({ item, verb }) } : {})} /></li>
  );
  return (
    <>
      <PageHead title={say('title')} />
      <div className="stack">
        {read.problem === undefined ? null : <ProblemNotice problem={read.problem} onRetry={() => void read.reload()} />}
        {read.loading ? <Skeleton lines={3} height={8} /> : null}
        {read.value === undefined ? null : items.length === 0 ? (
          <EmptyState icon="approvals" title={say('noneTitle')}>
            <p>{say('none')}</p>
            <Command text="serin approvals -A" />
          </EmptyState>
        ) : (
          <>
            <section className="stack tight">
              <h2>{say('mine')}</h2>
              {mine.length === 0 ? <p className="soft">{say('noneMine')}</p> : <ul className="stack">{mine.map(card)}</ul>}
            </section>
            {others.length === 0 ? null : (
              <section className="stack tight">
                <h2>{say('others')}</h2>
                <ul className="stack">{others.map(card)}</ul>
              </section>
            )}
          </>
        )}
      </div>
      {deciding === undefined ? null : deciding.item.kind === 'release'
        ? <ReleaseDecision release={deciding.item.release} step={deciding.item.step} verb={deciding.verb} onClose={close} />
        : <ImageDecision item={deciding.item} verb={deciding.verb} onClose={close} />}
    </>
  );
}
