import { Type } from 'typebox';
import { parseImage } from '../matching/image-reference.js';
import type { SenderParser } from './heard.js';
import { digestOf, Optional, personOf, readBody, Text } from './reading.js';

const Login = Type.Optional(Type.Union([Type.Object({ login: Optional }), Type.Null()]));
const Package = Type.Object({
  name: Text,
  namespace: Optional,
  package_type: Optional,
  owner: Login,
  package_version: Type.Optional(Type.Union([
    Type.Object({
      package_url: Optional,
      container_metadata: Type.Optional(Type.Union([Type.Object({ tag: Type.Optional(Type.Union([Type.Object({ name: Optional, digest: Optional }), Type.Null()])) }), Type.Null()])),
    }),
    Type.Null(),
  ])),
});
const Sender = Type.Optional(Type.Union([Type.Object({ login: Optional, type: Optional }), Type.Null()]));
const schema = Type.Object({ action: Optional, package: Type.Optional(Package), registry_package: Type.Optional(Package), sender: Sender });

/**
 * A container image in GitHub's registry: the events `registry_package` and `package` (docs.github.com, "Webhook events and
 * payloads"). GitHub signs what it sends: X-Hub-Signature-256.
 */
export const parseGitHub: SenderParser = (body, header) => {
  const event = header('x-github-event') ?? '';
  if (event !== 'package' && event !== 'registry_package') return { nothing: `it tells of ${event === '' ? 'no event (X-GitHub-Event)' : event.slice(0, 100)}, and only package and registry_package bring an image` };
  const { action, sender, ...rest } = readBody(schema, body, 'GitHub');
  const found = rest.registry_package ?? rest.package;
  if (!found) return { nothing: 'it names no package' };
  if (action !== 'published' && action !== 'updated') return { nothing: `the package was ${action ?? 'left as it is'}, and only published or updated brings an image` };
  if (found.package_type?.toLowerCase() !== 'container') return { nothing: `the package is of type ${found.package_type?.slice(0, 100) ?? 'none'} and no container image` };
  const tag = found.package_version?.container_metadata?.tag;
  if (tag?.name === undefined || tag.name === null || tag.name === '') return { nothing: 'the image has no tag' };
  // `ns` of older events is missing; then its owner is the namespace.
  const namespace = (found.namespace ?? found.owner?.login ?? '').toLowerCase();
  const composed = `ghcr.io/${namespace}/${found.name.toLowerCase()}`;
  // How it is pulled; on a server of one's own the host is another, and some events name the repository in the namespace.
  const pulled = parseImage(found.package_version?.package_url?.toLowerCase() ?? '')?.repository;
  const repositories = pulled === undefined ? [composed] : [...new Set([pulled, composed])];
  return [{ repositories, tag: tag.name, ...digestOf(tag.digest), ...personOf(sender?.login, sender?.type === 'Bot') }];
};
