import type { ReactNode } from 'react';
import { actOnImage } from '../api/calls.js';
import type { ImageWaiting } from '../api/types.js';
import { useAnnounce } from '../components/announcer.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { shortImage } from '../components/version-label.js';
import { useTexts } from '../i18n/i18n-context.js';
import { useClient } from '../live/live-context.js';
import { approvalTexts } from './approval-texts.js';

/** Asks before an image is approved or rejected. */
export function ImageDecision({ item, verb, onClose }: { item: ImageWaiting; verb: 'approve' | 'reject'; onClose: () => void }): ReactNode {
  const say = useTexts(approvalTexts);
  const announce = useAnnounce();
  const client = useClient();
  const { update } = item;
  const image = shortImage(`${update.image}:${update.tag}`);
  const more = item.wanted - item.given.length - 1;
  const consequence = verb === 'reject' ? say('imageRejects', { from: update.from === undefined ? say('fromUnknown') : shortImage(update.from) })
    : more > 0 ? say('imageMore', { count: more }) : say('imageApproves', { image, policy: update.policy });
  return (
    <ConfirmDialog
      question={{
        title: say(verb === 'approve' ? 'approveRelease' : 'rejectRelease', { name: image }),
        consequence,
        confirm: say(verb),
        icon: verb === 'approve' ? 'ok' : 'bad',
        danger: verb === 'reject',
        comment: 'optional',
      }}
      onClose={onClose}
      onConfirm={async (comment) => {
        await actOnImage(client, update, verb, comment);
        announce(say(verb === 'approve' ? 'imageApproved' : 'imageRejected', { image }));
      }}
    />
  );
}
