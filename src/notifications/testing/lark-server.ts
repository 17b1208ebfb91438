import { createHmac } from 'node:crypto';
import { Type } from 'typebox';
import Value from 'typebox/value';
import { AnsweringServer, type Said, type Seen } from '../../metrics/testing/answering-server.js';

const Text = Type.Object({ tag: Type.Union([Type.Literal('plain_text'), Type.Literal('lark_md')]), content: Type.String({ minLength: 1 }) }, { additionalProperties: false });
const Card = Type.Object({
  config: Type.Object({ wide_screen_mode: Type.Boolean(), update_multi: Type.Literal(true) }),
  header: Type.Object({ template: Type.Union(['blue', 'orange', 'green', 'red', 'yellow'].map((name) => Type.Literal(name))), title: Text }),
  elements: Type.Array(Type.Union([
    Type.Object({ tag: Type.Literal('div'), text: Text }, { additionalProperties: false }),
    Type.Object({ tag: Type.Literal('div'), fields: Type.Array(Type.Object({ is_short: Type.Boolean(), text: Text })) }, { additionalProperties: false }),
    Type.Object({
      tag: Type.Literal('action'),
      actions: Type.Array(Type.Object({ tag: Type.Literal('button'), text: Text, type: Type.Union(['default', 'primary', 'danger'].map((name) => Type.Literal(name))), url: Type.Optional(Type.String()), value: Type.Optional(Type.Object({})), confirm: Type.Optional(Type.Object({ title: Text, text: Text })) })),
    }),
  ])),
});
const Bot = Type.Object({ timestamp: Type.Optional(Type.String()), sign: Type.Optional(Type.String()), msg_type: Type.Literal('interactive'), card: Card });
const Create = Type.Object({ receive_id: Type.String(), msg_type: Type.Literal('interactive'), content: Type.String(), uuid: Type.String({ maxLength: 50 }) });
const Patch = Type.Object({ content: Type.String() });
const Credentials = Type.Object({ app_id: Type.String(), app_secret: Type.String() });

export interface LarkMessage {
  readonly id: string;
  readonly uuid: string;
  card: unknown;
  edits: number;
}

/** Speaks the API of Lark as its documentation has it: apps under `/open-apis/`, a custom bot under `/open-apis/bot/v2/hook/`. */
export class LarkServer {
  readonly http = new AnsweringServer();
  readonly messages: LarkMessage[] = [];
  readonly #app = { id: 'cli_1', secret: 'app-s3cret', token: 't-s3cret', chat: 'oc_1' };
  readonly #bot = { hook: 'hook-s3cret', sign: 'bot-sign' };

  constructor() {
    this.http.answer = (seen) => this.#answer(seen);
  }

  #answer(seen: Seen): Said {
    const body: unknown = JSON.parse(seen.body);
    const say = (code: number, msg: string, more: object = {}, status = code === 0 ? 200 : 400): Said => ({ status, body: JSON.stringify({ code, msg, ...more }) });
    const path = seen.url.pathname.replace('/open-apis/', '');
    if (path === `bot/v2/hook/${this.#bot.hook}`) {
      if (!Value.Check(Bot, body)) return say(9499, 'Bad Request', {}, 200);
      if (body.sign !== createHmac('sha256', `${body.timestamp ?? ''}\n${this.#bot.sign}`).update('').digest('base64')) return say(19_021, 'sign match fail or timestamp is not within one hour from current time', {}, 200);
      return this.#take(body.card, '', say);
    }
    if (path.startsWith('bot/')) return say(19_001, 'param invalid: incoming webhook access token invalid', {}, 200);
    if (path === 'auth/v3/tenant_access_token/internal') {
      if (!Value.Check(Credentials, body) || body.app_id !== this.#app.id || body.app_secret !== this.#app.secret) return say(10_014, 'app secret invalid', {}, 200);
      return say(0, 'ok', { tenant_access_token: this.#app.token, expire: 7200 });
    }
    if (seen.headers.authorization !== `Bearer ${this.#app.token}`) return say(99_991_663, 'Invalid access token for authorization.');
    if (path === 'im/v1/messages' && seen.method === 'POST') {
      if (seen.url.searchParams.get('receive_id_type') !== 'chat_id' || !Value.Check(Create, body)) return say(99_992_402, 'field validation failed');
      if (body.receive_id !== this.#app.chat) return say(230_001, 'Your request contains an invalid request parameter, ext=invalid receive_id');
      // The same uuid within an hour is the same message.
      const same = this.messages.find(({ uuid }) => uuid === body.uuid);
      if (same) return say(0, 'success', { data: { message_id: same.id } });
      return this.#take(JSON.parse(body.content), body.uuid, say);
    }
    const found = this.messages.find(({ id }) => path === `im/v1/messages/${id}`);
    if (!found || seen.method !== 'PATCH' || !Value.Check(Patch, body)) return say(230_001, 'invalid message');
    found.card = JSON.parse(body.content);
    found.edits++;
    return say(0, 'success', { data: {} });
  }

  #take(card: unknown, uuid: string, say: (code: number, msg: string, more?: object) => Said): Said {
    if (!Value.Check(Card, card) || JSON.stringify(card).length > 30_000) return say(230_099, 'Failed to create card content');
    const id = `om_${this.messages.length}`;
    this.messages.push({ id, uuid, card, edits: 0 });
    return say(0, 'success', { data: { message_id: id } });
  }
}
