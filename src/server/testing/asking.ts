import { request, type IncomingHttpHeaders } from 'node:http';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Parsed; undefined for what is no JSON. */
  readonly json: Record<string, unknown> | undefined;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is when it is a text or bytes; else as JSON, with its content type. */
  readonly body?: unknown;
}

/** Asks over a socket of its own, with headers that `fetch` would not send (Host, Origin, …); follows nothing. */
export function ask(url: string, path: string, { method = 'GET', headers = {}, body }: Question = {}): Promise<Answer> {
  const plain = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
  const sent = plain ? body : JSON.stringify(body);
  const type = plain ? {} : { 'content-type': 'application/json' };
  // Without a length, Node sends bodies of some methods unframed.
  const length = typeof sent === 'string' || Buffer.isBuffer(sent) ? { 'content-length': String(Buffer.byteLength(sent)) } : {};
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const asked = request({ hostname, port, path, method, headers: { ...type, ...length, ...headers }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      // What goes on has begun well with its head.
      if (response.headers['content-type'] === 'text/event-stream') {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: '', json: undefined });
        return void asked.destroy();
      }
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: (response.headers['content-type'] ?? '').includes('json') && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : undefined });
      });
    });
    asked.on('error', reject);
    asked.end(sent);
  });
}

export const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

/** What an answer that is no success says. */
export function errorIn({ json }: Answer): { code: unknown; message: unknown } {
  const { code, message } = (json?.['error'] ?? {}) as Record<string, unknown>;
  return { code, message };
}

/** `name=value` of the first cookie that an answer sets. */
export const cookieOf = ({ headers }: Answer): string => headers['set-cookie']?.[0]?.split(';')[0] ?? '';
