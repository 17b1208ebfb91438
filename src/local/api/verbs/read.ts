import { notFoundStatus } from '../../../kubernetes/status.js';
import { fail, type Answer } from '../request/answer.js';
import type { Call, ServerContext } from '../server-context.js';
import { readVersion, requireReached } from './list.js';
import { chooseRepresentation } from '../serving/negotiation.js';
import type { StoredObject } from '../store.js';

/** Answers the object that the call names. */
export function read(server: ServerContext, call: Call): Answer {
  const asked = call.query.get('resourceVersion') ?? '';
  if (asked !== '') requireReached(readVersion(asked), server.store.version);
  const stored = server.store.get(call.served.collection, keyOf(call)) ?? fail(notFoundStatus(call.served.kind.resource, call.name ?? ''));
  return objectAnswer(server, call, 200, stored);
}

export function objectAnswer(server: ServerContext, call: Call, status: number, stored: StoredObject): Answer {
  const representation = chooseRepresentation(server, call);
  return { status, headers: { 'content-type': representation.contentType }, body: `${representation.one(stored)}\n` };
}

/** The key in the store of the object that a call names. */
export function keyOf({ namespace, name }: Pick<Call, 'namespace' | 'name'>): string {
  return namespace === undefined ? (name ?? '') : `${namespace}/${name ?? ''}`;
}
