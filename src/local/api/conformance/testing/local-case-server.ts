import { createClient } from '../../../../cluster/create-client.js';
import { seededRandom } from '../../../../ports/random.js';
import type { ApiRequest, ApiResponse } from '../../../../ports/transport.js';
import { VirtualClock } from '../../../../ports/virtual-clock.js';
import { startWorkloads, type RunningWorkloads } from '../../../workloads/run-workloads.js';
import { createApi, type Api } from '../../api.js';
import { memoryStore } from '../../memory-store.js';
import { anonymous } from '../../request/users.js';
import type { Store } from '../../store.js';
import type { CaseServer } from './asking.js';

/** Older than anything that the cases after the compaction ask for, except for what they expect to be gone. */
const COMPACTED_VERSION = 10;
/** Times in answers that lie so far behind the begin are of the recording. */
const LONGEST_RECORDING_MILLISECONDS = 600_000;

/** Our own server in virtual time, with the workload controllers that the recorded one had. */
export class LocalCaseServer implements CaseServer {
  readonly #began: number;
  readonly #clock: VirtualClock;
  readonly #store: Store = memoryStore();
  readonly #api: Api;
  #workloads: RunningWorkloads | undefined;
  #time = 0;

  /** @param began when the other server was asked first, in milliseconds since the epoch */
  constructor(began: number) {
    this.#began = began;
    this.#clock = new VirtualClock(began);
    this.#api = createApi({ store: this.#store, clock: this.#clock, random: seededRandom(7) });
  }

  async start(): Promise<void> {
    const random = seededRandom(11);
    const user = { username: 'system:kube-controller-manager', groups: ['system:masters'] };
    const client = createClient(this.#api.transport(user), { fieldManager: 'kube-controller-manager', clock: this.#clock, random });
    this.#workloads = startWorkloads({ client, clock: this.#clock, random, without: ['scheduler', 'node-lifecycle', 'job', 'disruption'] });
    await this.#workloads.ready;
  }

  /** The next case is asked at the newest time that lies within the recording and is named in the other server's answer: managers of fields are ordered by it. */
  timeOf(body: unknown): void {
    const times = (JSON.stringify(body).match(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g) ?? []).map((time) => Date.parse(time));
    this.#time = Math.max(0, ...times.filter((time) => time >= this.#began && time < this.#began + LONGEST_RECORDING_MILLISECONDS));
  }

  send(request: ApiRequest, unknown: boolean): Promise<ApiResponse> {
    return this.#api.transport(unknown ? anonymous : { username: 'admin', uid: 'admin', groups: ['system:masters', 'system:authenticated'] }).request(request);
  }

  /** What controllers do happens in small steps of time, as it would. */
  async pause(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 10) await this.#clock.advance(10);
    await this.#clock.advance(Math.max(10, this.#time - this.#clock.now()));
  }

  async compact(): Promise<void> {
    await this.#store.compact(COMPACTED_VERSION);
  }

  async close(): Promise<void> {
    await this.#workloads?.stop();
    await this.#api.close();
    await this.#store.close();
  }
}
