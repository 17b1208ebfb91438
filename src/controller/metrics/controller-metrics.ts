import { collectDefaultMetrics, Registry } from 'prom-client';
import { outcomes } from '../../model/evidence-record.js';
import { metricKinds } from '../../model/policy/analysis.js';
import { strategyNames } from '../../model/policy/strategies.js';
import { abortReasons, hasEnded, type Release } from '../../model/release.js';
import type { Clock } from '../../ports/clock.js';
import type { Transport } from '../../ports/transport.js';
import type { ControllerObserver } from '../observer.js';
import { metricDefinitions, type MetricDefinition } from './definitions.js';
import { counter, gauge, histogram } from './registering.js';
import { requestKind } from './request-kind.js';

/** What is looked at when the metrics are asked for. */
export interface MetricsSources {
  /** Policies and releases by phase. */
  phases(): { readonly policies: Readonly<Record<string, number>>; readonly releases: Readonly<Record<string, number>> };
  queueDepth(): number;
  /** Seconds. */
  oldestSample(): number;
  isLeading(): boolean;
  isReady(): boolean;
}

/** The numbers that a controller keeps of itself. */
export class ControllerMetrics implements ControllerObserver {
  readonly #registry = new Registry();
  readonly #clock: Clock;
  readonly #ended = counter(this.#registry, metricDefinitions.releasesEnded);
  readonly #duration = histogram(this.#registry, metricDefinitions.releaseDuration);
  readonly #pass = histogram(this.#registry, metricDefinitions.pass);
  readonly #samples = counter(this.#registry, metricDefinitions.samples);
  readonly #unread = counter(this.#registry, metricDefinitions.unread);
  readonly #verdicts = counter(this.#registry, metricDefinitions.verdicts);
  readonly #requests = counter(this.#registry, metricDefinitions.requests);
  readonly #requestDuration = histogram(this.#registry, metricDefinitions.requestDuration);

  /** @param version Serin's */
  constructor(clock: Clock, version: string) {
    this.#clock = clock;
    collectDefaultMetrics({ register: this.#registry });
    gauge(this.#registry, metricDefinitions.build).set({ version }, 1);
    // What is counted for the first time has risen only if it was 0 before.
    for (const strategy of strategyNames) {
      this.#ended.inc({ outcome: 'Completed', reason: '', strategy }, 0);
      for (const reason of abortReasons) this.#ended.inc({ outcome: 'Aborted', reason, strategy }, 0);
    }
    for (const kind of metricKinds) for (const outcome of outcomes) this.#verdicts.inc({ kind, outcome }, 0);
  }

  readonly contentType = this.#registry.contentType;

  /** Where others put metrics of their own. */
  get registry(): Registry {
    return this.#registry;
  }

  /** All metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** From where numbers that rise and fall are taken; called once. */
  observe(sources: MetricsSources): void {
    const phases = (definition: MetricDefinition, counts: () => Readonly<Record<string, number>>): void => {
      const known = definition.labels['phase'];
      gauge(this.#registry, definition, (each) => {
        const present = counts();
        for (const phase of Array.isArray(known) ? (known as readonly string[]) : []) each.set({ phase }, present[phase] ?? 0);
      });
    };
    phases(metricDefinitions.policies, () => sources.phases().policies);
    phases(metricDefinitions.releases, () => sources.phases().releases);
    gauge(this.#registry, metricDefinitions.queueDepth, (each) => each.set(sources.queueDepth()));
    gauge(this.#registry, metricDefinitions.oldestSample, (each) => each.set(sources.oldestSample()));
    gauge(this.#registry, metricDefinitions.leading, (each) => each.set(sources.isLeading() ? 1 : 0));
    gauge(this.#registry, metricDefinitions.ready, (each) => each.set(sources.isReady() ? 1 : 0));
  }

  passed: ControllerObserver['passed'] = (kind, result, seconds) => this.#pass.observe({ kind, result }, seconds);

  ended: ControllerObserver['ended'] = ({ spec, status }: Release) => {
    if (!status || !hasEnded(status.phase)) return;
    const labels = { outcome: status.phase, strategy: spec.strategy ?? 'canary' };
    this.#ended.inc({ ...labels, reason: status.abortReason ?? '' });
    if (status.startedAt !== undefined && status.endedAt !== undefined) this.#duration.observe(labels, (Date.parse(status.endedAt) - Date.parse(status.startedAt)) / 1000);
  };

  sampled: ControllerObserver['sampled'] = (kind) => this.#samples.inc({ kind });

  unread: ControllerObserver['unread'] = (kind, reason) => this.#unread.inc({ kind, reason });

  judged: ControllerObserver['judged'] = (kind, outcome) => this.#verdicts.inc({ kind, outcome });

  /** A transport whose requests are counted. */
  counted(transport: Transport): Transport {
    const measured = async <A extends { readonly status: number }>(kind: ReturnType<typeof requestKind>, send: Promise<A>): Promise<A> => {
      const start = this.#clock.monotonic();
      let code = 'none';
      try {
        const answer = await send;
        code = String(answer.status);
        return answer;
      } finally {
        this.#requests.inc({ ...kind, code });
        this.#requestDuration.observe({ verb: kind.verb }, (this.#clock.monotonic() - start) / 1000);
      }
    };
    return {
      request: (request) => measured(requestKind(request), transport.request(request)),
      stream: (request) => measured(requestKind(request), transport.stream(request)),
    };
  }
}
