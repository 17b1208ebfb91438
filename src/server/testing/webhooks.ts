import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { senderNames, senders, type SenderName } from '../../images/senders/senders.js';

/** The image that the policy of a test looks after, at a registry that each sender can be. */
export const HOOKED = 'hub.example.com/shop/hooked';
/** As in the Secret of an installation. */
export const CREDENTIALS = { username: 'registry', password: 'open-sesame-1', token: 'open-sesame-2', hmac: 'open-sesame-3' };

/** What each sender sends when an image was pushed. */
const pushes: Readonly<Record<SenderName, (tag: string) => unknown>> = {
  native: (tag) => ({ name: HOOKED, tag }),
  dockerhub: (tag) => ({ push_data: { tag, pusher: 'jane' }, repository: { repo_name: HOOKED } }),
  harbor: (tag) => ({ type: 'PUSH_ARTIFACT', operator: 'jane', event_data: { resources: [{ digest: `sha256:${'1f'.repeat(32)}`, tag, resource_url: `${HOOKED}:${tag}` }], repository: { name: 'hooked', namespace: 'shop', repo_full_name: 'shop/hooked', repo_type: 'private' } } }),
  github: (tag) => ({ action: 'published', registry_package: { name: 'hooked', namespace: 'shop', package_type: 'CONTAINER', package_version: { container_metadata: { tag: { name: tag } } } }, sender: { login: 'jane' } }),
  quay: (tag) => ({ docker_url: HOOKED, updated_tags: [tag, 'latest'] }),
  azure: (tag) => ({ action: 'push', target: { repository: 'shop/hooked', tag }, request: { host: 'hub.example.com' } }),
  jfrog: (tag) => ({ domain: 'docker', event_type: 'pushed', data: { image_name: 'shop/hooked', repo_key: 'docker-local', sha256: '1f'.repeat(32), tag }, jpd_origin: 'https://hub.example.com', source: 'jfrog/jane@acme' }),
  registry: (tag) => ({ events: [{ action: 'push', target: { mediaType: 'application/vnd.oci.image.manifest.v1+json', repository: 'shop/hooked', tag, url: 'http://hub.example.com/v2/shop/hooked/manifests/x' }, request: { host: 'hub.example.com' } }] }),
};

const tag = fc.oneof({ weight: 4, arbitrary: fc.tuple(fc.nat(3), fc.nat(9), fc.nat(9)).map((parts) => parts.join('.')) }, { weight: 1, arbitrary: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 140 }), fc.constantFrom('', 'latest', '../x', 'a'.repeat(129), '\u0000', '__proto__')) });

/** One value somewhere in it is another one. @param at which, counted in the order of the text */
function withAnother(whole: unknown, at: number, another: unknown): string {
  const count = { values: 0 };
  JSON.stringify(whole, (_, value: unknown) => (count.values++, value));
  const wanted = at % count.values;
  let index = 0;
  return JSON.stringify(whole, (_, value: unknown) => (index++ === wanted ? another : value)) ?? '';
}

/** A webhook as a test sends it; `shows` says whether what it shows is what was agreed on. */
export interface SentWebhook {
  readonly sender: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sent: string;
  readonly shows: 'right' | 'wrong';
}

/** Webhooks of every sender, as they send them, nearly so, or not at all; by each credential, a wrong one or none. */
export const arbitraryWebhook: fc.Arbitrary<SentWebhook> = fc
  .record({
    sender: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...senderNames) }, { weight: 1, arbitrary: fc.constant('nobody' as const) }),
    tag,
    change: fc.option(fc.tuple(fc.nat(40), fc.oneof(fc.jsonValue(), fc.string({ maxLength: 300 }), fc.constant(undefined)))),
    garbage: fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.oneof(fc.string({ maxLength: 40 }), fc.jsonValue().map((value) => JSON.stringify(value)), fc.constant('[')) }),
    proof: fc.constantFrom('basic', 'bearer', 'query', 'hmac', 'none', 'wrong basic', 'wrong bearer', 'wrong query', 'forged'),
    event: fc.constantFrom('registry_package', 'package', 'ping'),
  })
  .map(({ sender, tag: pushed, change, garbage, proof, event }) => {
    const name = sender === 'nobody' ? 'native' : sender;
    const whole = pushes[name](pushed);
    const sent = garbage ?? (change === null ? JSON.stringify(whole) : withAnother(whole, change[0], change[1]));
    const header = senders[name].signature;
    const signed = (key: string): Record<string, string> => (header === undefined ? {} : { [header]: `sha256=${createHmac('sha256', key).update(sent).digest('hex')}` });
    const basic = (password: string): Record<string, string> => ({ authorization: `Basic ${Buffer.from(`${CREDENTIALS.username}:${password}`).toString('base64')}` });
    const ways: Readonly<Record<typeof proof, { readonly headers?: Readonly<Record<string, string>>; readonly query?: string; readonly right: boolean }>> = {
      basic: { headers: basic(CREDENTIALS.password), right: true },
      bearer: { headers: { authorization: `Bearer ${CREDENTIALS.token}` }, right: true },
      query: { query: `?token=${CREDENTIALS.token}`, right: true },
      hmac: { headers: signed(CREDENTIALS.hmac), right: header !== undefined },
      none: { right: false },
      'wrong basic': { headers: basic('guess'), right: false },
      'wrong bearer': { headers: { authorization: 'Bearer guess' }, right: false },
      'wrong query': { query: '?token=guess', right: false },
      forged: { headers: signed('guess'), right: false },
    };
    const way = ways[proof];
    return { sender, query: way.query ?? '', headers: { 'content-type': 'application/json', 'x-github-event': event, ...way.headers }, sent, shows: way.right ? 'right' : 'wrong' };
  });
