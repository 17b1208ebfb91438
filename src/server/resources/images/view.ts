import type { ImageUpdate } from '../../../model/images/image-update.js';
import type { ImageUpdateView } from '../../schemas/images.js';
import { zhOf } from '../texts/sentences.js';

/** One image that a policy took up, as the API tells it. */
export function imageUpdateView({ metadata, spec, status }: ImageUpdate): ImageUpdateView {
  const namespace = metadata.namespace ?? '';
  const message = status?.message ?? 'Waits for the controller to take notice.';
  return {
    id: `${namespace}/${metadata.name}`, namespace, name: metadata.name, uid: metadata.uid ?? '', policy: spec.policy, image: spec.image, tag: spec.tag,
    ...(spec.digest === undefined ? {} : { digest: spec.digest }),
    ...(spec.from === undefined ? {} : { from: spec.from }),
    source: spec.source,
    ...(spec.by === undefined ? {} : { by: spec.by }),
    receivedAt: spec.receivedAt,
    phase: status?.phase ?? 'Pending',
    message, messageZh: zhOf(message),
    ...(status?.release === undefined ? {} : { release: status.release }),
  };
}
