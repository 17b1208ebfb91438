import type { Logger } from 'pino';
import type { ErrorCode } from './errors.js';
import type { IdentityMethod } from './identity.js';

/**
 * What came of a request. `refused`: somebody was told no, also where that is answered as a success, as chats want it. `ignored`:
 * who asked is who they say, and there was nothing to do.
 */
export type AuditOutcome = 'done' | 'refused' | 'ignored';

/** One line of the audit log: a change, a sign-in, or a refusal. Holds no token, cookie, code or body. */
export interface AuditEntry {
  /** RFC 3339. */
  readonly at: string;
  readonly requestId: string;
  /** The route's operationId; `unknown` where there is none. */
  readonly operation: string;
  readonly method: string;
  /** Without the query, at most 300 characters. */
  readonly path: string;
  /** IP address. */
  readonly remote: string;
  /** Absent where nobody was known. */
  readonly user?: string;
  readonly signedInBy?: IdentityMethod;
  readonly status: number;
  readonly outcome: AuditOutcome;
  /** Why it was refused or ignored, in one sentence. */
  readonly code?: ErrorCode;
  readonly message?: string;
  /** What it was about: names and uids. */
  readonly about?: Readonly<Record<string, string | number | boolean>>;
}

export type Audit = (entry: AuditEntry) => void;

/** Writes each entry as one line of a log, level `warn` for what was refused and `info` for all else. */
export function auditTo(log: Logger): Audit {
  const audit = log.child({ log: 'audit' });
  return (entry) => {
    if (entry.outcome === 'refused') audit.warn(entry, entry.outcome);
    else audit.info(entry, entry.outcome);
  };
}
