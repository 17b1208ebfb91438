import { Type } from 'typebox';
import type { SenderParser } from './heard.js';
import { Optional, personOf, readBody, Text } from './reading.js';

const schema = Type.Object({ push_data: Type.Object({ tag: Text, pusher: Optional }), repository: Type.Object({ repo_name: Text }) });

/** A push to Docker Hub (docs.docker.com, "Webhooks"). It signs nothing and sends no header of ours: its address carries the token. */
export const parseDockerHub: SenderParser = (body) => {
  const { push_data: push, repository } = readBody(schema, body, 'Docker Hub');
  return [{ repositories: [repository.repo_name], tag: push.tag, ...personOf(push.pusher) }];
};
