import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { badRequestStatus, failureStatus, notFoundStatus } from '../../../kubernetes/status.js';
import { fail, type Answer } from '../request/answer.js';
import { bodyBytes, PROTOBUF_TYPE } from '../request/body-text.js';
import { mediaType } from '../request/body.js';
import type { Call, ServerContext } from '../server-context.js';
import { keyOf } from './read.js';

/** Where an address that a Pod bears is really found. */
export type PodAddress = (address: string, port: number) => { readonly host: string; readonly port: number };

/** What is of one connection, or says who the caller is to the API and to nobody else. */
const NOT_PASSED_ON = ['authorization', 'connection', 'content-length', 'host', 'keep-alive', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/**
 * Passes a request on to a Pod: `pods/[SCHEME:]NAME[:PORT]/proxy/PATH`. Without a port it is the first that a container names.
 * Answers are passed back as they are; links in pages are not rewritten.
 */
export async function proxyPod(server: ServerContext, call: Call): Promise<Answer> {
  const { scheme, name, port: asked } = targetIn(call.name ?? '');
  const { namespace = '' } = call;
  const stored = server.store.get(call.served.collection, keyOf({ namespace, name })) ?? fail(notFoundStatus(call.served.kind.resource, name));
  const pod = stored.object as Pod;
  const port = asked ?? pod.spec?.containers.flatMap(({ ports = [] }) => ports)[0]?.containerPort ?? (scheme === 'https' ? 443 : 80);
  const address = pod.status?.podIP ?? '';
  // In the words of the real server.
  if (address === '') return fail(badRequestStatus('address not allowed'));
  const query = call.query.size === 0 ? '' : `?${call.query.toString()}`;
  if (call.rest === '' && call.method === 'GET') return { status: 301, headers: { location: `/api/v1/namespaces/${namespace}/pods/${call.name ?? ''}/proxy/${query}` }, body: '' };
  const found = server.podAddress?.(address, port) ?? fail(unreachable(`dial tcp ${address}:${port}: connect: no route to host`));
  try {
    return await passOn({ ...call, scheme, ...found, path: `${call.rest === '' ? '/' : (call.rest ?? '/')}${query}`, shown: `${address}:${port}` });
  } catch (error) {
    return fail(unreachable(reasonOf(error, `${address}:${port}`)));
  }
}

/** @throws ApiFailure 400 */
function targetIn(text: string): { readonly scheme: 'http' | 'https'; readonly name: string; readonly port: number | undefined } {
  const [, scheme, name, port] = /^(?:(http|https|):)?([^:]+)(?::(\d*))?$/.exec(text) ?? [];
  const number = port === undefined || port === '' ? undefined : Number(port);
  if (name === undefined || (number !== undefined && (number < 1 || number > 65_535))) return fail(badRequestStatus(`invalid pod request ${JSON.stringify(text)}`));
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port: number };
}

interface Passed extends Pick<Call, 'method' | 'headers' | 'body' | 'signal'> {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** The Pod's own address. */
  readonly shown: string;
}

async function passOn({ scheme, host, port, path, shown, method, headers, body, signal }: Passed): Promise<Answer> {
  const kept: OutgoingHttpHeaders = { ...Object.fromEntries(Object.entries(headers).filter(([header]) => !NOT_PASSED_ON.includes(header) && !header.startsWith('impersonate-'))), host: shown };
  const bytes = body === '' ? undefined : mediaType(headers['content-type']) === PROTOBUF_TYPE ? bodyBytes(body) : Buffer.from(body);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    // Nobody vouches for the certificates of Pods: the real server does not look at them either.
    const options = { host, port, path, method, headers: kept, agent: false, rejectUnauthorized: false, ...(signal === undefined ? {} : { signal }) } as const;
    const sent = scheme === 'https' ? httpsRequest(options, resolve) : httpRequest(options, resolve);
    sent.once('error', reject);
    sent.end(bytes);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk as Uint8Array));
  const passed = Object.entries(response.headers).flatMap(([header, value]) => (NOT_PASSED_ON.includes(header) || value === undefined ? [] : [[header, Array.isArray(value) ? value.join(', ') : value] as const]));
  const whole = Buffer.concat(chunks);
  const text = /^(text\/|application\/(json|openmetrics-text))/.test(response.headers['content-type'] ?? '');
  return { status: response.statusCode ?? 502, headers: Object.fromEntries(passed), body: text ? whole.toString('utf8') : whole };
}

const unreachable = (why: string): ReturnType<typeof failureStatus> => failureStatus(503, 'ServiceUnavailable', `error trying to reach service: ${why}`);

function reasonOf(error: unknown, shown: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ECONNREFUSED') return `dial tcp ${shown}: connect: connection refused`;
  if (code === 'EHOSTUNREACH' || code === 'EADDRNOTAVAIL') return `dial tcp ${shown}: connect: no route to host`;
  return error instanceof Error ? error.message : String(error);
}
