import { Type } from 'typebox';
import { parseImage } from '../matching/image-reference.js';
import type { Heard, SenderParser } from './heard.js';
import { digestOf, Optional, personOf, readBody, Text } from './reading.js';

const Data = Type.Object({ resources: Type.Optional(Type.Array(Type.Object({ resource_url: Text, tag: Optional, digest: Optional }), { maxItems: 100 })) });
const schema = Type.Object({ type: Text, operator: Optional, event_data: Type.Optional(Data), data: Type.Optional(Data) });

/** Its own format, that of its first version, and CloudEvents. */
const PUSHES: ReadonlySet<string> = new Set(['PUSH_ARTIFACT', 'pushImage', 'harbor.artifact.pushed']);

/** Robot accounts begin so, unless Harbor was told otherwise. */
const ROBOT = 'robot$';

/** A push to Harbor, in its own format or as a CloudEvent (goharbor.io, "Configure Webhook Notifications"). */
export const parseHarbor: SenderParser = (body) => {
  const event = readBody(schema, body, 'Harbor');
  if (!PUSHES.has(event.type)) return { nothing: `it tells of ${event.type.slice(0, 100)}, and only a push brings an image` };
  return ((event.event_data ?? event.data)?.resources ?? []).flatMap(({ resource_url: url, tag, digest }): Heard[] => {
    const image = parseImage(url);
    // What is pushed without a tag is named by its digest in place of one.
    const named = typeof tag === 'string' && tag !== '' && !tag.startsWith('sha256:') ? tag : url.includes('@') ? undefined : image?.tag;
    return image && named !== undefined ? [{ repositories: [image.repository], tag: named, ...digestOf(digest), ...personOf(event.operator, event.operator?.startsWith(ROBOT)) }] : [];
  });
};
