import type { Application } from '../../frontends/kubevela/application.js';
import { isRecord } from '../../kubernetes/json.js';

/** Where an address stands: in the Application, or in a Secret of its namespace. */
export type AddressSource = { readonly value: string } | { readonly value?: undefined; readonly secret: { readonly name: string; readonly key: string } };

/** Something to be posted as JSON. */
export interface OutgoingMessage {
  /** Who is told, for people. */
  readonly to: string;
  readonly url: AddressSource;
  readonly body: unknown;
}

/** Whom a notification can tell by posting JSON. */
const CHATS = ['lark', 'dingding', 'slack'] as const;

/** What a `webhook` or `notification` step sends. @returns a sentence when it cannot be sent */
export function messagesOf(type: 'webhook' | 'notification', properties: unknown, app: Application): readonly OutgoingMessage[] | string {
  const given = isRecord(properties) ? properties : {};
  if (type === 'webhook') {
    const url = addressOf(given['url']);
    return url ? [{ to: 'webhook', url, body: given['data'] ?? application(app) }] : 'url.value or url.secretRef is missing';
  }
  const unknown = Object.keys(given).filter((name) => !CHATS.some((chat) => chat === name));
  if (unknown.length > 0) return `Serin sends no ${unknown.join(', ')}; it tells ${CHATS.join(', ')}`;
  const messages: OutgoingMessage[] = [];
  for (const to of CHATS) {
    const chat = given[to];
    if (!isRecord(chat)) continue;
    const url = addressOf(chat['url']);
    if (!url) return `${to}.url.value or ${to}.url.secretRef is missing`;
    messages.push({ to, url, body: chat['message'] ?? {} });
  }
  return messages.length === 0 ? `nobody is to be told: give ${CHATS.join(', ')}` : messages;
}

/** What a webhook is told of unless it is told something else. */
const application = ({ apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec, status }: Application): unknown => ({
  apiVersion, kind,
  metadata: { name, namespace, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
  spec, status,
});

function addressOf(url: unknown): AddressSource | undefined {
  // A plain string is what the first versions of the step took.
  if (typeof url === 'string') return { value: url };
  if (!isRecord(url)) return undefined;
  if (typeof url['value'] === 'string') return { value: url['value'] };
  const secret = url['secretRef'];
  if (!isRecord(secret) || typeof secret['name'] !== 'string' || typeof secret['key'] !== 'string') return undefined;
  return { secret: { name: secret['name'], key: secret['key'] } };
}
