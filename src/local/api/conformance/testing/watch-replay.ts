import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { isRecord } from '../../../../kubernetes/json.js';
import type { ApiRequest, ApiResponse, Transport } from '../../../../ports/transport.js';

/** A watch of a real server, what was written while it ran, and what came of it. */
export interface WatchCase {
  readonly id: string;
  readonly title: string;
  readonly request: { readonly path: string; readonly query?: string; readonly headers: Readonly<Record<string, string>> };
  readonly response: { readonly status: number } | null;
  readonly steps: readonly { readonly request: { readonly method: ApiRequest['method']; readonly path: string; readonly body?: unknown; readonly contentType?: string }; readonly resourceVersion?: string }[];
  readonly events: readonly { readonly type: string | null; readonly object: unknown }[];
  readonly endedByServer: boolean;
}

export interface WatchResult {
  readonly status: number;
  /** The stream was ended by the server. */
  readonly endedItself: boolean;
  /** One line an event, with versions named as in the recording. */
  readonly events: readonly string[];
}

/** A server that can be watched. */
export interface WatchedServer {
  readonly transport: Transport;
  /** Lets the server's time go by; on a real clock at most until `end`. */
  pass(milliseconds: number, end?: Promise<unknown>): Promise<unknown>;
  /** The newest version of all. */
  version(): Promise<string>;
}

export const recordedWatches: readonly WatchCase[] = JSON.parse(gunzipSync(readFileSync(new URL('watch-cases.json.gz', import.meta.url))).toString('utf8'));

const configMaps = '/api/v1/namespaces/watch-cases/configmaps';
/** Versions of the recording that no write of a case had. */
const FIRST_VERSIONS = { a: '4377', b: '4378' };
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.watch.serin.test' },
  spec: {
    group: 'watch.serin.test',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } } },
      },
    ],
  },
};

/** Plays recorded watches on a server, one after the other: later ones go by versions of earlier ones. */
export class WatchReplay {
  readonly #server: WatchedServer;
  /** Version, as recorded and as the server has it, by the same name. */
  readonly #recordedNames = new Map<string, string>();
  readonly #serverNames = new Map<string, string>();
  readonly #translated = new Map<string, string>();

  private constructor(server: WatchedServer) {
    this.#server = server;
  }

  static async prepare(server: WatchedServer): Promise<WatchReplay> {
    const replay = new WatchReplay(server);
    await replay.#write({ method: 'POST', path: '/api/v1/namespaces', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'watch-cases' } } });
    await replay.#write({ method: 'POST', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body: definition });
    await replay.#untilServed('/apis/watch.serin.test/v1/namespaces/watch-cases/widgets');
    for (const [name, resourceVersion] of Object.entries(FIRST_VERSIONS)) {
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { s: name === 'a' ? '1' : '2' } }, data: { a: '1' } };
      await replay.#step({ request: { method: 'POST', path: configMaps, body }, resourceVersion });
    }
    return replay;
  }

  async play({ request, response, steps, events, endedByServer }: WatchCase): Promise<{ readonly found: WatchResult; readonly recorded: WatchResult }> {
    const newest = await this.#server.version();
    const query = (request.query ?? '').replace(/resourceVersion=(\d+)/, (all, version: string) => (version.length === 4 ? `resourceVersion=${this.#translated.get(version) ?? newest}` : all));
    const stop = new AbortController();
    const headers = Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key.toLowerCase(), value]));
    const watch = () => this.#server.transport.stream({ method: 'GET', path: request.path, query: new URLSearchParams(query), headers, signal: stop.signal });
    let answer = await watch();
    // A real server says so while it makes the storage of a definition that has just changed.
    for (; answer.status === 429; answer = await watch()) await this.#server.pass(100);
    const { status, chunks } = answer;
    let text = '';
    let ended = false;
    const reading = (async () => {
      for await (const chunk of chunks) text += chunk;
      ended = true;
    })().catch(() => undefined);
    for (const step of steps) await this.#step(step);
    await (endedByServer ? this.#server.pass(5000, reading) : this.#server.pass(500));
    const endedItself = ended;
    stop.abort(new Error('seen enough'));
    await reading;
    const lines = text.split('\n').filter((line) => line !== '').map((line) => (line.startsWith('{"type"') ? JSON.parse(line) : {}));
    const told = (type: unknown, object: unknown, names: ReadonlyMap<string, string>): string => (type === undefined || type === null || type === 'UNPARSED' ? 'answer' : summary(type, object, names));
    return {
      found: { status, endedItself, events: lines.map((line) => told(line.type, line.object, this.#serverNames)) },
      recorded: { status: response?.status ?? 200, endedItself: endedByServer, events: events.map(({ type, object }) => told(type, object, this.#recordedNames)) },
    };
  }

  async #step({ request, resourceVersion: recorded }: WatchCase['steps'][number]): Promise<void> {
    const answer = await this.#write(request);
    const body: unknown = answer.headers['content-type']?.includes('json') ? JSON.parse(answer.body) : undefined;
    if (recorded === undefined) return;
    const written = isRecord(body) && isRecord(body['metadata']) ? body['metadata']['resourceVersion'] : undefined;
    const version = typeof written === 'string' ? written : await this.#server.version();
    this.#recordedNames.set(recorded, `v${recorded}`);
    this.#serverNames.set(version, `v${recorded}`);
    this.#translated.set(recorded, version);
  }

  #write({ method, path, body, contentType }: WatchCase['steps'][number]['request']): Promise<ApiResponse> {
    const [plain = '', query] = path.split('?');
    return this.#server.transport.request({
      method,
      path: plain,
      query: new URLSearchParams(query),
      headers: { 'content-type': contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json') },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async #untilServed(path: string): Promise<void> {
    while ((await this.#server.transport.request({ method: 'GET', path })).status !== 200) await this.#server.pass(50);
  }
}

function summary(type: unknown, object: unknown, versions: ReadonlyMap<string, string>): string {
  const text = JSON.stringify(object ?? {});
  const { metadata, data, rows, columnDefinitions, code } = JSON.parse(text);
  const version: string | undefined = metadata?.resourceVersion;
  const known = version === undefined ? '' : (versions.get(version) ?? '');
  const columns = rows === undefined ? '' : columnDefinitions ? ' with columns' : ' without columns';
  return `${String(type)} ${metadata?.name ?? code ?? ''} ${JSON.stringify(data ?? {})} ${known}${columns}`;
}
