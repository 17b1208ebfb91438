import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod, Volume } from '../../../kubernetes/generated/core-v1.js';
import type { NodeServices } from '../node-services.js';
import type { AccountToken } from './account-token.js';
import { writeAtomically } from './atomic-folder.js';
import { asksForToken, isImplicitToken } from './implicit-token.js';
import { isFilled, volumeFiles } from './volume-content.js';
import { VolumeError } from './volume-error.js';

const FIRST_RETRY_MILLISECONDS = 500;
const LAST_RETRY_MILLISECONDS = 10_000;

/** The Pod whose volumes are filled. */
export interface PodVolumesOptions {
  readonly services: NodeServices;
  /** As the API has it now. */
  readonly pod: () => Pod;
  readonly podIP: () => string;
  /** The folder of the Pod's volumes. */
  readonly folder: string;
  /** Told why a volume is not there yet. */
  readonly onFailure: (message: string) => void;
}

/** The volumes of one Pod as folders, filled before its containers start and kept true while they run. */
export class PodVolumes {
  readonly #options: PodVolumesOptions;
  readonly #tokens = new Map<string, AccountToken>();
  readonly #unavailable = new Set<string>();
  #wake: AbortController = new AbortController();
  #keeping: Promise<void> = Promise.resolve();

  constructor(options: PodVolumesOptions) {
    this.#options = options;
  }

  /** Folders by volume name; those that this cluster cannot fill and nobody asked for are missing. */
  get folders(): Readonly<Record<string, string>> {
    const volumes = (this.#options.pod().spec.volumes ?? []).filter(({ name }) => !this.#unavailable.has(name));
    return Object.fromEntries(volumes.map(({ name }) => [name, join(this.#options.folder, name)]));
  }

  /** Resolves when every volume is there; tries until then, or until the signal ends it. Then keeps them true until the signal. */
  async fill(signal: AbortSignal): Promise<void> {
    const { services } = this.#options;
    for (let delay = FIRST_RETRY_MILLISECONDS; !signal.aborted; delay = Math.min(delay * 2, LAST_RETRY_MILLISECONDS)) {
      const failures = await this.#write(signal);
      if (signal.aborted) return;
      if (failures.length === 0) break;
      for (const failure of failures) this.#options.onFailure(failure);
      await this.#sleep(services.clock.sleep.bind(services.clock), delay, signal);
    }
    if (!signal.aborted && this.#filled().length > 0) this.#keeping = this.#keep(signal);
  }

  /** What the volumes are made of may have changed. */
  refresh(): void {
    this.#wake.abort();
  }

  /** Whether any volume is made of that object. */
  uses(kind: 'ConfigMap' | 'Secret', name: string): boolean {
    return this.#filled().some(({ configMap, secret, projected }) => {
      const sources = [{ configMap, ...(secret && { secret: { name: secret.secretName ?? '' } }) }, ...(projected?.sources ?? [])];
      return sources.some((source) => (kind === 'ConfigMap' ? source.configMap?.name : source.secret?.name) === name);
    });
  }

  /** Resolves when nothing is written any more; after the signal. */
  settled(): Promise<void> {
    return this.#keeping;
  }

  #filled(): Volume[] {
    return (this.#options.pod().spec.volumes ?? []).filter(isFilled);
  }

  async #keep(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options.services;
    while (!signal.aborted) {
      const renewals = [...this.#tokens.values()].map(({ renewAt }) => renewAt - clock.now());
      // Without a token nothing is due before a change wakes us.
      await this.#sleep(clock.sleep.bind(clock), Math.max(0, Math.min(...renewals, 2 ** 31 - 1)), signal);
      if (signal.aborted) return;
      const failures = await this.#write(signal);
      if (signal.aborted || failures.length === 0) continue;
      for (const failure of failures) this.#options.onFailure(failure);
      await this.#sleep(clock.sleep.bind(clock), LAST_RETRY_MILLISECONDS, signal);
    }
  }

  /** Ends early when something is refreshed, also if that was before. */
  async #sleep(sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>, milliseconds: number, signal: AbortSignal): Promise<void> {
    await sleep(milliseconds, AbortSignal.any([signal, this.#wake.signal])).catch(() => undefined);
    if (this.#wake.signal.aborted) this.#wake = new AbortController();
  }

  /** @returns why volumes could not be filled */
  async #write(signal: AbortSignal): Promise<string[]> {
    const { services, pod, podIP, folder } = this.#options;
    const { addresses, client, allocatable, clock, pool } = services;
    const failures: string[] = [];
    for (const volume of pod().spec.volumes ?? []) {
      const path = join(folder, volume.name);
      try {
        await mkdir(path, { recursive: true, mode: 0o755 });
        if (!isFilled(volume) || this.#unavailable.has(volume.name)) continue;
        const hosts = { podHost: addresses.toSocketAddress(podIP(), 1).host, nodeHost: addresses.toSocketAddress(pool.node, 1).host };
        const files = await volumeFiles(volume, { client, pod: pod(), addresses: hosts, allocatable, tokens: this.#tokens, now: clock.now() }, signal);
        await writeAtomically(path, files);
      } catch (error) {
        if (signal.aborted) return [];
        const isUnasked = isImplicitToken(volume) && error instanceof VolumeError && !asksForToken(pod());
        if (isUnasked) this.#unavailable.add(volume.name);
        else failures.push(`MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return failures;
  }
}
