import { Type } from 'typebox';
import type { SenderParser } from './heard.js';
import { digestOf, Optional, personOf, readBody, Text } from './reading.js';

const schema = Type.Object({
  domain: Optional,
  event_type: Optional,
  data: Type.Object({ repo_key: Optional, image_name: Text, tag: Text, sha256: Optional, name: Optional }),
  jpd_origin: Optional,
  source: Optional,
});

/**
 * A push of a Docker image to Artifactory (jfrog.com, "Webhooks", domain docker). It does not say under which name the image is
 * pulled: `HOST/REPOSITORY/IMAGE`, or `REPOSITORY.HOST/IMAGE` where repositories have hosts of their own.
 */
export const parseJFrog: SenderParser = (body) => {
  const { domain, event_type: type, data, jpd_origin: origin, source } = readBody(schema, body, 'JFrog');
  if ((domain ?? 'docker') !== 'docker' || type !== 'pushed') return { nothing: `it tells of ${domain?.slice(0, 60) ?? 'docker'} ${type?.slice(0, 60) ?? 'nothing'}, and only docker pushed brings an image` };
  const host = typeof origin === 'string' && URL.canParse(origin) ? new URL(origin).host : '';
  const key = data.repo_key ?? '';
  const repositories = host === '' || key === '' ? [`${host === '' ? '' : `${host}/`}${data.image_name}`] : [`${host}/${key}/${data.image_name}`, `${key}.${host}/${data.image_name}`, `${host}/${data.image_name}`];
  // jfrog/user@PERSON; that of a list of images is not the digest of what one machine pulls, but is what the tag names.
  const person = /^jfrog\/([^@/]+)/.exec(source ?? '')?.[1];
  return [{ repositories, tag: data.tag, ...digestOf(/manifest\.json$/.test(data.name ?? '') ? `sha256:${data.sha256 ?? ''}` : undefined), ...personOf(person) }];
};
