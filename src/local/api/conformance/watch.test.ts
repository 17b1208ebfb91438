import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ApiRequest } from '../../../ports/transport.js';
import { caller, startApi } from '../testing/local-client.js';

interface WatchCase {
  readonly id: string;
  readonly title: string;
  readonly request: { readonly path: string; readonly query?: string; readonly headers: Readonly<Record<string, string>> };
  readonly response: { readonly status: number } | null;
  readonly steps: readonly { readonly request: { readonly method: ApiRequest['method']; readonly path: string; readonly body?: unknown; readonly contentType?: string }; readonly resourceVersion?: string }[];
  readonly events: readonly { readonly type: string | null; readonly object: unknown }[];
  readonly endedByServer: boolean;
}

/** Why a case differs. */
const KNOWN: Readonly<Record<string, string>> = {
  W11: 'The bookmark of the recording has a version that no write of its own case had.',
  W14: 'The last step changed nothing here: no controller had written in between.',
  W16: 'Nothing was compacted yet: version 1 can still be resumed from.',
};

const configMaps = '/api/v1/namespaces/watch-cases/configmaps';
const definition = {
  metadata: { name: 'widgets.watch.serin.test' },
  spec: {
    group: 'watch.serin.test',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
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

function summary(type: unknown, object: unknown, versions: ReadonlyMap<string, string>): string {
  const text = JSON.stringify(object ?? {});
  const { metadata, data, rows, columnDefinitions, code } = JSON.parse(text);
  const version: string | undefined = metadata?.resourceVersion;
  const known = version === undefined ? '' : (versions.get(version) ?? '');
  const columns = rows === undefined ? '' : columnDefinitions ? ' with columns' : ' without columns';
  return `${String(type)} ${metadata?.name ?? code ?? ''} ${JSON.stringify(data ?? {})} ${known}${columns}`;
}

describe('recorded watches of a real server', async () => {
  const cases: WatchCase[] = JSON.parse(gunzipSync(readFileSync(new URL('testing/watch-cases.json.gz', import.meta.url))).toString('utf8'));
  const { transport, clock, store } = startApi();
  const call = caller(transport);
  await call('POST', '/api/v1/namespaces', { metadata: { name: 'watch-cases' } });
  await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  await clock.advance(10);
  /** Recorded version → a name for it; ours → the same name. */
  const recordedNames = new Map<string, string>();
  const ourNames = new Map<string, string>();
  const translated = new Map<string, string>();
  const learn = (recorded: string | undefined, ours: string): void => {
    if (recorded === undefined) return;
    recordedNames.set(recorded, `v${recorded}`);
    ourNames.set(ours, `v${recorded}`);
    translated.set(recorded, ours);
  };
  for (const [name, recorded] of [['a', '4377'], ['b', '4378']] as const) {
    const created = await call('POST', configMaps, { metadata: { name, labels: { s: name === 'a' ? '1' : '2' } }, data: { a: '1' } });
    learn(recorded, created.json.metadata.resourceVersion);
  }

  async function replay({ request, steps, events, endedByServer }: WatchCase) {
    const query = (request.query ?? '').replace(/resourceVersion=(\d+)/, (all, version: string) => (version.length === 4 ? `resourceVersion=${translated.get(version) ?? store.version}` : all));
    const stop = new AbortController();
    const headers = Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key.toLowerCase(), value]));
    const { status, chunks } = await transport.stream({ method: 'GET', path: request.path, query: new URLSearchParams(query), headers, signal: stop.signal });
    let text = '';
    let ended = false;
    const reading = (async () => {
      for await (const chunk of chunks) text += chunk;
      ended = true;
    })().catch(() => undefined);
    for (const step of steps) {
      const answer = await call(step.request.method, step.request.path, step.request.body, step.request.contentType === undefined ? {} : { 'content-type': step.request.contentType });
      learn(step.resourceVersion, answer.json?.metadata?.resourceVersion ?? String(store.version));
    }
    await clock.advance(endedByServer ? 5000 : 500);
    const endedItself = ended;
    stop.abort(new Error('seen enough'));
    await reading;
    const lines = text.split('\n').filter((line) => line !== '').map((line) => (line.startsWith('{"type"') ? JSON.parse(line) : {}));
    return {
      status,
      endedItself,
      events: lines.map((line) => (line.type === undefined ? 'answer' : summary(line.type, line.object, ourNames))),
      expected: events.map(({ type, object }) => (type === null || type === undefined || type === 'UNPARSED' ? 'answer' : summary(type, object, recordedNames))),
    };
  }

  const results = new Map<string, Awaited<ReturnType<typeof replay>>>();
  for (const each of cases) results.set(each.id, await replay(each));

  it.each(cases.map(({ id, title }) => ({ id, title })))('$id $title', ({ id }) => {
    const recorded = cases.find((each) => each.id === id);
    const { status, endedItself, events, expected } = results.get(id) ?? {};
    const wanted = { status: recorded?.response?.status ?? 200, endedItself: recorded?.endedByServer, events: expected };
    if (KNOWN[id] === undefined) expect({ status, endedItself, events }).toEqual(wanted);
    else expect({ status, endedItself, events }, 'matches now: take it off the list').not.toEqual(wanted);
  });
});
