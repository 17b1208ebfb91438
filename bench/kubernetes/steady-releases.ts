import type { RunningInformer } from '../../src/cluster/informer.js';
import { hasEnded, type Release } from '../../src/model/release.js';
import { systemClock } from '../../src/ports/clock.js';
import { NotRun } from '../harness/subject.js';
import type { BenchCluster } from './cluster.js';
import { forAll } from '../../test/kubernetes/lab/for-all.js';
import { keyOf, programOf, setVersion, type Program } from './programs.js';

/** Releases that go on and on. */
export interface SteadyReleases {
  /** How many have ended so far. */
  readonly ended: number;
  /** Begins no more; those that are under way go on. Resolves when nothing more is written. */
  stop(): Promise<void>;
}

/** Releases one version of each program after the other. Resolves when all are under way for the first time. */
export async function releaseSteadily({ client }: BenchCluster, releases: RunningInformer<Release>, programs: readonly Program[]): Promise<SteadyReleases> {
  const known = new Map(programs.map((program) => [keyOf(program), program] as const));
  const begun = new Set<string>();
  const counted = new Set<string>();
  const writing = new Set<Promise<unknown>>();
  let problem: unknown;
  const begin = (program: Program, version: string): void => {
    const write = setVersion(client, program, version).catch((error: unknown) => (problem = error));
    writing.add(write);
    void write.finally(() => writing.delete(write));
  };
  const end = releases.onChange(({ object }) => {
    const program = known.get(programOf(object));
    if (!program) return;
    begun.add(keyOf(program));
    if (!hasEnded(object.status?.phase ?? 'Preparing') || counted.has(keyOf(object.metadata))) return;
    counted.add(keyOf(object.metadata));
    begin(program, `after-${object.metadata.name}`);
  });
  await forAll(programs, (program) => setVersion(client, program, 'v2'));
  for (const limit = systemClock.monotonic() + 300_000; begun.size < programs.length; await systemClock.sleep(50)) {
    if (systemClock.monotonic() > limit) throw new NotRun(`${programs.length - begun.size} of ${programs.length} releases had not begun within 300 s`);
  }
  return {
    get ended() {
      return counted.size;
    },
    async stop() {
      end();
      await Promise.all(writing);
      if (problem !== undefined) throw problem;
    },
  };
}
