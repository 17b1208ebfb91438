import { abortReason } from '../../ports/clock.js';
import type { ApiRequest, Transport } from '../../ports/transport.js';
import type { Handler } from './handler.js';
import type { Answer } from './request/answer.js';
import type { User } from './request/users.js';

/** Requests without a socket between. Bytes that are no text come as latin1. */
export function inProcessTransport(handle: Handler, user: User): Transport {
  const answerOf = async (request: ApiRequest): Promise<Answer> => {
    if (request.signal?.aborted) throw abortReason(request.signal);
    return handle({ ...request, user });
  };
  return {
    async request(request) {
      const { status, headers, body } = await answerOf(request);
      return { status, headers, body: await wholeBody(body) };
    },
    async stream(request) {
      const { status, headers, body } = await answerOf(request);
      return { status, headers, chunks: isStream(body) ? untilAborted(body, request.signal) : once(await wholeBody(body)) };
    },
  };
}

/** Whether a body comes bit by bit. */
export function isStream(body: Answer['body']): body is AsyncIterable<string> {
  return typeof body === 'object' && Symbol.asyncIterator in body;
}

async function wholeBody(body: Answer['body']): Promise<string> {
  if (typeof body === 'string') return body;
  if (!isStream(body)) return Buffer.from(body).toString('latin1');
  let text = '';
  for await (const chunk of body) text += chunk;
  return text;
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

async function* untilAborted(chunks: AsyncIterable<string>, signal: AbortSignal | undefined): AsyncGenerator<string> {
  for await (const chunk of chunks) {
    if (signal?.aborted) throw abortReason(signal);
    yield chunk;
  }
  if (signal?.aborted) throw abortReason(signal);
}
