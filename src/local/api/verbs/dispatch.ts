import { methodNotAllowedStatus, unknownPathStatus } from '../../../kubernetes/status.js';
import { fail, type Answer } from '../request/answer.js';
import { isTrue } from '../request/flag.js';
import type { Call, ServerContext } from '../server-context.js';
import { createAccountToken } from './account-token.js';
import { create } from './create.js';
import { removeCollection } from './delete-collection.js';
import { remove } from './delete.js';
import { evictPod } from './eviction.js';
import { list } from './list.js';
import { bindPod } from './pod-subresources.js';
import { patch } from './patch.js';
import { readLog } from './pod-log.js';
import { forwardPorts } from './pod-port-forward.js';
import { proxyPod } from './pod-proxy.js';
import { read } from './read.js';
import { scale } from './scale.js';
import { update } from './update.js';
import { watch } from './watch.js';

/** Answers a call for a resource. */
export async function dispatch(server: ServerContext, call: Call): Promise<Answer> {
  if (call.name === undefined) return dispatchCollection(server, call);
  if (call.subresource !== undefined && call.subresource !== 'status') return dispatchSubresource(server, call);
  if (call.subresource === 'status' && !call.served.kind.subresources.status) return fail(unknownPathStatus());
  switch (call.method) {
    case 'GET':
      // `watch` in the query of a single object means nothing; only the old path watches one.
      return call.deprecatedWatch ? watch(server, call) : read(server, call);
    case 'PUT':
      return update(server, call);
    case 'PATCH':
      return patch(server, call);
    case 'DELETE':
      return remove(server, call);
    default:
      return fail(methodNotAllowedStatus());
  }
}

async function dispatchSubresource(server: ServerContext, call: Call): Promise<Answer> {
  const pod = call.served.collection === '/pods';
  if (call.subresource === 'scale') return scale(server, call);
  if (pod && call.subresource === 'proxy') return proxyPod(server, call);
  if (pod && call.subresource === 'log' && call.method === 'GET') return readLog(server, call);
  if (pod && call.subresource === 'portforward' && ['GET', 'POST'].includes(call.method)) return forwardPorts(server, call);
  if (pod && call.subresource === 'binding' && call.method === 'POST') return bindPod(server, call);
  if (pod && call.subresource === 'eviction' && call.method === 'POST') return evictPod(server, call);
  if (call.served.collection === '/serviceaccounts' && call.subresource === 'token' && call.method === 'POST') return createAccountToken(server, call);
  if (call.served.collection === '/namespaces' && call.subresource === 'finalize' && call.method === 'PUT') return update(server, call);
  return fail(unknownPathStatus());
}

async function dispatchCollection(server: ServerContext, call: Call): Promise<Answer> {
  // All namespaces at once can be read, not written.
  const everywhere = call.served.kind.resource.namespaced && call.namespace === undefined;
  if (everywhere && call.method === 'DELETE') return fail(methodNotAllowedStatus());
  switch (call.method) {
    case 'GET':
      return wantsWatch(call) ? watch(server, call) : list(server, call);
    case 'POST':
      return create(server, call);
    case 'DELETE':
      return removeCollection(server, call);
    default:
      return fail(methodNotAllowedStatus());
  }
}

function wantsWatch({ query, deprecatedWatch }: Call): boolean {
  return deprecatedWatch || isTrue(query.get('watch'));
}
