import { useDeferredValue, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { listImages } from '../api/calls.js';
import type { ImageUpdateView } from '../api/types.js';
import { Command } from '../components/command.js';
import { EmptyState } from '../components/empty-state.js';
import { ProblemNotice } from '../components/notice.js';
import { PageHead } from '../components/page-head.js';
import { SearchField } from '../components/search-field.js';
import { Skeleton } from '../components/skeleton.js';
import { StateBadge } from '../components/state-badge.js';
import { stateOfImage } from '../components/states.js';
import { TimeAgo } from '../components/times.js';
import { shortImage } from '../components/version-label.js';
import { useFormats, useSaid, useTexts } from '../i18n/i18n-context.js';
import { useClient } from '../live/live-context.js';
import { useResource } from '../live/use-resource.js';
import { releaseAddress } from '../releases/release-item.js';
import { imageTexts } from './image-texts.js';

/** Images that policies took up, and what became of each. */
export function ImagesPage(): ReactNode {
  const say = useTexts(imageTexts);
  const formats = useFormats();
  const client = useClient();
  const [search, setSearch] = useState('');
  const read = useResource('images', async (signal) => await listImages(client, signal), (frame) => frame.kind === 'approvals');
  const words = useDeferredValue(search).toLowerCase().trim();
  const all = read.value?.items ?? [];
  const shown = all.filter(({ id, image, tag, policy }) => `${id} ${image}:${tag} ${policy}`.toLowerCase().includes(words));
  return (
    <>
      <PageHead title={say('title')} />
      <search className="filters alone"><SearchField label={say('search')} value={search} onChange={setSearch} /></search>
      {read.problem === undefined ? null : <ProblemNotice problem={read.problem} onRetry={() => void read.reload()} />}
      {read.loading ? <div className="list card"><Skeleton lines={4} height={4} /></div> : shown.length > 0 ? (
        <ul className="list" aria-label={say('title')}>{shown.map((update) => <ImageItem key={update.uid} update={update} />)}</ul>
      ) : all.length > 0 ? <EmptyState icon="search" title={say('noMatchTitle')} /> : read.problem === undefined ? (
        <EmptyState icon="images" title={say('noneTitle')}>
          <p>{say('none')}</p>
          <Command text={'curl -u USER:PASSWORD -d \'{"name":"registry.example.com/shop/web","tag":"1.2.0"}\' https://SERIN/v1/webhooks/native'} />
        </EmptyState>
      ) : null}
      <p className="list-foot" role="status">{all.length === 0 ? null : say('counted', { shown: formats.count(shown.length), total: formats.count(all.length) })}</p>
    </>
  );
}

function ImageItem({ update }: { update: ImageUpdateView }): ReactNode {
  const say = useTexts(imageTexts);
  const said = useSaid();
  return (
    <li className="item image-item">
      <div className="in-name">
        <p className="name">{shortImage(`${update.image}:${update.tag}`)}</p>
        <p className="small soft cut" title={update.image}>{update.image}</p>
        {update.from === undefined ? null : <p className="small soft">{say('from', { image: shortImage(update.from) })}</p>}
      </div>
      <div className="in-state"><StateBadge shown={stateOfImage(update)} /></div>
      <div className="in-what small">
        <p>{said(update.message, update.messageZh)}</p>
        <p className="row">
          {update.release === undefined ? null : <Link href={releaseAddress(update.namespace, update.release)}>{say('release', { name: update.release })}</Link>}
          {update.phase === 'WaitingForApproval' ? <Link href="/approvals">{say('decide')}</Link> : null}
        </p>
      </div>
      <div className="in-when">
        <p><TimeAgo at={update.receivedAt} /></p>
        <p>{update.by === undefined ? update.source : say('by', { source: update.source, by: update.by })}</p>
        <p className="cut" title={update.id}>{update.namespace}/{update.policy}</p>
      </div>
    </li>
  );
}
