import { createHmac } from 'node:crypto';
import { Type } from 'typebox';
import Value from 'typebox/value';
import { AnsweringServer, type Said, type Seen } from '../../metrics/testing/answering-server.js';

const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const Markdown = Type.Object({ msgtype: Type.Literal('markdown'), markdown: Type.Object({ title: Text(500), text: Text(20_000) }) });
const Card = Type.Object({ msgtype: Type.Literal('actionCard'), actionCard: Type.Object({ title: Text(500), text: Text(20_000), singleTitle: Text(100), singleURL: Text(2000), btnOrientation: Type.Optional(Type.String()) }) });

/** A message as the robot took it. */
export interface DingTalkMessage {
  readonly title: string;
  readonly text: string;
  readonly singleTitle?: string;
  readonly singleURL?: string;
}

/** The robot of a DingTalk group that asks for signatures; refuses what it refuses: open.dingtalk.com/document/robots/custom-robot-access. */
export class DingTalkServer {
  readonly http = new AnsweringServer();
  readonly messages: DingTalkMessage[] = [];
  /** How many requests are refused as too many first. */
  limited = 0;
  readonly #token: string;
  readonly #secret: string;
  readonly #now: () => number;

  /** @param now milliseconds since the epoch, by the robot's clock */
  constructor(token: string, secret: string, now: () => number) {
    [this.#token, this.#secret, this.#now] = [token, secret, now];
    this.http.answer = (seen) => this.#answer(seen);
  }

  /** The URL that the robot's settings show. */
  get url(): string {
    return `${this.http.address}/robot/send?access_token=${this.#token}`;
  }

  #answer({ url, body, headers }: Seen): Said {
    const say = (errcode: number, errmsg: string): Said => ({ body: JSON.stringify({ errcode, errmsg }) });
    if (url.pathname !== '/robot/send' || url.searchParams.get('access_token') !== this.#token) return say(300_005, 'token is not exist');
    const timestamp = url.searchParams.get('timestamp') ?? '';
    const sign = createHmac('sha256', this.#secret).update(`${timestamp}\n${this.#secret}`).digest('base64');
    if (!(Math.abs(Number(timestamp) - this.#now()) <= 3_600_000) || url.searchParams.get('sign') !== sign) return say(310_000, 'sign not match');
    if (this.limited > 0) {
      this.limited--;
      return say(130_101, 'send too fast, exceed 20 times per minute');
    }
    if (!headers['content-type']?.startsWith('application/json') || Buffer.byteLength(body) > 20_000) return say(460_101, 'message too long');
    const message: unknown = JSON.parse(body);
    if (Value.Check(Card, message)) this.messages.push(message.actionCard);
    else if (Value.Check(Markdown, message)) this.messages.push(message.markdown);
    else return say(40_035, 'miss param');
    return say(0, 'ok');
  }
}
