import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { RoutedRequest } from '../configuration/request.js';

/** A request as it came in, read for routing. */
export class IncomingRequest implements RoutedRequest {
  readonly message: IncomingMessage;
  readonly method: string;
  /** Before a route is looked at, it may be put into the form that a product gives to paths. */
  path: string;
  readonly query: string | undefined;
  readonly authority: string;
  readonly scheme: 'http' | 'https';
  /** Whether a body follows; an announced one of 0 bytes is none. */
  readonly hasBody: boolean;

  constructor(message: IncomingMessage) {
    this.message = message;
    this.method = message.method ?? 'GET';
    this.scheme = message.socket instanceof TLSSocket ? 'https' : 'http';
    let url = message.url ?? '/';
    let authority: string | undefined;
    if (!url.startsWith('/')) {
      // Absolute form: what is sent to a proxy. It counts for more than the Host header.
      const absolute = /^http:\/\/([^/?#]*)([^#]*)/i.exec(url);
      if (absolute) {
        authority = absolute[1];
        url = absolute[2] === undefined || absolute[2] === '' ? '/' : absolute[2];
        if (url.startsWith('?')) url = `/${url}`;
      }
    }
    const at = url.indexOf('?');
    this.path = at < 0 ? url : url.slice(0, at);
    this.query = at < 0 ? undefined : url.slice(at + 1);
    // The parsed headers cost more than all the rest of routing: they are made only when a route asks for one.
    let host = '';
    let hasBody = false;
    const raw = message.rawHeaders;
    for (let index = 0; index + 1 < raw.length; index += 2) {
      const name = raw[index] ?? '';
      if (name.length === 4 && host === '' && name.toLowerCase() === 'host') host = raw[index + 1] ?? '';
      else if (name.length === 14 && name.toLowerCase() === 'content-length') hasBody ||= raw[index + 1] !== '0';
      else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') hasBody = true;
    }
    this.authority = authority ?? host;
    this.hasBody = hasBody;
  }

  get remoteAddress(): string {
    return this.message.socket.remoteAddress ?? '';
  }

  headerLines(name: string): readonly string[] {
    return this.message.headersDistinct[name] ?? [];
  }

  header(name: string): string | undefined {
    const value = this.message.headers[name];
    return Array.isArray(value) ? value.join(',') : value;
  }
}
