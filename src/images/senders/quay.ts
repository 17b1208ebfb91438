import { Type } from 'typebox';
import type { SenderParser } from './heard.js';
import { readBody, Text } from './reading.js';

const schema = Type.Object({ docker_url: Text, updated_tags: Type.Array(Text, { maxItems: 100 }) });

/** A push to Quay: one image for each tag that moved (docs.quay.io, "Repository Notifications"). It names neither digest nor person. */
export const parseQuay: SenderParser = (body) => {
  const { docker_url: repository, updated_tags: tags } = readBody(schema, body, 'Quay');
  return tags.map((tag) => ({ repositories: [repository], tag }));
};
