import { ApiError } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { TransportError } from '../../cluster/transport-error.js';
import type { Clock } from '../../ports/clock.js';
import { NotUnderstood, type Heard } from '../senders/heard.js';
import { isSender, senderNames, senders } from '../senders/senders.js';
import { authenticate } from './authentication.js';
import type { WebhookCredentials } from './credentials.js';
import { tellPolicies } from './tell-policies.js';
import type { WebhookAnswer, WebhookDoor, WebhookRequest } from './webhook.js';

/** What the door needs. */
export interface DoorParts {
  /** Lists ImagePolicies and ImageUpdates, reads workloads, creates ImageUpdates. */
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly credentials: WebhookCredentials;
  /** The one namespace whose policies are told; all when absent. */
  readonly namespace?: string;
}

/** Larger bodies are refused, in bytes. */
export const LARGEST_WEBHOOK = 1024 * 1024;
/** So many images of one delivery are looked at. */
const MOST_IMAGES = 100;

/** Binds the door to its parts. */
export const createWebhookDoor = (parts: DoorParts): WebhookDoor => (request) => receiveWebhook(request, parts);

/** Takes a webhook in: makes sure who sent it, reads it, and tells the policies whose image it is. Never rejects. */
export async function receiveWebhook(request: WebhookRequest, parts: DoorParts): Promise<WebhookAnswer> {
  const { sender, body } = request;
  if (!isSender(sender)) return refusal(404, 'notFound', `there is no sender "${sender.slice(0, 60)}"; there are ${senderNames.join(', ')}.`);
  if (body.length > LARGEST_WEBHOOK) return refusal(413, 'tooLarge', `the body is larger than ${LARGEST_WEBHOOK} bytes; send one event at a time.`);
  const header = headerOf(request);
  const shown = authenticate({ sender, header, queryToken: request.query?.get('token') ?? undefined, body }, parts.credentials);
  if (!shown.ok) return refusal(401, 'unauthenticated', `${shown.why}.`);
  const user = shown.user === undefined ? {} : { user: shown.user };
  try {
    const { source, parse } = senders[sender];
    const heard = parse(parsed(body), header);
    if (!Array.isArray(heard)) return { status: 202, body: { accepted: [], ignored: [{ policy: '*', why: heard.nothing }] }, ...user };
    if (heard.length === 0) return { status: 202, body: { accepted: [], ignored: [{ policy: '*', why: 'it tells of no image with a tag' }] }, ...user };
    const words = distinct(heard).slice(0, MOST_IMAGES).map((each) => ({ ...each, source, by: each.person ?? each.robot ?? shown.user }));
    return { status: 202, body: await tellPolicies(words, parts), ...user };
  } catch (error) {
    if (error instanceof NotUnderstood) return { ...refusal(400, 'invalid', error.message), ...user };
    if (error instanceof ApiError && error.code === 403) return { ...refusal(403, 'forbidden', `Serin may not take it up: ${error.message}. Give its account the rights on imagepolicies and imageupdates that docs/image-events.md names.`), ...user };
    if (error instanceof ApiError || error instanceof TransportError) return { ...refusal(503, 'unavailable', `the cluster did not take it (${error instanceof ApiError ? `${error.code} ${error.reason}` : error.code}); send it again.`), ...user };
    return { ...refusal(503, 'unavailable', 'it could not be worked on; send it again, and look at the log.'), ...user };
  }
}

const refusal = (status: number, code: string, message: string): WebhookAnswer => ({ status, body: { error: { code, message } } });

function headerOf({ headers }: WebhookRequest): (name: string) => string | undefined {
  return (name) => {
    const value = headers[name];
    return typeof value === 'string' ? value : value?.[0];
  };
}

/** @throws NotUnderstood */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new NotUnderstood('the body is no JSON; send application/json.');
  }
}

/** A push of several layers or machines may name the same tag many times. */
function distinct(heard: readonly Heard[]): Heard[] {
  return [...new Map(heard.map((each) => [JSON.stringify([each.repositories, each.tag, each.digest]), each])).values()];
}
