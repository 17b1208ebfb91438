import { afterEach } from 'vitest';
import type { EvidenceMetric, EvidenceRecord } from '../../../src/model/evidence-record.js';
import type { Analysis } from '../../../src/model/policy/analysis.js';
import type { MetricSource } from '../../../src/model/policy/metric-sources.js';
import type { CanaryStep } from '../../../src/model/policy/steps.js';
import type { Release } from '../../../src/model/release.js';
import type { ReleasePolicy } from '../../../src/model/release-policy.js';
import type { MetricSample } from '../../../src/statistics/metric-sample.js';
import { Driver, serinResources, type DriverOptions } from '../driver.js';
import { namespace, policy, setImage, settle } from '../program.js';

/** A policy with these steps that is judged so. */
export function judgedPolicy(steps: CanaryStep[], analysis?: Analysis): ReleasePolicy {
  const base = policy(steps);
  return { ...base, spec: { ...base.spec, ...(analysis ? { analysis } : {}) } };
}

/** One metric of errors, and nothing else. */
export const errorsAlone: Analysis = { metrics: [{ name: 'errors', errorRate: {} }] };

/** A source that tests answer for. */
export const elsewhere: MetricSource = { web: { url: 'http://source.test/', timeout: '10s' } };

/** Samples of errors that say so little that nothing can be decided for hours. */
export const tooFew = (now: number): MetricSample => ({ kind: 'errorRate', block: { at: now, seconds: 1, stable: { requests: 9, bad: 0 }, canary: { requests: 1, bad: 0 } } });

/** A cluster that plays one release, and what is on record of it. */
export class Judged {
  readonly driver: Driver;
  /** Every write of a release and of its Evidence, in order: what it was, and when. */
  readonly writes: { readonly what: 'release' | 'evidence'; readonly at: number; readonly object: Release | EvidenceRecord }[] = [];

  constructor(options: DriverOptions = {}) {
    this.driver = new Driver({ seed: 5, ...options });
    this.driver.onCommit(({ type, stored: { collection, object } }) => {
      if (type === 'DELETED' || (collection !== 'serin.dev/releases' && collection !== 'serin.dev/evidence')) return;
      this.writes.push({ what: collection === 'serin.dev/evidence' ? 'evidence' : 'release', at: this.driver.clock.now(), object: structuredClone(object) as unknown as Release });
    });
  }

  /** Until version v2 is on its way. */
  async begin(steps: CanaryStep[], analysis?: Analysis): Promise<void> {
    await this.driver.start();
    await settle(this.driver, { policy: judgedPolicy(steps, analysis) });
    await setImage(this.driver, 'web:v2');
  }

  get release(): Release | undefined {
    return this.driver.object(serinResources.releases, { namespace, name: 'web-1' });
  }

  get evidence(): EvidenceRecord | undefined {
    return this.driver.object(serinResources.evidence, { namespace, name: 'web-1' });
  }

  metric(name: string): EvidenceMetric | undefined {
    return this.evidence?.spec.metrics.find((each) => each.name === name);
  }

  /** How many samples of a metric are on record. */
  samples(name: string): number {
    return this.metric(name)?.samples ?? 0;
  }

  /** Codes of the log of the release. */
  get log(): string[] {
    return (this.release?.status?.log ?? []).map(({ code }) => code);
  }

  /** When the release was first written with this in its status. */
  firstWrite(holds: (release: Release) => boolean): number | undefined {
    return this.writes.find(({ what, object }) => what === 'release' && holds(object as Release))?.at;
  }

  evidenceWrites(): number[] {
    return this.writes.filter(({ what }) => what === 'evidence').map(({ at }) => at);
  }

  until(what: string, condition: () => boolean, seconds?: number): Promise<void> {
    return this.driver.until(`${what} (${this.release?.status?.message ?? ''})`, condition, seconds);
  }

  /** Until the analysis of the step with this index has begun. */
  untilStep(index: number): Promise<void> {
    return this.until(`step ${index}`, () => this.release?.status?.phase === 'Progressing' && this.release.status.step.index === index);
  }
}

/** Makes drivers that are stopped after each test. */
export function judging(): (options?: DriverOptions) => Judged {
  const all: Judged[] = [];
  afterEach(async () => {
    for (const { driver } of all.splice(0)) await driver.stop();
  });
  return (options) => {
    const judged = new Judged(options);
    all.push(judged);
    return judged;
  };
}
