import { spawn } from 'node:child_process';
import type { ClusterClient } from '../../../../src/cluster/client.js';
import { isRecord } from '../../../../src/kubernetes/json.js';
import type { KubernetesObject, Resource } from '../../../../src/kubernetes/objects.js';
import { systemClock } from '../../../../src/ports/clock.js';
import { programPath } from '../../lab/programs.js';

/** How a tool applies: kubectl's three-way merge with the last applied manifest, or server-side by force. */
export type Way = 'client-side' | 'server-side';

/** As whom it writes. */
export const GITOPS = 'gitops-tool';

/** An object as it stands in git. */
export interface Manifest {
  readonly resource: Resource<KubernetesObject>;
  readonly object: KubernetesObject;
}

/** A field that is left as it is on the cluster, as ignore settings of Argo CD and Flux say it. */
export interface Ignored {
  readonly kind: string;
  /** A JSON pointer without indexes. */
  readonly pointer: string;
}

export interface ReconcilerOptions {
  readonly client: ClusterClient;
  readonly kubeconfig: string;
  readonly way: Way;
  readonly ignored?: readonly Ignored[];
}

/** Applies what is in git, again and again. */
export class Reconciler {
  /** What is in git; a commit changes it. */
  git: readonly Manifest[];
  /** How often everything was applied. */
  rounds = 0;
  readonly problems: string[] = [];
  readonly #options: ReconcilerOptions;
  readonly #stopping = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(options: ReconcilerOptions, git: readonly Manifest[]) {
    this.#options = options;
    this.git = git;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.once();
      await systemClock.sleep(700, this.#stopping.signal).catch(() => undefined);
    }
  }

  /** One round. */
  async once(): Promise<void> {
    const { way, kubeconfig, ignored } = this.#options;
    const items = ignored === undefined ? this.git.map(({ object }) => object) : (await Promise.all(this.git.map((each) => this.#respecting(each, ignored)))).flatMap((each) => each ?? []);
    if (items.length > 0) await this.#apply(items, way, kubeconfig);
    this.rounds += 1;
  }

  async #apply(items: readonly KubernetesObject[], way: Way, kubeconfig: string): Promise<void> {
    const args = ['--kubeconfig', kubeconfig, 'apply', '-f', '-', `--field-manager=${GITOPS}`, ...(way === 'server-side' ? ['--server-side', '--force-conflicts'] : [])];
    const { code, output } = await runKubectl(args, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    if (code !== 0) this.problems.push(output);
  }

  /** The manifest with what is to be ignored as it is on the cluster; undefined where nothing else differs, as such an object is in sync. */
  async #respecting({ resource, object }: Manifest, ignored: readonly Ignored[]): Promise<KubernetesObject | undefined> {
    const { namespace = '', name } = object.metadata;
    const live = await this.#options.client.find(resource, { namespace, name });
    if (!live) return object;
    const pointers = ignored.filter(({ kind }) => kind === object.kind).map(({ pointer }) => pointer);
    const wanted = pointers.reduce((manifest, pointer) => copied(manifest, live, pointer.split('/').slice(1)), object);
    return says(live, { metadata: wanted.metadata, spec: Reflect.get(wanted, 'spec') as unknown }) ? undefined : wanted;
  }
}

/** Whether an object says at least this. */
function says(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return Array.isArray(live) && live.length === wanted.length && wanted.every((each, index) => says(live[index], each));
  if (isRecord(wanted)) return isRecord(live) && Object.entries(wanted).every(([key, value]) => says(live[key], value));
  return live === wanted;
}

/** An object with the field of another one. */
function copied(object: KubernetesObject, live: KubernetesObject, path: readonly string[]): KubernetesObject {
  const copy = structuredClone(object);
  let [into, from]: [unknown, unknown] = [copy, live];
  for (const key of path.slice(0, -1)) [into, from] = [isRecord(into) ? into[key] : undefined, isRecord(from) ? from[key] : undefined];
  const last = path.at(-1) ?? '';
  if (isRecord(into) && isRecord(from) && from[last] !== undefined) into[last] = from[last];
  return copy;
}

function runKubectl(args: readonly string[], input: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(programPath('kubernetes', 'kubectl'), args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
    child.stdin.end(input);
  });
}
