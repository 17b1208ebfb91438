import { Type } from 'typebox';
import { NotUnderstood, type SenderParser } from './heard.js';
import { digestOf, Optional, personOf, readBody } from './reading.js';

const schema = Type.Object({ name: Optional, tag: Optional, host: Optional, digest: Optional, author: Optional });

/**
 * The body that Keel takes at this address: `{"name": "10.0.0.5:5000/shop/web", "tag": "1.2.0"}`, with `host` and `digest` where
 * they are known. Besides, `author`: who wrote the version. (Keel, pkg/http/native_webhook_trigger.go; its two error texts are kept.)
 */
export const parseNative: SenderParser = (body) => {
  const { name, tag, host, digest, author } = readBody(schema, body, 'native');
  if (name === undefined || name === null || name === '') throw new NotUnderstood('repository name cannot be empty: send {"name": "10.0.0.5:5000/shop/web", "tag": "1.2.0"}.');
  if (tag === undefined || tag === null || tag === '') throw new NotUnderstood('repository tag cannot be empty: send {"name": "10.0.0.5:5000/shop/web", "tag": "1.2.0"}.');
  const repository = host === undefined || host === null || host === '' || name.startsWith(`${host}/`) ? name : `${host}/${name}`;
  return [{ repositories: [repository], tag, ...digestOf(digest), ...personOf(author) }];
};
