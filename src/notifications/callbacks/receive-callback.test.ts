import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterClient } from '../../cluster/client.js';
import { systemClock } from '../../ports/clock.js';
import type { NotificationChannelSpec } from '../../model/notifications/notification-channel.js';
import { buttonsOf } from '../texts/buttons.js';
import { askingNews } from '../testing/sample-news.js';
import { SlackServer } from '../testing/slack-server.js';
import type { CallbackAnswer, CallbackRequest } from './callback.js';
import { openCallbackDoor, type RunningCallbackDoor } from './receive-callback.js';
import { larkSignature, slackSignature } from './signatures.js';

const slack = new SlackServer('xoxb', { id: 'C01', name: '#releases' });
const NOW = Date.UTC(2026, 0, 1);
const seconds = String(NOW / 1000);
const users = [{ chat: 'U1', user: 'jane', groups: ['sre', 'system:masters'] }, { chat: 'U7', user: 'system:admin' }, { chat: 'ou_1', user: 'jane' }];
const errors: Error[] = [];
let door: RunningCallbackDoor;
let trusted = true;
let specs: Record<string, NotificationChannelSpec>;

beforeAll(() => slack.http.start());
afterAll(() => slack.http.stop());
beforeEach(() => {
  [trusted, slack.replies.length, errors.length] = [true, 0, 0];
  specs = {
    'shop/team': { slack: { channel: '#releases', address: slack.http.address }, secret: 'chats', users },
    '/all': { slack: { channel: '#releases', address: slack.http.address }, secret: 'chats', secretNamespace: 'serin', users },
    'shop/lark': { lark: { chat: 'oc_1' }, secret: 'chats', users, language: 'zh' },
  };
  const find = ({ kind }: { kind: string }, { namespace = '', name }: { namespace?: string; name: string }): Promise<unknown> => {
    if (kind === 'Secret') return Promise.resolve({ data: { signingSecret: Buffer.from('s1gn').toString('base64'), encryptKey: Buffer.from('encrypt').toString('base64') } });
    if (kind === 'Namespace') return Promise.resolve({ metadata: { name, annotations: trusted ? { 'serin.dev/chat-users': 'true' } : {} } });
    const spec = specs[`${namespace}/${name}`];
    return Promise.resolve(spec && { metadata: { name, ...(namespace === '' ? {} : { namespace }) }, spec });
  };
  door = openCallbackDoor({ client: { find } as unknown as ClusterClient, clock: { ...systemClock, now: () => NOW }, onError: (error) => errors.push(error) });
});

const [button] = buttonsOf(askingNews(), 'en');
const expected = { user: { username: 'jane', groups: ['sre'] }, via: 'slack: #releases', kind: 'release', namespace: 'shop', name: 'web-7', uid: 'uid-1', verb: 'approve', step: 3, seen: { plan: 'p1', images: ['sha256:1'] } };

describe('an answer from Slack', () => {
  let pressed = 0;
  interface Change { channel?: string; namespace?: string; user?: string; value?: unknown; type?: string; action?: string; timestamp?: string; signature?: string; url?: string }
  const press = (change: Change = {}): CallbackRequest => {
    const payload = {
      type: change.type ?? 'block_actions', user: { id: change.user ?? 'U1' }, channel: { id: 'C01', name: 'releases' }, response_url: change.url ?? `${slack.http.address}/response/1`, trigger_id: String(pressed++),
      actions: [{ action_id: change.action ?? 'serin.approve', block_id: 'b', type: 'button', value: change.value ?? JSON.stringify(button?.value) }],
    };
    const body = Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
    const timestamp = change.timestamp ?? seconds;
    return { chat: 'slack', namespace: change.namespace ?? 'shop', channel: change.channel ?? 'team', body, headers: { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': change.signature ?? slackSignature('s1gn', timestamp, body) } };
  };
  /** What it comes to, and what is said in the chat. */
  const receive = async (request: CallbackRequest): Promise<CallbackAnswer & { said: string }> => {
    const answer = await door.receive(request);
    await door.stop();
    return { ...answer, said: JSON.stringify(slack.replies) };
  };

  it('[S3-17] is an act of the user whom the person stands for, and told when it is done', async () => {
    const answer = await door.receive(press());
    expect(answer).toMatchObject({ status: 200, act: expected });
    expect(slack.replies).toEqual([]);
    expect(answer.told?.({ done: true, text: 'Step 3 is approved by jane.' })).toEqual({});
    await expect.poll(() => slack.replies).toEqual([{ response_type: 'ephemeral', replace_original: false, text: 'Step 3 is approved by jane.' }]);
    await door.stop();
    expect((await door.receive(press({ channel: 'all', namespace: '-' }))).act).toEqual(expected);
  });

  it('is taken only as Slack signed it, in time, and once', async () => {
    expect(await receive(press({ signature: 'v0=00' }))).toMatchObject({ status: 401, refused: expect.stringContaining('not signed by the Slack app') as string });
    const old = String(Number(seconds) - 301);
    expect(await receive(press({ timestamp: old }))).toMatchObject({ status: 401, refused: expect.stringContaining('more than five minutes old') as string });
    const forged = press();
    expect((await receive({ ...forged, body: Buffer.from(forged.body.toString().replace('U1', 'U2')) })).status).toBe(401);
    const request = press();
    expect((await door.receive(request)).act).toBeDefined();
    expect(await door.receive(request)).toMatchObject({ status: 409, refused: 'The same request came before; it counts once.' });
    expect((await door.receive({ ...press(), headers: {} })).act).toBeUndefined();
  });

  it('of somebody who stands for nobody is refused in the chat', async () => {
    expect(await receive(press({ user: 'U9' }))).toMatchObject({ status: 200, refused: expect.stringContaining('Nobody on the cluster stands for you (U9)') as string, said: expect.stringContaining('(U9)') as string });
    expect(slack.replies).toHaveLength(1);
    expect((await door.receive(press({ user: 'U7' }))).act).toBeUndefined();
  });

  it('counts for a namespace only where its administrator says so, and never for another', async () => {
    trusted = false;
    expect(await receive(press())).toMatchObject({ refused: expect.stringContaining('serin.dev/chat-users') as string });
    trusted = true;
    const value = { ...button?.value, ns: 'bank' };
    expect(await door.receive(press({ value: JSON.stringify(value) }))).toMatchObject({ refused: 'This channel speaks for namespace shop alone.' });
    expect((await door.receive(press({ value: JSON.stringify(value), channel: 'all', namespace: '-' }))).act).toMatchObject({ namespace: 'bank' });
  });

  it('that is none of ours moves nothing', async () => {
    expect((await door.receive(press({ action: 'serin.open' }))).act).toBeUndefined();
    expect((await door.receive(press({ type: 'view_submission' }))).act).toBeUndefined();
    for (const value of ['', 'x', '{}', JSON.stringify({ ...button?.value, v: 'delete' }), JSON.stringify({ ...button?.value, s: -1 }), JSON.stringify({ ...button?.value, k: 'image', v: 'abort' })]) expect(await door.receive(press({ value })), value).toMatchObject({ status: 200, refused: expect.any(String) as string });
    const body = Buffer.from('payload=nonsense');
    expect((await door.receive({ ...press(), body, headers: { 'x-slack-request-timestamp': seconds, 'x-slack-signature': slackSignature('s1gn', seconds, body) } })).status).toBe(400);
    expect((await door.receive(press({ channel: 'gone' }))).status).toBe(404);
    expect((await door.receive({ ...press(), chat: 'lark' })).status).toBe(404);
  });

  it('is answered nowhere but at Slack', async () => {
    await receive(press({ user: 'U9', url: 'http://169.254.169.254/latest' }));
    expect([slack.replies, errors]).toEqual([[], []]);
  });
});

describe('an answer from Lark', () => {
  const encrypted = (content: object, key = 'encrypt'): Buffer => {
    const iv = randomBytes(16);
    const cipher = createCipheriv('aes-256-cbc', createHash('sha256').update(key).digest(), iv);
    return Buffer.from(JSON.stringify({ encrypt: Buffer.concat([iv, cipher.update(JSON.stringify(content)), cipher.final()]).toString('base64') }));
  };
  const signed = (body: Buffer, timestamp = seconds): CallbackRequest => ({ chat: 'lark', namespace: 'shop', channel: 'lark', body, headers: { 'x-lark-request-timestamp': timestamp, 'x-lark-request-nonce': 'n1', 'x-lark-signature': larkSignature('encrypt', timestamp, 'n1', body) } });
  const press = (open_id = 'ou_1'): object => ({ schema: '2.0', header: { event_id: 'e1', event_type: 'card.action.trigger', app_id: 'cli_1' }, event: { operator: { open_id, user_id: 'x' }, token: 't', action: { value: button?.value, tag: 'button' }, context: { open_chat_id: 'oc_1' } } });

  it('is an act, answered with a toast', async () => {
    const answer = await door.receive(signed(encrypted(press())));
    expect(answer).toMatchObject({ status: 200, body: { toast: { type: 'info' } }, act: { ...expected, user: { username: 'jane', groups: [] }, via: 'lark: oc_1' } });
    expect(answer.told?.({ done: false, text: 'not allowed' })).toEqual({ toast: { type: 'error', content: 'not allowed' } });
    expect(await door.receive(signed(encrypted(press('ou_9'))))).toMatchObject({ body: { toast: { type: 'error', content: expect.stringContaining('（ou_9）') as string } } });
  });

  it('proves the address by its challenge, also before there are signatures', async () => {
    const body = encrypted({ type: 'url_verification', challenge: 'c1', token: 't' });
    expect(await door.receive({ ...signed(body), headers: {} })).toEqual({ status: 200, body: { challenge: 'c1' } });
    expect((await door.receive({ ...signed(encrypted(press())), headers: {} })).status).toBe(401);
  });

  it('is taken only encrypted, signed, in time, and once', async () => {
    const body = encrypted(press());
    for (const request of [signed(Buffer.from(JSON.stringify(press()))), signed(encrypted(press(), 'other')), signed(Buffer.from('{"encrypt":"AAAA"}')), signed(Buffer.from('no json')), signed(body, String(Number(seconds) - 301))]) expect(await door.receive(request)).toMatchObject({ status: 401, refused: expect.any(String) as string });
    expect((await door.receive({ ...signed(body), headers: { ...signed(body).headers, 'x-lark-signature': '00' } })).status).toBe(401);
    expect((await door.receive(signed(body))).act).toBeDefined();
    expect((await door.receive(signed(body))).status).toBe(409);
  });
});
