/** Pauses before the second and the third try, in milliseconds. */
const PAUSES = [250, 1000];

/** One try, as far as it matters for the next. */
export interface Try {
  /** From 0. */
  readonly number: number;
  /** Whether asking twice does no more than asking once. */
  readonly repeatable: boolean;
  /** HTTP status; absent where there was no answer. */
  readonly status?: number;
  /** Node's code of the error where there was no answer, such as ECONNREFUSED. */
  readonly code?: string | undefined;
  /** How long it asks to be left alone, in milliseconds. */
  readonly retryAfter?: number | undefined;
}

/** Nothing of the question has arrived anywhere. */
const NOT_SENT: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);
const BROKEN: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** How long to wait before the next try, in milliseconds; undefined when there is none. */
export function pauseAfter({ number, repeatable, status, code, retryAfter }: Try): number | undefined {
  const pause = PAUSES[number];
  if (pause === undefined) return undefined;
  // Neither of these has done what was asked, so also what must not happen twice may be asked again.
  if (status === 429 || NOT_SENT.has(code)) return Math.max(pause, retryAfter ?? 0);
  const passing = status === undefined ? BROKEN.has(code) : status >= 500 && status !== 501;
  return repeatable && passing ? Math.max(pause, retryAfter ?? 0) : undefined;
}

/** `Retry-After` (RFC 9110: seconds, or a date), else `X-RateLimit-Reset` in seconds as Datadog sends it. @returns milliseconds */
export function retryAfterOf(header: (name: string) => string | undefined, now: number): number | undefined {
  const text = header('retry-after') ?? header('x-ratelimit-reset');
  if (text === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(text.trim())) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
