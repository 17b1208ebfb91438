import { Type } from 'typebox';
import type { SenderParser } from './heard.js';
import { digestOf, Optional, readBody, Text } from './reading.js';

const schema = Type.Object({
  action: Optional,
  target: Type.Optional(Type.Union([Type.Object({ repository: Optional, tag: Optional, digest: Optional }), Type.Null()])),
  request: Type.Optional(Type.Union([Type.Object({ host: Text }), Type.Null()])),
});

/** A push to Azure Container Registry (learn.microsoft.com, "Azure Container Registry webhook reference"). It names no person. */
export const parseAzure: SenderParser = (body) => {
  const { action, target, request } = readBody(schema, body, 'Azure Container Registry');
  if (action !== 'push') return { nothing: `it tells of ${action?.slice(0, 100) ?? 'nothing'}, and only push brings an image` };
  if (!target?.repository || !target.tag || !request) return { nothing: 'what was pushed has no tag' };
  return [{ repositories: [`${request.host}/${target.repository}`], tag: target.tag, ...digestOf(target.digest) }];
};
