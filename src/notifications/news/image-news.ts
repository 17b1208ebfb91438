import type { ImagePolicy } from '../../model/images/image-policy.js';
import type { ImageUpdate } from '../../model/images/image-update.js';
import { catalogue, filled, type TextCode } from '../texts/catalogue.js';
import type { Bilingual, Findings } from './news.js';

/** What there is to tell of an image that a policy took up. @param policy undefined where it is gone */
export function newsOfImage(update: ImageUpdate, policy: ImagePolicy | undefined): Findings {
  const { metadata: { namespace = '', name, uid = '', creationTimestamp }, spec, status } = update;
  const key = `${uid}/imageWaits`;
  if (!status || uid === '') return { news: [], settled: [] };
  const args = { image: `${spec.image}:${spec.tag}`, policy: spec.policy, from: spec.from ?? '', users: (status.approvedBy ?? []).join(', '), user: status.rejectedBy ?? '' };
  const { from } = spec;
  const base = {
    event: 'imageWaits' as const, key, at: Date.parse(creationTimestamp ?? spec.receivedAt), namespace, policy: spec.policy,
    about: { kind: 'image' as const, name, uid, image: spec.image, tag: spec.tag, ...(from === undefined ? {} : { from }) },
  };
  if (status.phase === 'WaitingForApproval') {
    const { count = 1, users = [], groups = [] } = policy?.spec.approval ?? {};
    return { news: [{ ...base, says: [inText(from === undefined ? 'imageWaits' : 'imageWaitsFrom', args)], asks: { step: 0, wanted: count, users, groups } }], settled: [] };
  }
  if (status.phase === 'Pending') return { news: [], settled: [] };
  const code = status.rejectedBy !== undefined ? 'imageRejected' : args.users !== '' ? 'imageApproved' : 'imageEnded';
  return { news: [], settled: [{ ...base, says: [inText(code, { ...args, phase: status.phase })] }] };
}

const inText = (code: TextCode, args: Readonly<Record<string, string>>): Bilingual => ({ en: filled(catalogue[code].en, args), zh: filled(catalogue[code].zh, args) });
