import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { badRequestStatus, failureStatus, notFoundStatus } from '../../../kubernetes/status.js';
import { attributesOf } from '../access/attributes.js';
import { servePortForward, type ForwardTarget } from '../port-forward/forwarding.js';
import { fail, textAnswer, type Answer } from '../request/answer.js';
import type { Call, ServerContext } from '../server-context.js';
import { keyOf } from './read.js';

/** The one way in which streams are used, whatever carries them. */
const PROTOCOL = 'portforward.k8s.io';
const TRANSPORT = 'SPDY/3.1';

/**
 * Upgrades a connection to one that carries connections to the ports of a Pod. Only SPDY/3.1: kubectl from 1.30 on asks for
 * a WebSocket first and, where that is refused, for SPDY.
 */
export async function forwardPorts(server: ServerContext, call: Call): Promise<Answer> {
  const { namespace = '', name = '', headers } = call;
  // A GET reaches as far as a POST, and must not need less.
  if (call.method === 'GET') server.authorizer.require(call.user, attributesOf(call, 'create'));
  const pod = storedPod(server, call) ?? fail(notFoundStatus(call.served.kind.resource, name));
  if (!pod.spec?.nodeName) return fail(badRequestStatus(`pod ${name} does not have a host assigned`));
  if (!listIn(headers['connection']).some((value) => value.toLowerCase() === 'upgrade')) return fail(badRequestStatus('Upgrade request required'));
  const wanted = listIn(headers['upgrade']);
  if (!wanted.some((value) => value.toLowerCase() === TRANSPORT.toLowerCase())) {
    return fail(badRequestStatus(`unable to upgrade: client asks for ${wanted.join(', ') || 'nothing'}, server accepts ${TRANSPORT}`));
  }
  const versions = listIn(headers['x-stream-protocol-version']);
  if (versions.length === 0) return fail(badRequestStatus('unable to upgrade: X-Stream-Protocol-Version is required'));
  if (!versions.includes(PROTOCOL)) {
    const refused = textAnswer(403, `unable to upgrade: unable to negotiate protocol: client supports [${versions.join(' ')}], server accepts [${PROTOCOL}]\n`);
    return { ...refused, headers: { ...refused.headers, 'x-accepted-stream-protocol-versions': PROTOCOL } };
  }
  if (pod.status?.phase !== 'Running' || !pod.status.podIP) return fail(failureStatus(500, 'InternalError', `unable to upgrade connection: pod ${name}_${namespace} is not running`));
  const target = targetOf(server, call, pod);
  return {
    status: 101,
    headers: { connection: 'Upgrade', upgrade: TRANSPORT, 'x-stream-protocol-version': PROTOCOL },
    body: '',
    serveUpgraded: (connection) => servePortForward(connection, target, server.clock),
  };
}

/** The Pod's addresses as long as it is this Pod: a later one may have its name, or its address. */
function targetOf(server: ServerContext, call: Call, pod: Pod): ForwardTarget {
  const { name, uid = '' } = pod.metadata;
  return {
    name: (port) => `error forwarding port ${port} to pod ${name}, uid ${uid}`,
    address: (port) => {
      const now = storedPod(server, call);
      const address = now?.status?.podIP ?? '';
      if (now?.metadata.uid !== uid || now.status?.phase !== 'Running' || address === '') throw new Error('the pod is gone or has ended');
      const found = server.podAddress?.(address, port);
      if (found === undefined) throw new Error(`failed to connect to ${address}:${port}: no route to host`);
      return { ...found, shown: `${address}:${port}` };
    },
  };
}

function storedPod(server: ServerContext, { served, namespace = '', name = '' }: Call): Pod | undefined {
  return server.store.get(served.collection, keyOf({ namespace, name }))?.object as Pod | undefined;
}

const listIn = (header: string | undefined): string[] => (header ?? '').split(',').map((value) => value.trim()).filter((value) => value !== '');
