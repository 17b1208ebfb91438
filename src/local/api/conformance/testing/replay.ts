import { isRecord } from '../../../../kubernetes/json.js';
import { seededRandom } from '../../../../ports/random.js';
import type { ApiRequest } from '../../../../ports/transport.js';
import { VirtualClock } from '../../../../ports/virtual-clock.js';
import { createApi, type Api } from '../../api.js';
import { memoryStore } from '../../memory-store.js';
import { anonymous } from '../../request/users.js';
import type { Store } from '../../store.js';
import { createClient } from '../../../../cluster/create-client.js';
import { startWorkloads, type RunningWorkloads } from '../../../workloads/run-workloads.js';
import { differences, normalForm } from './normal-form.js';
import type { RecordedCase } from './recorded-case.js';
import { pauses, podsRunBefore, preparations } from './preparations.js';

const UID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Older than anything that the cases after the compaction ask for, except for what they expect to be gone. */
const COMPACTED_VERSION = 10;

/** Sends recorded requests to our own server, one after the other, and says where the answers differ. */
export class Replay {
  readonly #api: Api;
  readonly #store: Store;
  readonly #clock = new VirtualClock(Date.UTC(2026, 10, 21, 8, 50));
  /** What the real server called it → what ours calls it. */
  readonly #translations = new Map<string, string>();
  /** What ours calls it → what the real server called it. */
  readonly #names = new Map<string, string>();
  readonly #versions = new Map<string, string>();
  #workloads: RunningWorkloads | undefined;

  constructor() {
    this.#store = memoryStore();
    this.#api = createApi({ store: this.#store, clock: this.#clock, random: seededRandom(7) });
  }

  async prepare(cases: readonly RecordedCase[]): Promise<void> {
    const random = seededRandom(11);
    const user = { username: 'system:kube-controller-manager', groups: ['system:masters'] };
    const client = createClient(this.#api.transport(user), { fieldManager: 'kube-controller-manager', clock: this.#clock, random });
    this.#workloads = startWorkloads({ client, clock: this.#clock, random, without: ['scheduler', 'node-lifecycle', 'job', 'disruption'] });
    await this.#workloads.ready;
    const namespaces = new Set(cases.map(({ request }) => /\/namespaces\/(conf-[^/]+)\//.exec(request.path)?.[1]).filter((name) => name !== undefined && name !== 'conf-nsdel'));
    for (const name of namespaces) await this.#send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
  }

  /** @returns where our answer differs; empty when it does not */
  async run(recorded: RecordedCase): Promise<string[]> {
    for (const step of preparations[recorded.id] ?? []) {
      const done = await this.#send(step);
      if (step.recordedVersion !== undefined) this.#versions.set(step.recordedVersion, String(this.#store.version));
      if (step.method === 'POST' && done.status === 201) this.#learnOwner(JSON.parse(done.body));
      if (done.status >= 300) throw new Error(`${recorded.id}: preparation ${step.method} ${step.path}: ${done.body}`);
    }
    if (recorded.group === 'after compaction') await this.#store.compact(COMPACTED_VERSION);
    await this.#pause(pauses[recorded.id] ?? 0);
    const running = podsRunBefore[recorded.id];
    if (running !== undefined) await this.#runPods(running);
    await this.#clock.advance(Math.max(10, latestTime(recorded.response.body) - this.#clock.now()));
    const { method, path, query = '', headers, body } = recorded.request;
    const answer = await this.#send({ method, path, query, headers, body });
    const actual = parsed(answer.body, answer.headers['content-type'] ?? '');
    const { response } = recorded;
    this.#learn(response.body, actual);
    const expected = normalForm(response.body, new Map());
    const found = normalForm(actual, this.#names);
    const partial = recorded.note !== undefined || JSON.stringify(response.body).includes('trimmed)') || isRecord(response.body) && ('more' in response.body || !('kind' in response.body) && !('paths' in response.body));
    return [
      ...(answer.status === response.status ? [] : [`status: expected ${response.status} found ${answer.status}`]),
      ...(sameType(answer.headers['content-type'], response.contentType) ? [] : [`content type: expected ${response.contentType} found ${answer.headers['content-type']}`]),
      ...((answer.headers['warning'] ?? '') === (recorded.warning ?? '') ? [] : [`warning: expected ${recorded.warning} found ${answer.headers['warning']}`]),
      ...differences(expected, found, partial),
    ];
  }

  async close(): Promise<void> {
    await this.#workloads?.stop();
    await this.#api.close();
    await this.#store.close();
  }

  /** What controllers do happens in small steps of time, as it would. */
  async #pause(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 10) await this.#clock.advance(10);
  }

  /** As a node would: every Pod runs and is ready. */
  async #runPods(namespace: string): Promise<void> {
    const pods = this.#store.list('/pods', `${namespace}/`).filter(({ object }) => object.metadata.deletionTimestamp === undefined);
    const time = new Date(this.#clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: time }));
    for (const [index, { object }] of pods.entries()) {
      const ip = `10.244.0.${index + 2}`;
      await this.#send({
        method: 'PATCH',
        path: `/api/v1/namespaces/${namespace}/pods/${object.metadata.name}/status`,
        headers: { 'content-type': 'application/strategic-merge-patch+json' },
        body: { status: { phase: 'Running', conditions, podIP: ip, podIPs: [{ ip }] } },
      });
    }
    await this.#pause(1000);
  }

  #learnOwner({ metadata }: { metadata: { name: string; uid: string } }): void {
    this.#translations.set(`uid of ${metadata.name}`, metadata.uid);
  }

  async #send({ method, path, query = '', headers = {}, body }: { method: ApiRequest['method']; path: string; query?: string; headers?: Readonly<Record<string, string>>; body?: unknown }) {
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const transport = lower['authorization'] === '(none)' ? this.#api.transport(anonymous) : this.#api.transport({ username: 'admin', uid: 'admin', groups: ['system:masters', 'system:authenticated'] });
    return transport.request({
      method,
      path: this.#translate(path),
      query: new URLSearchParams(this.#translate(query)),
      headers: body !== undefined && Object.keys(headers).length === 0 ? { 'content-type': 'application/json' } : lower,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(this.#translateValue(body)) }),
    });
  }

  #translate(text: string): string {
    let result = text;
    for (const [recorded, ours] of this.#translations) result = result.replaceAll(recorded, ours);
    return result.replace(/resourceVersion=(\d+)/g, (_all, version: string) => `resourceVersion=${this.#versions.get(version) ?? version}`).replace(/continue=([\w-]+)/, (_all, token: string) => `continue=${this.#translateToken(token)}`);
  }

  #translateToken(token: string): string {
    try {
      const content = JSON.parse(Buffer.from(token, 'base64url').toString());
      return Buffer.from(JSON.stringify({ ...content, rv: Number(this.#versions.get(String(content.rv)) ?? content.rv) })).toString('base64url');
    } catch {
      return token;
    }
  }

  #translateValue(value: unknown): unknown {
    if (typeof value === 'string') return this.#translations.get(value) ?? value;
    if (Array.isArray(value)) return value.map((item: unknown) => this.#translateValue(item));
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, key === 'resourceVersion' && typeof item === 'string' ? (this.#versions.get(item) ?? item) : this.#translateValue(item)]));
  }

  /** Walks both answers side by side and notes what ours calls the things of the real one. */
  #learn(recorded: unknown, actual: unknown): void {
    if (Array.isArray(recorded) && Array.isArray(actual)) return recorded.forEach((item, index) => this.#learn(item, actual[index]));
    if (!isRecord(recorded) || !isRecord(actual)) return;
    for (const [key, value] of Object.entries(recorded)) {
      const ours = actual[key];
      if (key === 'token' && value === '(token removed)' && typeof ours === 'string') this.#translations.set('(token of the case before)', ours);
      else if (key === 'resourceVersion' && typeof value === 'string' && typeof ours === 'string') this.#versions.set(value, ours);
      else if (key === 'uid' && typeof value === 'string' && typeof ours === 'string' && UID.test(value)) this.#translations.set(value, ours);
      else if (key === 'name' && isGenerated(recorded, value) && isGenerated(actual, ours) && value !== ours) {
        this.#translations.set(value, ours);
        this.#names.set(ours, value);
      } else if (key === 'pod-template-hash' && typeof value === 'string' && typeof ours === 'string') {
        this.#translations.set(value, ours);
        this.#names.set(ours, value);
      } else this.#learn(value, ours);
    }
  }
}

function isGenerated({ generateName }: Record<string, unknown>, name: unknown): name is string {
  return typeof generateName === 'string' && generateName !== '' && typeof name === 'string' && name.startsWith(generateName);
}

/** The newest time in an answer that lies within the recording, in milliseconds since the epoch: managers of fields are ordered by it. */
function latestTime(body: unknown): number {
  const times = JSON.stringify(body).match(/2026-11-21T08:5\d:\d\dZ/g) ?? [];
  return Math.max(0, ...times.map((time) => Date.parse(time)));
}

function sameType(actual: string | undefined, expected: string): boolean {
  return (actual ?? '').replaceAll(' ', '') === expected.replaceAll(' ', '');
}

function parsed(body: string, contentType: string): unknown {
  return contentType.includes('json') ? JSON.parse(body) : body;
}
