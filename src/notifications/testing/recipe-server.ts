import Value from 'typebox/value';
import { isRecord } from '../../kubernetes/json.js';
import { AnsweringServer, type Said, type Seen } from '../../metrics/testing/answering-server.js';
import { recipeLimits, type RecipeName } from './recipe-limits.js';

/** What a service answers, as its documentation has it. */
interface Answers {
  /** Where it is posted to, with its key. */
  readonly place: string;
  readonly taken: (body: unknown) => Said;
  /** Too many messages. */
  readonly limited: Said;
  /** The key in the URL is of nobody. */
  readonly unknown: Said;
  /** The body is not what it takes. */
  readonly invalid: Said;
  /** What its schema cannot say. */
  readonly refuses?: (body: unknown) => Said | undefined;
}

const KEY = 'url-s3cret';
const json = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Said => ({ status, headers, body: JSON.stringify(body) });

const services: Readonly<Record<RecipeName, Answers>> = {
  // A flow of Power Automate: learn.microsoft.com/azure/logic-apps/logic-apps-limits-and-configuration, "throttling".
  teams: {
    place: `/workflows/1/triggers/manual/paths/invoke?api-version=1&sig=${KEY}`,
    taken: () => ({ status: 202 }),
    limited: json(429, { error: { code: 'WorkflowTriggerIsThrottled', message: 'Too many requests.' } }, { 'retry-after': '20' }),
    unknown: json(401, { error: { code: 'AuthorizationFailed', message: 'The authentication credentials are not valid.' } }),
    invalid: json(400, { error: { code: 'TriggerInputSchemaMismatch', message: 'The input body did not match its schema.' } }),
  },
  // discord.com/developers/docs/resources/webhook#execute-webhook, docs/topics/rate-limits: its reset is a time, its wait seconds.
  discord: {
    place: `/api/webhooks/1/${KEY}`,
    taken: () => ({ status: 204 }),
    limited: json(429, { message: 'You are being rate limited.', retry_after: 14.57, global: false }, { 'retry-after': '15', 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1767225600.123', 'x-ratelimit-reset-after': '14.57', 'x-ratelimit-scope': 'user' }),
    unknown: json(404, { message: 'Unknown Webhook', code: 10_015 }),
    invalid: json(400, { message: 'Invalid Form Body', code: 50_035, errors: {} }),
  },
  // developer.work.weixin.qq.com/document/path/91770, path/90313: always 200.
  wecom: {
    place: `/cgi-bin/webhook/send?key=${KEY}`,
    taken: () => json(200, { errcode: 0, errmsg: 'ok' }),
    limited: json(200, { errcode: 45_009, errmsg: 'api freq out of limit' }),
    unknown: json(200, { errcode: 93_000, errmsg: 'invalid webhook url' }),
    invalid: json(200, { errcode: 40_058, errmsg: 'markdown.content exceed max length 4096' }),
  },
  // developer.pagerduty.com/docs/events-api-v2-overview: "Response codes & retry logic".
  pagerduty: {
    place: '/v2/enqueue',
    taken: (body) => json(202, { status: 'success', message: 'Event processed', dedup_key: isRecord(body) ? body['dedup_key'] : undefined }),
    limited: { status: 429 },
    unknown: { status: 404 },
    invalid: json(400, { status: 'invalid event', message: 'Event object is invalid', errors: ["'payload.severity' is invalid"] }),
    refuses: (body) => (isRecord(body) && typeof body['routing_key'] === 'string' && body['routing_key'].length === 32 ? undefined : json(400, { status: 'invalid event', message: 'Event object is invalid', errors: ["Length of 'routing_key' is incorrect (should be 32 characters)"] })),
  },
};

/** One request, and what it was answered. */
export interface Answered {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly status: number;
  /** Whether the message was taken. */
  readonly taken: boolean;
  readonly key: string | undefined;
  readonly body: unknown;
}

/** A service that a recipe is for: takes what it takes, and answers all else as it does. */
export class RecipeServer {
  readonly http = new AnsweringServer();
  readonly answered: Answered[] = [];
  /** How many requests are refused as too many first. */
  limited = 0;
  readonly #name: RecipeName;
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(name: RecipeName, now: () => number) {
    [this.#name, this.#now] = [name, now];
    this.http.answer = (seen) => this.#answer(seen);
  }

  /** Where it is posted to, with its key. */
  get url(): string {
    return `${this.http.address}${services[this.#name].place}`;
  }

  /** The same with the key of nobody. */
  get wrongUrl(): string {
    return this.url.replace(KEY, 'other-s3cret');
  }

  #answer(seen: Seen): Said {
    const { taken, limited, unknown, invalid, refuses } = services[this.#name];
    const body: unknown = JSON.parse(seen.body);
    const { bytes, schemas } = recipeLimits[this.#name];
    const fits = seen.method === 'POST' && seen.headers['content-type']?.startsWith('application/json') === true && Buffer.byteLength(seen.body) <= bytes && Object.values(schemas).some((schema) => Value.Check(schema, body));
    const isHere = seen.url.href === this.url;
    const refusal = !isHere ? unknown : this.limited > 0 ? limited : (refuses?.(body) ?? (fits ? undefined : invalid));
    if (refusal === limited) this.limited--;
    const said = refusal ?? taken(body);
    const key = [seen.headers['idempotency-key']].flat()[0];
    this.answered.push({ at: this.#now(), status: said.status ?? 200, taken: refusal === undefined, key, body });
    return said;
  }
}
