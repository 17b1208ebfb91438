import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuditEntry } from '../audit.js';
import type { Identity } from '../identity.js';

/** What is known of a request while it is served, for its answer and the audit log. */
export interface RequestFacts {
  readonly requestId: string;
  readonly remote: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Aborts when the client has left or the server stops. */
  readonly signal: AbortSignal;
  identity: Identity | undefined;
  /** Set by the route that was found. */
  operation: string;
  /** Whether a success stands in the audit log. */
  audited: boolean;
  /** Whether a refusal is no news: somebody asked whether they are signed in, or hammers at the door. */
  silent: boolean;
  about: Record<string, string | number | boolean>;
  /** Why nothing was done, where that is so. */
  why: (Pick<AuditEntry, 'code' | 'message'> & { readonly outcome: 'refused' | 'ignored' }) | undefined;
}

/** What Node hands to each request. */
export interface Bindings {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Headers with one value each. */
export function plainHeaders(incoming: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(incoming.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]])));
}
