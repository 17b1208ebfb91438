import { lasted } from './lasted.js';
import type { Count, ReleaseDetail, ReleaseEvent, Stage } from '../api/types.js';

/** What the record of an ended release answers. */
export interface RecordAnswers {
  /** Checks that it went through, by kind; metrics with what they said at last. */
  readonly tested: {
    readonly metrics: number;
    readonly failed: number;
    readonly undecided: number;
    /** Names of Jobs that succeeded. */
    readonly jobs: readonly string[];
    readonly gates: number;
    readonly approvals: number;
  };
  /** The decision to take it back, with its reason. */
  readonly decided?: ReleaseEvent;
  /** Milliseconds from the decision to take it back until nothing of it was left. */
  readonly takenBackWithin?: number;
  /** Milliseconds from its beginning to its end. */
  readonly took?: number;
  /** The highest share that users were given, per mille. */
  readonly reached: number;
  readonly met: Count;
}

const done = (stages: readonly Stage[], kind: string): number => stages.filter((stage) => stage.kind === kind && stage.state === 'done').length;

/** From what is on record to the four answers: tested, taken back how, how fast, and how many users met it. */
export function recordAnswers(release: ReleaseDetail): RecordAnswers {
  const { stages, metrics, events, endedAt, startedAt, outcome, requests, tested, reached } = release;
  const decided = outcome === 'aborted' ? events.find(({ code }) => code === 'Aborting' || code === 'LettingGo') : undefined;
  const ended = endedAt === undefined ? Number.NaN : Date.parse(endedAt);
  const within = decided ? lasted(decided.time, endedAt, ended) : undefined;
  const took = endedAt === undefined ? undefined : lasted(startedAt, endedAt, ended);
  return {
    tested: {
      metrics: metrics.length,
      failed: metrics.filter((metric) => metric.outcome === 'fail').length,
      undecided: metrics.filter((metric) => metric.outcome === 'undecided').length,
      jobs: tested,
      gates: done(stages, 'gate'),
      approvals: done(stages, 'approve'),
    },
    ...(decided === undefined ? {} : { decided }),
    ...(within === undefined ? {} : { takenBackWithin: within }),
    ...(took === undefined ? {} : { took }),
    reached,
    met: requests.canary,
  };
}
