import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** One request to a real server and what it answered. */
export interface RecordedCase {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly request: {
    readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    readonly path: string;
    readonly query?: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly response: { readonly status: number; readonly contentType: string; readonly body: unknown };
  readonly warning?: string;
  readonly note?: string;
  /** How long controllers have before it, in milliseconds. */
  readonly pause?: number;
}

/** All recorded cases, in the order in which they ran. */
export function recordedCases(): RecordedCase[] {
  return JSON.parse(gunzipSync(readFileSync(new URL('api-cases.json.gz', import.meta.url))).toString('utf8'));
}
