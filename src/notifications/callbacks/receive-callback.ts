import { isForbidden } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { FindAddress } from '../../cluster/loop.js';
import type { Namespace } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import type { NotificationChannel } from '../../model/notifications/notification-channel.js';
import { serinResources } from '../../model/resources.js';
import type { Clock } from '../../ports/clock.js';
import { readChannelSecret } from '../sending/channel-secret.js';
import { createPoster, type Poster } from '../sending/poster.js';
import { SendFailure } from '../sending/send-failure.js';
import { buttonValue, type ButtonValue } from '../texts/buttons.js';
import { say } from '../texts/catalogue.js';
import { refusal, type CallbackAnswer, type CallbackDoor, type CallbackRequest, type ChatAct, type Pressed } from './callback.js';
import { CHAT_USERS_ANNOTATION, isPerson } from './chat-users.js';
import { larkPress } from './lark-callback.js';
import { Replays } from './replays.js';
import { slackPress, type SlackReply } from './slack-callback.js';

/** How long answers that are on their way may take at the end, in milliseconds. */
const GRACE = 2000;

/** What callbacks are taken with. */
export interface CallbackParts {
  /** The server's own: reads channels, their Secrets and Namespaces. */
  readonly client: ClusterClient;
  readonly replays: Replays;
  /** Says something to the person who pressed a button in Slack. */
  readonly reply: SlackReply;
  /** The one namespace that is served; all when absent. */
  readonly namespace?: string;
}

/** A door that somebody started and has to stop. */
export interface RunningCallbackDoor {
  readonly receive: CallbackDoor;
  /** Waits a moment for answers that are on their way. */
  stop(): Promise<void>;
}

/** Opens the door for one server: replays are remembered for as long as it runs. @param onError told of answers that could not be given */
export function openCallbackDoor(options: { readonly client: ClusterClient; readonly clock: Clock; readonly namespace?: string; readonly findAddress?: FindAddress; readonly onError: (error: Error) => void }): RunningCallbackDoor {
  const { client, clock, namespace, onError } = options;
  const poster = createPoster({ clock, findAddress: options.findAddress });
  const stopping = new AbortController();
  const replying = new Set<Promise<void>>();
  const reply: SlackReply = (url, text) => {
    const said = sayInSlack(poster, url, text, stopping.signal).catch((error: unknown) => onError(error instanceof Error ? error : new Error(String(error)))).finally(() => replying.delete(said));
    replying.add(said);
  };
  const parts: CallbackParts = { client, reply, replays: new Replays(clock), ...(namespace === undefined ? {} : { namespace }) };
  return {
    receive: (request) => receiveCallback(request, parts),
    async stop() {
      const answered = new AbortController();
      const grace = clock.sleep(GRACE, answered.signal).then(() => stopping.abort(new Error('the server is stopped')), () => undefined);
      await Promise.all(replying);
      answered.abort();
      await grace;
      await poster.stop();
    },
  };
}

async function sayInSlack(poster: Poster, url: string, text: string, signal: AbortSignal): Promise<void> {
  const body = JSON.stringify({ response_type: 'ephemeral', replace_original: false, text });
  await poster.post({ url, body, place: 'Slack (answer)', secrets: [], headers: { 'content-type': 'application/json; charset=utf-8' } }, signal);
}

/** Reads and checks what a chat posts: who signed it, when, who pressed the button, and whom they stand for. Carries nothing out. */
export async function receiveCallback(request: CallbackRequest, parts: CallbackParts): Promise<CallbackAnswer> {
  const channel = await channelOf(request, parts);
  if (!channel?.spec[request.chat]) return refusal(404, `There is no ${request.chat === 'slack' ? 'Slack' : 'Lark'} channel ${request.channel} here: look at the address that the app posts to.`);
  let pressed: Pressed;
  try {
    const secret = await readChannelSecret(parts.client, channel, false);
    pressed = request.chat === 'slack' ? slackPress(request, channel, secret, parts.replays, parts.reply) : larkPress(request, channel, secret, parts.replays);
  } catch (error) {
    if (error instanceof SendFailure) return refusal(503, `Answers of channel ${request.channel} cannot be checked: ${error.message}.`);
    throw error;
  }
  return pressed.kind === 'answer' ? pressed.answer : answered(channel, pressed, parts);
}

async function channelOf({ namespace, channel: name }: CallbackRequest, { client, namespace: only }: CallbackParts): Promise<NotificationChannel | undefined> {
  if (namespace === '-') return only === undefined ? client.find(serinResources.clusterNotificationChannels, { name }) : undefined;
  return only === undefined || only === namespace ? client.find(serinResources.notificationChannels, { namespace, name }) : undefined;
}

type Press = Extract<Pressed, { kind: 'press' }>;

type Refusal = [key: 'unreadable' | 'elsewhere' | 'unknownUser' | 'untrusted', values?: Readonly<Record<string, string>>];

async function answered(channel: NotificationChannel, pressed: Press, { client }: CallbackParts): Promise<CallbackAnswer> {
  const { namespace: own } = channel.metadata;
  const language = channel.spec.language ?? 'en';
  /** Who pressed it is told in the chat; the chat itself did nothing wrong. */
  const refuse = (...[key, values]: Refusal): CallbackAnswer => ({ status: 200, by: pressed.user, body: pressed.tell(say(key, language, values), false), refused: say(key, 'en', values) });
  const value = buttonValue(pressed.value);
  if (!value) return refuse('unreadable');
  if (own !== undefined && value.ns !== own) return refuse('elsewhere', { namespace: own });
  const user = channel.spec.users?.find(({ chat }) => chat === pressed.user);
  if (!user || !isPerson(user.user)) return refuse('unknownUser', { chat: pressed.user });
  if (own !== undefined && !(await isTrusted(client, own))) return refuse('untrusted', { namespace: own, annotation: CHAT_USERS_ANNOTATION });
  const act = actOf(value, { username: user.user, groups: (user.groups ?? []).filter(isPerson) }, pressed.place);
  if (!act) return refuse('unreadable');
  return { status: 200, by: pressed.user, body: pressed.received(say('received', language)), act, told: ({ done, text }) => pressed.tell(text, done) };
}

async function isTrusted(client: ClusterClient, name: string): Promise<boolean> {
  const namespace: Namespace | undefined = await client.find(resources.namespaces, { name }).catch((error: unknown) => {
    // Who may not look cannot know that it is allowed.
    if (isForbidden(error)) return undefined;
    throw error;
  });
  return namespace?.metadata.annotations?.[CHAT_USERS_ANNOTATION] === 'true';
}

function actOf({ k, v, ns, n, u, s, w, p, i }: ButtonValue, user: ChatAct['user'], via: string): ChatAct | undefined {
  if (k === 'image' && v === 'abort') return undefined;
  return {
    user, via, kind: k, namespace: ns, name: n, uid: u, verb: v,
    ...(s === undefined ? {} : { step: s }),
    ...(w === undefined ? {} : { freezeWindow: w }),
    ...(p === undefined ? {} : { seen: { plan: p, images: i ?? [] } }),
  };
}
