import { setMaxListeners } from 'node:events';
import { open } from 'lmdb';
import { Pool } from 'undici';
import { createApi } from '../src/local/api/api.js';
import { listen } from '../src/local/api/listener.js';
import { lmdbStore } from '../src/local/api/lmdb-store.js';
import { memoryStore } from '../src/local/api/memory-store.js';
import { administrator } from '../src/local/api/request/users.js';
import type { Store } from '../src/local/api/store.js';
import type { Pod } from '../src/kubernetes/generated/core-v1.js';
import { systemClock } from '../src/ports/clock.js';
import { seededRandom } from '../src/ports/random.js';
import type { ApiRequest, Transport } from '../src/ports/transport.js';
import { digits, median, times } from './harness/numbers.js';
import type { Owner } from './harness/owner.js';
import type { Subject } from './harness/subject.js';

const PODS = '/api/v1/namespaces/default/pods';
const LISTED = 5_000;
const WATCHERS = 1_000;
const EVENTS = 100;
const WARM_UP_MILLISECONDS = 700;
const WRITE_MILLISECONDS = 1_500;
const LISTS = 9;
const TOKEN = 'bench';

export const api: Subject = {
  name: 'api',
  title: 'Local API: writes, lists, watches',
  about:
    'Status patches of Pods (validated, defaulted, with managed fields) one at a time and 32 at a time, in the same process and over a socket; a list of 5,000 Pods; one change seen by 1,000 watches. ' +
    'Limits from the same run: bare lmdb puts of the same text, one transaction for what is under way together; JSON.stringify of the same objects, and once for each watch. ' +
    'The client of the socket runs in the same process and is part of the cost. It measures neither kubectl nor the other parts of the cluster.',
  async measure({ owner, note }) {
    const rows: string[][] = [];
    const rate = (what: string, value: Rate, limit: Rate, of: string): void =>
      void rows.push([what, `${digits(value.perSecond)} /s`, `${digits(limit.perSecond)} /s`, of, times(value.perSecond, limit.perSecond), digits(value.microseconds), digits(limit.microseconds)]);
    const span = (what: string, value: Span, limit: Span, of: string): void =>
      void rows.push([what, `${digits(value.milliseconds)} ms`, `${digits(limit.milliseconds)} ms`, of, times(limit.milliseconds, value.milliseconds), digits(value.microseconds), digits(limit.microseconds)]);

    note('writes');
    const raw = { alone: await rawPuts(owner, 1), together: await rawPuts(owner, 32) };
    const durable = await startServer(owner, lmdbStore(await owner.directory()));
    const memory = await startServer(owner, memoryStore());
    for (const [name, { transport, socket }] of [['lmdb', durable], ['memory', memory]] as const) {
      await createPods(transport, 64);
      rate(`${name}: patches, 1 at a time`, await patches(transport, 1), raw.alone, 'lmdb put, 1 at a time');
      rate(`${name}: patches, 32 at a time`, await patches(transport, 32), raw.together, 'lmdb put, 32 at a time');
      rate(`${name}: patches over a socket, 32 at a time`, await patches(socket, 32), raw.together, 'lmdb put, 32 at a time');
    }

    note('lists');
    const { transport, socket } = await startServer(owner, memoryStore());
    rate('memory: creations, 32 at a time', await createPods(transport, LISTED), raw.together, 'lmdb put, 32 at a time');
    const listOf = (through: Transport) => async (): Promise<unknown> => (await through.request({ method: 'GET', path: PODS })).body;
    const text = String(await listOf(transport)());
    const objects: unknown = JSON.parse(text);
    const stringify = await spanOf(() => Promise.resolve(JSON.stringify(objects)));
    span(`list of ${digits(LISTED)} Pods, ${digits(text.length / 2 ** 20)} MiB`, await spanOf(listOf(transport)), stringify, 'JSON.stringify of it');
    span('the same over a socket', await spanOf(listOf(socket)), stringify, 'JSON.stringify of it');

    note('watches');
    const limit = await spanOf(() => Promise.resolve(Array.from({ length: WATCHERS }, () => JSON.stringify({ type: 'MODIFIED', object: podOf(1) }).length)));
    span(`one change to ${digits(WATCHERS)} watches`, await fanOut(owner, transport), limit, `JSON.stringify for each`);
    return { columns: ['what', 'measured', 'limit', 'the limit is', 'reached', 'µs of processor each', 'µs of the limit'], rows, findings: ['"Reached" is the measured rate as a part of the limit\'s; above 1 the work is shared or left out.'] };
  },
};

interface Server {
  /** In this process. */
  readonly transport: Transport;
  /** Through the listener. */
  readonly socket: Transport;
}

async function startServer(owner: Owner, store: Store): Promise<Server> {
  owner.defer(() => store.close());
  const server = createApi({ store, clock: systemClock, random: seededRandom(1), users: new Map([[TOKEN, administrator]]) });
  owner.defer(() => server.close());
  await server.ready;
  const listener = await listen(server);
  owner.defer(() => listener.close());
  const pool = new Pool(listener.url, { connections: 32 });
  owner.defer(() => pool.destroy());
  const socket: Transport = {
    async request({ method, path, query, headers, body }) {
      const answer = await pool.request({
        method, path: query ? `${path}?${query.toString()}` : path, headers: { ...headers, authorization: `Bearer ${TOKEN}` }, body: body ?? null,
      });
      return { status: answer.statusCode, headers: {}, body: await answer.body.text() };
    },
    stream: () => Promise.reject(new Error('not used')),
  };
  return { transport: server.transport(), socket };
}

/** As the node of a local cluster makes them, more or less. */
function podOf(index: number): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `web-${index}`, namespace: 'default', labels: { app: 'web', 'pod-template-hash': '5f6c9d7b8' }, annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '15020' } },
    spec: {
      containers: [
        {
          name: 'web', image: 'bookinfo/reviews:v2', ports: [{ containerPort: 9080, name: 'http' }], env: [{ name: 'RATINGS', value: 'http://ratings:9080' }],
          readinessProbe: { httpGet: { path: '/health', port: 9080 }, periodSeconds: 1 }, resources: { requests: { cpu: '10m', memory: '32Mi' } },
        },
      ],
    },
  };
}

async function send(transport: Transport, request: ApiRequest): Promise<void> {
  const { status, body } = await transport.request(request);
  if (status >= 300) throw new Error(`${request.method} ${request.path}: ${status} ${body}`);
}

/** Runs `work` so many at a time until it says that there is no more. */
async function together(atATime: number, work: () => Promise<unknown> | undefined): Promise<void> {
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      for (let next = work(); next; next = work()) await next;
    }),
  );
}

interface Rate {
  readonly perSecond: number;
  /** Processor time of one, which does not hold what others did on the machine. */
  readonly microseconds: number;
}

/** How long one takes, and its processor time. */
interface Span {
  readonly milliseconds: number;
  readonly microseconds: number;
}

/** @param work answers how many it did */
async function rateOf(work: () => Promise<number>): Promise<Rate> {
  const start = performance.now();
  const before = process.cpuUsage();
  const count = await work();
  const { user, system } = process.cpuUsage(before);
  return { perSecond: (count * 1000) / (performance.now() - start), microseconds: (user + system) / count };
}

/** The middle of several. */
async function spanOf(work: () => Promise<unknown>): Promise<Span> {
  const each: Span[] = [];
  for (let turn = 0; turn < LISTS; turn++) {
    const { perSecond, microseconds } = await rateOf(() => work().then(() => 1));
    each.push({ milliseconds: 1000 / perSecond, microseconds });
  }
  return middle(each);
}

const middle = (each: readonly Span[]): Span => ({ milliseconds: median(each.map(({ milliseconds }) => milliseconds)), microseconds: median(each.map(({ microseconds }) => microseconds)) });

async function createPods(transport: Transport, count: number): Promise<Rate> {
  let index = 0;
  return rateOf(async () => {
    await together(32, () => (index < count ? send(transport, { method: 'POST', path: PODS, headers: { 'content-type': 'application/json' }, body: JSON.stringify(podOf(index++)) }) : undefined));
    return count;
  });
}

const statusPatch = (number: number): ApiRequest => ({
  method: 'PATCH',
  path: `${PODS}/web-${number % 64}/status`,
  headers: { 'content-type': 'application/merge-patch+json', 'user-agent': 'bench' },
  body: JSON.stringify({ status: { phase: 'Running', podIP: '10.244.0.7', message: `${number}`, conditions: [{ type: 'Ready', status: number % 2 === 0 ? 'True' : 'False' }] } }),
});

function patches(transport: Transport, atATime: number): Promise<Rate> {
  return whileTime(atATime, (number) => send(transport, statusPatch(number)));
}

/** Does work, so many at a time, for a while. */
function whileTime(atATime: number, work: (number: number) => Promise<unknown>): Promise<Rate> {
  let number = 0;
  const last = async (milliseconds: number): Promise<number> => {
    const first = number;
    const end = performance.now() + milliseconds;
    await together(atATime, () => (performance.now() < end ? work(number++) : undefined));
    return number - first;
  };
  return last(WARM_UP_MILLISECONDS).then(() => rateOf(() => last(WRITE_MILLISECONDS)));
}

/** Durable puts of a Pod's text per second: those under way together go into one transaction, as lmdb itself arranges. */
async function rawPuts(owner: Owner, atATime: number): Promise<Rate> {
  const root = open<string, string>({ path: await owner.directory(), encoding: 'string' });
  owner.defer(() => root.close());
  const text = JSON.stringify(podOf(1));
  return whileTime(atATime, (number) => root.put(`web-${number % 64}`, text));
}

/** From the beginning of a write until the last of all watches has seen it, the middle of many. */
async function fanOut(owner: Owner, transport: Transport): Promise<Span> {
  const over = new AbortController();
  // One listener for each watch, which is no leak.
  setMaxListeners(WATCHERS + 1, over.signal);
  let seen = 0;
  let all: () => void = () => undefined;
  const { metadata } = JSON.parse((await transport.request({ method: 'GET', path: PODS, query: new URLSearchParams({ limit: '1' }) })).body) as { metadata: { resourceVersion: string } };
  const query = new URLSearchParams({ watch: '1', resourceVersion: metadata.resourceVersion });
  const watches = await Promise.all(Array.from({ length: WATCHERS }, () => transport.stream({ method: 'GET', path: PODS, query, signal: over.signal })));
  const reading = watches.map(async ({ chunks }) => {
    for await (const chunk of chunks) if (chunk !== '' && ++seen === WATCHERS) all();
  });
  owner.defer(async () => {
    over.abort(new Error('enough'));
    await Promise.allSettled(reading);
  });
  const each: Span[] = [];
  for (let number = 0; number < EVENTS; number++) {
    seen = 0;
    const seenByAll = new Promise<void>((resolve) => (all = resolve));
    const { perSecond, microseconds } = await rateOf(async () => {
      await send(transport, statusPatch(number));
      await seenByAll;
      return 1;
    });
    each.push({ milliseconds: 1000 / perSecond, microseconds });
  }
  return middle(each);
}
