import Value from 'typebox/value';
import { Type } from 'typebox';
import { AnsweringServer, type Said, type Seen } from '../../metrics/testing/answering-server.js';

const Plain = (most: number) => Type.Object({ type: Type.Literal('plain_text'), text: Type.String({ minLength: 1, maxLength: most }), emoji: Type.Optional(Type.Boolean()) }, { additionalProperties: false });
const Marked = (most: number) => Type.Object({ type: Type.Literal('mrkdwn'), text: Type.String({ minLength: 1, maxLength: most }) }, { additionalProperties: false });
const Style = Type.Union([Type.Literal('primary'), Type.Literal('danger')]);
const Button = Type.Object({
  type: Type.Literal('button'), text: Plain(75), action_id: Type.String({ maxLength: 255 }), style: Type.Optional(Style),
  value: Type.Optional(Type.String({ maxLength: 2000 })), url: Type.Optional(Type.String({ maxLength: 3000 })),
  confirm: Type.Optional(Type.Object({ title: Plain(100), text: Plain(300), confirm: Plain(30), deny: Plain(30), style: Type.Optional(Style) }, { additionalProperties: false })),
}, { additionalProperties: false });
const Block = Type.Union([
  Type.Object({ type: Type.Literal('header'), text: Plain(150) }, { additionalProperties: false }),
  Type.Object({ type: Type.Literal('section'), text: Marked(3000) }, { additionalProperties: false }),
  Type.Object({ type: Type.Literal('section'), fields: Type.Array(Marked(2000), { minItems: 1, maxItems: 10 }) }, { additionalProperties: false }),
  Type.Object({ type: Type.Literal('actions'), elements: Type.Array(Button, { minItems: 1, maxItems: 25 }) }, { additionalProperties: false }),
]);
const Message = Type.Object({ text: Type.String({ maxLength: 40_000 }), blocks: Type.Array(Block, { maxItems: 50 }) });
const Addressed = Type.Object({ channel: Type.String(), ts: Type.Optional(Type.String()) });

/** A message as Slack keeps it. */
export interface SlackMessage {
  readonly ts: string;
  readonly text: string;
  readonly blocks: unknown;
  edits: number;
}

/** Speaks Slack's API as its documentation has it, and refuses what it refuses. */
export class SlackServer {
  readonly http = new AnsweringServer();
  readonly messages: SlackMessage[] = [];
  /** What was said to one person alone. */
  readonly replies: unknown[] = [];
  /** How many requests are refused with 429 first. */
  limited = 0;
  readonly #token: string;
  readonly #channel: { readonly id: string; readonly name: string };

  constructor(token: string, channel: { id: string; name: string }) {
    this.#token = token;
    this.#channel = channel;
    this.http.answer = (seen) => this.#answer(seen);
  }

  #answer(seen: Seen): Said {
    if (this.limited > 0) {
      this.limited--;
      return { status: 429, headers: { 'retry-after': '1' }, body: '{"ok":false,"error":"ratelimited"}' };
    }
    const body: unknown = JSON.parse(seen.body);
    if (seen.url.pathname === '/response/1') {
      this.replies.push(body);
      return { body: 'ok' };
    }
    if (seen.url.pathname.startsWith('/services/')) {
      if (seen.url.pathname !== '/services/T0/B0/s3cret') return { status: 404, body: 'no_service' };
      if (!Value.Check(Message, body) || JSON.stringify(body).includes('"value"')) return { status: 400, body: 'invalid_payload' };
      this.messages.push({ ts: '', text: body.text, blocks: body.blocks, edits: 0 });
      return { headers: { 'content-type': 'text/html' }, body: 'ok' };
    }
    return { body: JSON.stringify(this.#call(seen, body)) };
  }

  #call({ url, headers }: Seen, body: unknown): object {
    const refuse = (error: string): object => ({ ok: false, error });
    if (headers['content-type'] !== 'application/json; charset=utf-8') return refuse('invalid_post_type');
    if (headers.authorization === undefined) return refuse('not_authed');
    if (headers.authorization !== `Bearer ${this.#token}`) return refuse('invalid_auth');
    if (!Value.Check(Addressed, body)) return refuse('invalid_arguments');
    const update = url.pathname === '/api/chat.update';
    // Only the id will do for an update.
    if (body.channel !== this.#channel.id && (update || body.channel !== this.#channel.name)) return refuse('channel_not_found');
    if (!Value.Check(Message, body)) return refuse('invalid_blocks');
    if (update) {
      const index = this.messages.findIndex(({ ts }) => ts === body.ts);
      const found = this.messages[index];
      if (!found) return refuse('message_not_found');
      this.messages[index] = { ts: found.ts, text: body.text, blocks: body.blocks, edits: found.edits + 1 };
      return { ok: true, channel: this.#channel.id, ts: found.ts };
    }
    if (url.pathname !== '/api/chat.postMessage') return refuse('unknown_method');
    const ts = `17000000${String(this.messages.length).padStart(2, '0')}.000100`;
    this.messages.push({ ts, text: body.text, blocks: body.blocks, edits: 0 });
    return { ok: true, channel: this.#channel.id, ts };
  }
}
