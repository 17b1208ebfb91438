import { Type } from 'typebox';
import type { Heard, SenderParser } from './heard.js';
import { digestOf, Optional, personOf, readBody } from './reading.js';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const Event = Type.Object({
  action: Optional,
  target: Nullable(Type.Object({ repository: Optional, tag: Optional, digest: Optional, mediaType: Optional })),
  request: Nullable(Type.Object({ host: Optional })),
  actor: Nullable(Type.Object({ name: Optional })),
});
const schema = Type.Object({ events: Type.Array(Event, { maxItems: 1000 }) });

/** The kinds of manifests that run, or lead to what runs. */
const MANIFEST = /\.(?:manifest\.(?:v\d+|list\.v\d+)|image\.(?:manifest|index)\.v\d+)\+json$/;

/**
 * An envelope of events of a plain registry, `application/vnd.docker.distribution.events.v1+json` (distribution.github.io,
 * "Work with notifications"). Only pushes of manifests that have a tag count; a push tells of each layer as well.
 */
export const parseRegistry: SenderParser = (body) => {
  const { events } = readBody(schema, body, 'a registry');
  return events.flatMap(({ action, target, request, actor }): Heard[] => {
    if (action !== 'push' || !target?.repository || !target.tag || !MANIFEST.test(target.mediaType ?? '')) return [];
    const host = request?.host;
    return [{ repositories: [host ? `${host}/${target.repository}` : target.repository], tag: target.tag, ...digestOf(target.digest), ...personOf(actor?.name) }];
  });
};
