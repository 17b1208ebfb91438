import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubernetesObject } from '../../kubernetes/objects.js';

/** What a scripted server does with one request instead of answering it well. */
export type Fault =
  | { readonly kind: 'status'; readonly code: number; readonly retryAfter?: string; readonly reason?: string; readonly message?: string }
  /** The connection is reset before an answer. */
  | { readonly kind: 'reset' }
  /** No answer at all. */
  | { readonly kind: 'stall' }
  /** A watch that sends this much of its first event and then resets. */
  | { readonly kind: 'reset-mid-line' }
  /** A watch that answers 200 and resets. */
  | { readonly kind: 'reset-after-headers' }
  /** A watch that answers 200 and never says anything. */
  | { readonly kind: 'silent' }
  /** A watch that answers 200 and ends at once. */
  | { readonly kind: 'close' }
  /** A watch that sends an ERROR event and ends. */
  | { readonly kind: 'error-event'; readonly code: number; readonly reason: string }
  /** A watch that sends this line and stays. */
  | { readonly kind: 'line'; readonly line: string }
  /** A list whose `continue` token is refused with 410 on the next page. */
  | { readonly kind: 'expire-token' };

export type RequestKind = 'list' | 'watch' | 'other';

export interface SeenRequest {
  readonly kind: RequestKind;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface HistoryEntry {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubernetesObject;
}

/**
 * An API server with one collection of ConfigMaps that misbehaves as told, over real sockets. It speaks just enough of the
 * protocol for a reflector: pages, watches with history, bookmarks, 410 for what was compacted.
 */
export class FaultServer {
  readonly seen: SeenRequest[] = [];
  readonly objects = new Map<string, KubernetesObject>();
  /** Connections ever opened. */
  connections = 0;
  /** How many bytes one write of a watch has at most; lines are cut anywhere. */
  chunkBytes = Infinity;
  /** Answers what is neither list nor watch. */
  answer: (request: SeenRequest, response: ServerResponse) => void = (_, response) => void response.writeHead(404).end('{}');
  readonly #server: Server;
  readonly #faults: Record<RequestKind, Fault[]> = { list: [], watch: [], other: [] };
  readonly #watches = new Set<{ response: ServerResponse; namespace: string | undefined }>();
  readonly #expired = new Set<string>();
  readonly #snapshots = new Map<string, { readonly version: string; readonly objects: readonly KubernetesObject[] }>();
  #history: HistoryEntry[] = [];
  #version = 100;
  #compacted = 100;

  constructor() {
    this.#server = createServer((request, response) => {
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.#handle(request, response, Buffer.concat(chunks).toString('utf8')));
    });
    this.#server.on('connection', (socket) => {
      this.connections++;
      socket.on('error', () => undefined);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** The next requests of a kind meet these, one each, in order. */
  fail(kind: RequestKind, ...faults: Fault[]): void {
    this.#faults[kind].push(...faults);
  }

  get pendingFaults(): number {
    return Object.values(this.#faults).reduce((sum, { length }) => sum + length, 0);
  }

  get version(): string {
    return String(this.#version);
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  count(kind: RequestKind): number {
    return this.seen.filter((request) => request.kind === kind).length;
  }

  /** Makes or changes an object. @returns its new state */
  put(name: string, data: Record<string, string> = {}, namespace = 'default'): KubernetesObject {
    const key = `${namespace}/${name}`;
    const before = this.objects.get(key);
    const version = ++this.#version;
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, uid: before?.metadata.uid ?? `uid-${version}`, resourceVersion: String(version), managedFields: [] },
      data,
    };
    this.objects.set(key, object);
    this.#record({ version, type: before ? 'MODIFIED' : 'ADDED', object });
    return object;
  }

  remove(name: string, namespace = 'default'): void {
    const key = `${namespace}/${name}`;
    const before = this.objects.get(key);
    if (!before) return;
    this.objects.delete(key);
    const version = ++this.#version;
    this.#record({ version, type: 'DELETED', object: { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } } });
  }

  /** Forgets all history, as etcd does every five minutes; a watch from before gets 410. */
  compact(): void {
    this.#history = [];
    this.#compacted = this.#version;
  }

  bookmark(): void {
    const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: this.version } };
    for (const { response } of this.#watches) this.#send(response, { type: 'BOOKMARK', object });
  }

  /** Breaks all watches under way. */
  breakWatches(how: 'close' | 'reset' | 'reset-mid-line' | 'error-410' | 'forget'): void {
    for (const watch of [...this.#watches]) {
      this.#watches.delete(watch);
      const { response } = watch;
      if (how === 'close') response.end();
      if (how === 'reset') response.socket?.resetAndDestroy();
      if (how === 'reset-mid-line') response.write('{"type":"ADDED","object":{"metad', () => response.socket?.resetAndDestroy());
      if (how === 'error-410') {
        this.#send(response, errorEvent(410, 'Expired'));
        response.end();
      }
    }
  }

  #record(entry: HistoryEntry): void {
    this.#history.push(entry);
    for (const { response, namespace } of this.#watches) {
      if (namespace === undefined || namespace === entry.object.metadata.namespace) this.#send(response, entry);
    }
  }

  #send(response: ServerResponse, { type, object }: { type: string; object: unknown }): void {
    const bytes = Buffer.from(`${JSON.stringify({ type, object })}\n`);
    for (let at = 0; at < bytes.length; at += this.chunkBytes) response.write(bytes.subarray(at, at + Math.min(this.chunkBytes, bytes.length)));
  }

  #handle(request: IncomingMessage, response: ServerResponse, body: string): void {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://server');
    const collection = /^\/api\/v1\/(?:namespaces\/([^/]+)\/)?configmaps$/.exec(pathname);
    const reading = collection && request.method === 'GET';
    const kind = reading ? (query.get('watch') === 'true' ? 'watch' : 'list') : 'other';
    const seen = { kind, method: request.method ?? '', path: pathname, query, headers: request.headers, body } as const;
    this.seen.push(seen);
    const fault = this.#faults[kind].shift();
    if (fault && fault.kind !== 'expire-token') return this.#misbehave(fault, response);
    if (kind === 'list') this.#list(query, collection?.[1], response, fault !== undefined);
    else if (kind === 'watch') this.#watch(query, collection?.[1], response);
    else this.answer(seen, response);
  }

  #list(query: URLSearchParams, namespace: string | undefined, response: ServerResponse, expire: boolean): void {
    const token = query.get('continue');
    if (token !== null && this.#expired.delete(token)) {
      return this.#status(response, { kind: 'status', code: 410, reason: 'Expired', message: 'The provided continue parameter is too old' });
    }
    const limit = Number(query.get('limit') ?? '0') || Infinity;
    const start = token === null ? 0 : Number(token.split('-')[0]);
    // All pages of one list show the same moment, as a real server's do.
    const snapshot = (token === null ? undefined : this.#snapshots.get(token)) ?? {
      version: this.version,
      objects: [...this.objects.values()].filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace),
    };
    const items = snapshot.objects.slice(start, start + limit).map(({ apiVersion: _v, kind: _k, ...rest }) => rest);
    const next = start + limit < snapshot.objects.length ? `${start + limit}-${snapshot.version}-${this.seen.length}` : '';
    if (next !== '') this.#snapshots.set(next, snapshot);
    if (expire && next !== '') this.#expired.add(next);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: snapshot.version, continue: next }, items }));
  }

  #watch(query: URLSearchParams, namespace: string | undefined, response: ServerResponse): void {
    const from = Number(query.get('resourceVersion'));
    if (from < this.#compacted) {
      return this.#status(response, { kind: 'status', code: 410, reason: 'Expired', message: `too old resource version: ${from}` });
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const entry of this.#history) {
      if (entry.version > from && (namespace === undefined || entry.object.metadata.namespace === namespace)) this.#send(response, entry);
    }
    const watch = { response, namespace };
    this.#watches.add(watch);
    response.on('close', () => this.#watches.delete(watch));
  }

  #status(response: ServerResponse, { code, retryAfter, reason, message }: Extract<Fault, { kind: 'status' }>): void {
    response.writeHead(code, { 'content-type': 'application/json', ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }) });
    response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason: reason ?? '', message: message ?? `fault ${code}` }));
  }

  #misbehave(fault: Exclude<Fault, { kind: 'expire-token' }>, response: ServerResponse): void {
    switch (fault.kind) {
      case 'status':
        return this.#status(response, fault);
      case 'reset':
        response.socket?.resetAndDestroy();
        return;
      case 'stall':
        return;
      default:
        response.writeHead(200, { 'content-type': 'application/json' });
        response.flushHeaders();
    }
    switch (fault.kind) {
      case 'reset-after-headers':
        setImmediate(() => response.socket?.resetAndDestroy());
        return;
      case 'reset-mid-line':
        response.write('{"type":"ADDED","object":{"kind":"Conf', () => response.socket?.resetAndDestroy());
        return;
      case 'close':
        response.end();
        return;
      case 'error-event':
        this.#send(response, errorEvent(fault.code, fault.reason));
        response.end();
        return;
      case 'line':
        response.write(`${fault.line}\n`);
        return;
      case 'silent':
        return;
    }
  }
}

function errorEvent(code: number, reason: string): { type: string; object: unknown } {
  return { type: 'ERROR', object: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `watch ended: ${reason}` } };
}
