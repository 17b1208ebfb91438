import { Agent, request } from 'undici';
import type { GateCall } from './gates.js';

/** How long one try may take, in milliseconds. */
const TIMEOUT = 10_000;
/** No more of an answer is read, in bytes. */
const LONGEST_ANSWER = 16_384;

/** Where a host name and port are really found; undefined where the name is as good as any. */
export type GateAddress = (host: string, port: number) => Promise<{ readonly host: string; readonly port: number } | undefined>;

/** Posts over HTTP; never follows a redirect. */
export function createGateCall(addressOf: GateAddress): { readonly call: GateCall; close(): Promise<void> } {
  const agent = new Agent({ connections: 8 });
  return {
    async call({ url, idempotencyKey, body }, signal) {
      const target = new URL(url);
      const port = Number(target.port === '' ? (target.protocol === 'https:' ? 443 : 80) : target.port);
      const found = target.protocol === 'http:' ? await addressOf(target.hostname, port) : undefined;
      const { host } = target;
      if (found) {
        target.hostname = found.host;
        target.port = String(found.port);
      }
      const { statusCode, body: answer } = await request(target, {
        method: 'POST', dispatcher: agent, signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
        headers: { host, 'content-type': 'application/json', accept: 'application/json, text/plain', 'idempotency-key': idempotencyKey, 'user-agent': 'serin' },
        body: JSON.stringify(body),
      });
      let text = '';
      for await (const chunk of answer) {
        text += String(chunk);
        if (text.length >= LONGEST_ANSWER) break;
      }
      return { status: statusCode, text: text.slice(0, LONGEST_ANSWER) };
    },
    close: () => agent.close(),
  };
}
