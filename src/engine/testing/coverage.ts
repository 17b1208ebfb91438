import type { Happening } from './happening.js';
import type { World } from './world.js';

/** Counts what generated scenarios really reached, so that a property that never meets its case is seen. */
export class Coverage {
  readonly #counts = new Map<string, number>();

  saw(world: World, what: Happening): void {
    this.#count(`happened ${what.kind}`);
    this.#count(`phase ${world.status.phase}`);
    const { matches, mirror, mirrors, preview } = world.accepted ?? {};
    if (world.accepted !== undefined && world.accepted.share > 0 && world.accepted.share < 1000) this.#count('shares split');
    if (matches) this.#count('requests matched');
    if (mirror !== undefined) this.#count('requests mirrored');
    if (mirrors !== undefined) this.#count('some requests mirrored');
    if (preview) this.#count('canary previewed');
    if ((matches ?? mirror ?? mirrors ?? preview) !== undefined && world.status.phase === 'Aborting') this.#count('aborted with more than shares');
    const { held } = world.status;
    if (held) this.#count(`held for ${held.for}`);
    const { release, decision } = world.asked ?? {};
    const before = release?.status?.step.index ?? 0;
    if (release && decision && decision.status.step.index > before) this.#count(`passed ${release.spec.plan.steps[before]?.kind ?? ''}`);
  }

  ended(world: World): void {
    const { plan, workload } = world.release.spec;
    this.#count(`ended in ${world.status.phase}${world.status.abortReason === undefined ? '' : ` (${world.status.abortReason})`}`);
    this.#count(`sized by ${plan.sizing}${plan.countsPods ? ', counting Pods' : plan.sizing === 'batch' && plan.steps.some(({ kind, share }) => kind === 'batch' && share !== undefined) ? ', with shares of their own' : ''}`);
    this.#count(`workload ${workload.kind}${plan.keepsStable ? ', old one kept' : plan.leaves ? `, left in ${world.status.phase}` : ''}`);
    if (plan.sizing === 'batch' && plan.steps.some(({ kind }) => kind === 'weight')) this.#count(`in place, ${plan.countsPods ? 'by Pods' : 'by shares'}`);
    for (const what of ['minimumPods', 'readyThreshold', 'crashes'] as const) if (plan[what] !== undefined) this.#count(`with ${what}`);
  }

  has(what: string): boolean {
    return [...this.#counts.keys()].some((key) => key.startsWith(what));
  }

  toString(): string {
    return [...this.#counts].sort(([a], [b]) => a.localeCompare(b)).map(([what, count]) => `${what}: ${count}`).join(', ');
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}
