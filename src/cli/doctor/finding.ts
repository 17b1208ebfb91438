/** How much what was found matters: `fail` keeps releases from running or lets them run wrong. */
export type Result = 'ok' | 'warn' | 'fail';

/** What one look at a cluster showed. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  readonly result: Result;
  /** In a sentence what is so. */
  readonly message: string;
  /** What to do; absent where there is nothing to do. */
  readonly remedy?: string;
}

/** Makes the findings of one check. */
export interface Findings {
  ok(message: string): Finding;
  warn(message: string, remedy: string): Finding;
  fail(message: string, remedy: string): Finding;
}

export function findingsOf(check: string): Findings {
  return {
    ok: (message) => ({ check, result: 'ok', message }),
    warn: (message, remedy) => ({ check, result: 'warn', message, remedy }),
    fail: (message, remedy) => ({ check, result: 'fail', message, remedy }),
  };
}
