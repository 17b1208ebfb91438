import type { ApiRequest, ApiResponse } from '../../../../ports/transport.js';
import { pauses, podsRunBefore, preparations } from './preparations.js';
import type { RecordedCase } from './recorded-case.js';
import { Translation } from './translation.js';

/** A server that is asked the cases of a recording, whichever it is. */
export interface CaseServer {
  /** @param anonymous without saying who asks; else as an administrator called admin */
  send(request: ApiRequest, anonymous: boolean): Promise<ApiResponse>;
  /** Lets controllers work for so many milliseconds. */
  pause(milliseconds: number): Promise<void>;
  /** Forgets what was before the newest versions. */
  compact(): Promise<void>;
}

/** What a server answered to a case. */
export interface CaseAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly warning: string;
  /** Parsed when it is JSON. */
  readonly body: unknown;
}

/** After a stand-in for nodes has run Pods. */
const SEEN_MILLISECONDS = 1000;

/** Asks one server the recorded cases, one after the other and in its own names for things. */
export class Asking {
  readonly #server: CaseServer;
  readonly #translation = new Translation();

  constructor(server: CaseServer) {
    this.#server = server;
  }

  /** What this server calls it → what the recording calls it. */
  get names(): ReadonlyMap<string, string> {
    return this.#translation.names;
  }

  /** Makes the namespaces in which the cases are. */
  async prepare(cases: readonly RecordedCase[]): Promise<void> {
    const namespaces = new Set(cases.map(({ request }) => /\/namespaces\/(conf-[^/]+)\//.exec(request.path)?.[1]).filter((name) => name !== undefined && name !== 'conf-nsdel'));
    for (const name of namespaces) await this.#send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
  }

  async ask(recorded: RecordedCase): Promise<CaseAnswer> {
    for (const step of preparations[recorded.id] ?? []) {
      const done = await this.#send(step);
      if (done.status >= 300 && step.ours === undefined) throw new Error(`${recorded.id}: preparation ${step.method} ${step.path}: ${done.body}`);
      if (step.method !== 'POST') continue;
      const made = JSON.parse(done.body);
      if (step.recordedVersion !== undefined) this.#translation.learnVersion(step.recordedVersion, made.metadata.resourceVersion);
      if (done.status === 201) this.#translation.learnOwner(made);
    }
    if (recorded.group === 'after compaction') await this.#server.compact();
    await this.#server.pause(recorded.pause ?? pauses[recorded.id] ?? 0);
    const running = podsRunBefore[recorded.id];
    if (running !== undefined) await this.#runPods(running);
    const { status, headers, body } = await this.#send(recorded.request);
    const contentType = headers['content-type'] ?? '';
    const answer = { status, contentType, warning: headers['warning'] ?? '', body: contentType.includes('json') ? JSON.parse(body) as unknown : body };
    this.#translation.learn(recorded.response.body, answer.body);
    return answer;
  }

  /** As a node would: every Pod runs and is ready. */
  async #runPods(namespace: string): Promise<void> {
    const { body } = await this.#send({ method: 'GET', path: `/api/v1/namespaces/${namespace}/pods` });
    const pods = (JSON.parse(body) as { items: { metadata: { name: string; creationTimestamp: string; deletionTimestamp?: string } }[] }).items;
    for (const [index, { metadata }] of pods.filter((pod) => pod.metadata.deletionTimestamp === undefined).entries()) {
      const ip = `10.244.0.${index + 2}`;
      const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: metadata.creationTimestamp }));
      await this.#send({
        method: 'PATCH',
        path: `/api/v1/namespaces/${namespace}/pods/${metadata.name}/status`,
        headers: { 'content-type': 'application/strategic-merge-patch+json' },
        body: { status: { phase: 'Running', conditions, podIP: ip, podIPs: [{ ip }] } },
      });
    }
    await this.#server.pause(SEEN_MILLISECONDS);
  }

  #send({ method, path, query = '', headers = {}, body }: { method: ApiRequest['method']; path: string; query?: string; headers?: Readonly<Record<string, string>>; body?: unknown }): Promise<ApiResponse> {
    const { authorization, ...lower } = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const anonymous = authorization === '(none)';
    const request = {
      method,
      path: this.#translation.text(path),
      query: new URLSearchParams(this.#translation.text(query)),
      headers: body !== undefined && Object.keys(headers).length === 0 ? { 'content-type': 'application/json' } : { ...lower, ...(authorization === undefined || anonymous ? {} : { authorization }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(this.#translation.value(body)) }),
    };
    return this.#server.send(request, anonymous);
  }
}
