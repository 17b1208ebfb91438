import type { Stickiness } from '../../model/split.js';
import type { Destination } from './objects.js';

const HEADER = 'set-cookie';

/** Whether a destination of the user's sets cookies itself: a header has one place among those that a destination adds. */
export function setsCookies({ headers }: Destination): boolean {
  return Object.keys(headers?.response?.add ?? {}).some((name) => name.toLowerCase() === HEADER);
}

/** Has the answers of a destination set the cookie that keeps a user with a version. Added, so that the program's own cookies stay. */
export function withCookie(destination: Destination, { cookie, maxAgeSeconds }: Stickiness, hash: string): Destination {
  const { headers } = destination;
  const add = { ...headers?.response?.add, [HEADER]: `${cookie}=${hash}; Path=/; Max-Age=${maxAgeSeconds}` };
  return { ...destination, headers: { ...headers, response: { ...headers?.response, add } } };
}

/** The cookie by which a destination keeps users with a version; undefined where it has none of that version. */
export function cookieOf({ headers }: Destination, hash: string): Stickiness | undefined {
  const [, cookie, value, age] = /^([^=;]+)=([^;]*); Path=\/; Max-Age=(\d+)$/.exec(headers?.response?.add?.[HEADER] ?? '') ?? [];
  return cookie !== undefined && value === hash ? { cookie, maxAgeSeconds: Number(age) } : undefined;
}
