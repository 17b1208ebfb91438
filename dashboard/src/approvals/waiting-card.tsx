import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Waiting } from '../api/types.js';
import { Badge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { ReleaseBadge, StateBadge } from '../components/state-badge.js';
import { stateOfImage } from '../components/states.js';
import { Countdown, TimeAgo } from '../components/times.js';
import { versionLabels } from '../components/version-label.js';
import { useFormats, useSaid, useTexts } from '../i18n/i18n-context.js';
import { releaseAddress } from '../releases/release-item.js';
import { approvalTexts } from './approval-texts.js';

/** Something that waits for people: what it is, how far it has come, who may decide; with buttons for who may. */
export function WaitingCard({ item, onDecide }: { item: Waiting; onDecide?: (verb: 'approve' | 'reject') => void }): ReactNode {
  const say = useTexts(approvalTexts);
  const formats = useFormats();
  const who = [...item.users, ...item.groups.map((name) => say('group', { name }))];
  const name = item.kind === 'release' ? item.release.name : `${item.update.image}:${item.update.tag}`;
  return (
    <article className="card">
      {item.kind === 'release' ? <ReleaseHead item={item} /> : <ImageHead item={item} />}
      <p className="row small">
        <Badge tone={item.given.length >= item.wanted ? 'ok' : 'wait'} icon="person">{say('so_far', { given: item.given.length, wanted: item.wanted })}</Badge>
        {item.given.length === 0 ? null : <span>{say('by', { users: formats.list(item.given) })}</span>}
        <span className="soft">{who.length === 0 ? say('mayAnyone') : say('mayUsers', { who: formats.list(who) })}</span>
        {item.until === undefined ? null : <Countdown until={item.until} />}
      </p>
      {onDecide === undefined ? null : (
        <div className="buttons">
          <Button tone="primary" icon="ok" onClick={() => onDecide('approve')}>{say('approve')}<span className="unseen"> {name}</span></Button>
          <Button tone="dangerPlain" icon="bad" onClick={() => onDecide('reject')}>{say('reject')}<span className="unseen"> {name}</span></Button>
        </div>
      )}
    </article>
  );
}

function ReleaseHead({ item }: { item: Extract<Waiting, { kind: 'release' }> }): ReactNode {
  const say = useTexts(approvalTexts);
  const said = useSaid();
  const { release } = item;
  return (
    <>
      <div className="spread">
        <h3><Link href={releaseAddress(release.namespace, release.name)}>{release.name}</Link> <span className="soft small">{release.namespace}</span></h3>
        <ReleaseBadge release={release} />
      </div>
      <p>{say('becomes', versionLabels(release.stable, release.canary))} <span className="soft">· {item.step === 0 ? say('beforeBegin') : say('atStep', { step: item.step })}</span></p>
      <p className="soft">{release.waitsFor === null ? said(release.message, release.messageZh) : said(release.waitsFor.text, release.waitsFor.textZh)}</p>
    </>
  );
}

function ImageHead({ item }: { item: Extract<Waiting, { kind: 'image' }> }): ReactNode {
  const said = useSaid();
  const { update } = item;
  return (
    <>
      <div className="spread">
        <h3>{update.image}:{update.tag} <span className="soft small">{update.namespace}/{update.policy}</span></h3>
        <StateBadge shown={stateOfImage(update)} />
      </div>
      {update.digest === undefined ? null : <p className="mono small soft">{update.digest}</p>}
      <p className="soft">{said(update.message, update.messageZh)} <TimeAgo at={update.receivedAt} /></p>
    </>
  );
}
