import { Type } from 'typebox';
import type { ActOutcome, CallbackDoor, ChatAct } from '../notifications/callbacks/callback.js';
import Value from 'typebox/value';
import { StringEnum } from '../schema/typebox.js';
import { HttpError, httpErrorOf, type ErrorCode } from './errors.js';
import type { Identity } from './identity.js';
import { defineOpenRoute, type RawContext, type Reply, type Route } from './route.js';
import type { Guesses } from './sign-in/guesses.js';

/** A program that sends something, as it sent it. */
export interface WebhookRequest {
  readonly sender: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the sender cannot set headers. */
  readonly query: { readonly token?: string };
  readonly body: Buffer;
  /** IP address. */
  readonly remote: string;
}

/** Takes what registries send; authenticates it itself. `user` is a name that the sender proved. */
export type WebhookDoor = (request: WebhookRequest) => Promise<{ readonly status: number; readonly body: unknown; readonly user?: string }>;

export interface DoorParts {
  readonly webhooks?: WebhookDoor;
  readonly callbacks?: CallbackDoor;
  readonly act?: (act: ChatAct, identity: Identity) => Promise<string>;
  readonly guesses: Guesses;
}

const SENDERS = ['native', 'dockerhub', 'harbor', 'github', 'quay', 'azure', 'jfrog', 'registry'] as const;
const CHATS = ['slack', 'lark'] as const;
/** The most that a webhook or callback may send. */
const MOST_BYTES = 1024 * 1024;

const Taken = Type.Object({
  accepted: Type.Array(Type.Object({ policy: Type.String(), update: Type.String() })),
  ignored: Type.Array(Type.Object({ policy: Type.String(), why: Type.String() })),
});

/** Doors for programs, which prove by signatures and passwords of their own who they are. Cookies and tokens of people count for nothing here. */
export function doorRoutes({ webhooks, callbacks, act, guesses }: DoorParts): Route[] {
  /** Doors check secrets: who is wrong too often waits. */
  const guarded = async <T extends { readonly status: number }>(remote: string, door: () => Promise<T>): Promise<T> => {
    guesses.check(remote);
    const answer = await door();
    if (answer.status === 401) guesses.wrong(remote);
    return answer;
  };
  return [
    defineOpenRoute({
      method: 'POST',
      path: '/v1/webhooks/{sender}',
      operationId: 'webhook',
      summary: 'What a registry tells of an image that was pushed, authenticated as that registry can.',
      params: Type.Object({ sender: StringEnum(SENDERS) }),
      query: Type.Object({ token: Type.Optional(Type.String({ maxLength: 4_096, description: 'The secret, from senders that can set no header.' })) }),
      answers: { 202: Taken },
      changes: true,
      bytes: MOST_BYTES,
      handle: async (context) => {
        const { params: { sender }, headers, query, bytes, remote, note } = context;
        if (webhooks === undefined) throw new HttpError(404, 'not_found', 'This server takes no webhooks: start it with their credentials.');
        const answer = await guarded(remote, () => webhooks({ sender, headers, query, body: bytes, remote }));
        note({ sender, ...(answer.user === undefined ? {} : { by: answer.user }) });
        if (answer.status < 400) tellTaken(answer.body, context);
        return replyOf(answer);
      },
    }),
    defineOpenRoute({
      method: 'POST',
      path: '/v1/callbacks/{chat}/{namespace}/{channel}',
      operationId: 'callback',
      summary: 'What somebody pressed in a chat, signed by the chat.',
      params: Type.Object({ chat: StringEnum(CHATS), namespace: Type.String({ maxLength: 63 }), channel: Type.String({ maxLength: 253 }) }),
      answers: { 200: Type.Unknown({ description: 'What the chat wants to be told.' }) },
      changes: true,
      bytes: MOST_BYTES,
      handle: async (context) => {
        const { params: { chat, namespace, channel }, headers, bytes, remote, note, nothingDone } = context;
        if (callbacks === undefined) throw new HttpError(404, 'not_found', 'This server takes no callbacks of chats.');
        const answer = await guarded(remote, () => callbacks({ chat, namespace, channel, headers, body: bytes }));
        if (answer.by !== undefined) note({ by: answer.by });
        if (answer.refused !== undefined) nothingDone('refused', answer.refused);
        else if (answer.act === undefined) nothingDone('ignored', 'Nobody pressed a button that does anything.');
        if (answer.act === undefined) return replyOf(answer);
        const outcome = await carriedOut(act, answer.act, context);
        return replyOf({ status: answer.status, body: answer.told === undefined ? answer.body : answer.told(outcome) });
      },
    }),
  ];
}

/** On the audit log: what was taken up, and what was not and why. */
function tellTaken(body: unknown, { note, nothingDone }: Pick<RawContext, 'note' | 'nothingDone'>): void {
  if (!Value.Check(Taken, body)) return;
  const accepted = shortened(body.accepted.map(({ policy, update }) => `${policy}: ${update}`).join('; '));
  const ignored = shortened(body.ignored.map(({ policy, why }) => (policy === '*' ? why : `${policy}: ${why}`)).join('; '));
  if (accepted === '') return nothingDone('ignored', `Nothing was taken up: ${ignored === '' ? 'it tells of nothing' : ignored}.`);
  note({ accepted, ...(ignored === '' ? {} : { ignored }) });
}

async function carriedOut(act: DoorParts['act'], said: ChatAct, { note, actAs, nothingDone }: Pick<RawContext, 'note' | 'actAs' | 'nothingDone'>): Promise<ActOutcome> {
  const { user, via, kind, namespace, name, uid, verb } = said;
  const identity: Identity = { user: user.username, groups: [...new Set([...user.groups, 'system:authenticated'])], method: 'chat' };
  actAs(identity);
  note({ via, kind, object: `${namespace}/${name}`, uid, verb });
  try {
    if (act === undefined) throw new HttpError(404, 'not_found', 'This server carries out nothing from chats.');
    return { done: true, text: await act(said, identity) };
  } catch (error) {
    const { message, code } = httpErrorOf(error);
    nothingDone('refused', message, code);
    return { done: false, text: message };
  }
}

/** A door's own words of refusal become an error like all others. */
function replyOf({ status, body }: { readonly status: number; readonly body?: unknown }): Reply {
  if (status < 400) return { status, body };
  throw new HttpError(status, codeOf(status), begun(messageIn(body) ?? 'the request was refused: look at the documentation of this door.'));
}

/** With a capital letter. */
const begun = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

function codeOf(status: number): ErrorCode {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
      return 'not_found';
    case 409:
      return 'conflict';
    case 413:
      return 'too_large';
    case 415:
      return 'unsupported_media_type';
    case 429:
      return 'too_many_requests';
    default:
      return status < 500 ? 'invalid' : 'unavailable';
  }
}

function messageIn(body: unknown): string | undefined {
  if (typeof body === 'string' && body !== '') return body;
  if (typeof body !== 'object' || body === null) return undefined;
  if ('message' in body && typeof body.message === 'string') return body.message;
  return 'error' in body ? messageIn(body.error) : undefined;
}

/** At most 1,000 characters. */
const shortened = (text: string): string => (text.length > 1_000 ? `${text.slice(0, 1_000)}…` : text);
