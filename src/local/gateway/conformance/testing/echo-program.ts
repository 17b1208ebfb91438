import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Names a request, however often it comes, and its copies. */
export const ASK_HEADER = 'x-ask';
/** What the program is to do: `sleep-700` (milliseconds), `fail-2` (503 to the first two tries), `reset-1` (hangs up on the first). */
export const DO_HEADER = 'x-do';
/** In an answer: the headers that came in, as JSON. */
export const SEEN_HEADER = 'x-seen';

/** What came in at all programs of a cluster, by what names the request. */
export class Arrivals {
  readonly #lines = new Map<string, string[]>();

  /** @returns how many came before it */
  add(ask: string, line: string): number {
    const lines = this.#lines.get(ask) ?? [];
    this.#lines.set(ask, [...lines, line]);
    return lines.length;
  }

  /** `<Service> <method> <host> <path>` of each, sorted: copies come when they like. */
  of(ask: string): readonly string[] {
    return [...(this.#lines.get(ask) ?? [])].sort();
  }
}

/** The program behind a Service: it says what it was asked. */
export function echoProgram(service: string, arrivals: Arrivals): RequestListener {
  return (request, response) => {
    const before = arrivals.add(String(request.headers[ASK_HEADER]), `${service} ${request.method ?? ''} ${request.headers.host ?? ''} ${request.url ?? ''}`);
    const [deed = '', number = '0'] = String(request.headers[DO_HEADER] ?? '').split('-');
    request.resume();
    if (deed === 'reset' && before < Number(number)) request.socket.destroy();
    else if (deed === 'sleep') setTimeout(() => answer(service, 200, request, response), Number(number));
    else answer(service, deed === 'fail' && before < Number(number) ? 503 : 200, request, response);
  };
}

function answer(service: string, status: number, request: IncomingMessage, response: ServerResponse): void {
  const seen = JSON.stringify(request.headers).replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  response.writeHead(status, { 'content-type': 'text/plain', 'x-from': service, 'x-secret': 'of the backend', [SEEN_HEADER]: seen }).end(service);
}
