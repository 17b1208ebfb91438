import type { ReleaseSummary } from '../api/types.js';
import type { StreamEvent } from './event-stream-parser.js';

/** What the server says has changed. */
export type Frame =
  | { readonly kind: 'release'; readonly release: ReleaseSummary }
  | { readonly kind: 'gone'; readonly id: string }
  | { readonly kind: 'policy'; readonly id: string }
  /** Something that waits for people, or an image, changed. */
  | { readonly kind: 'approvals' }
  /** What was missed is not known: read everything anew. */
  | { readonly kind: 'reset' };

/** Reads an event of the stream; undefined for one that this page does not know, or that is spoilt. */
export function frameOf({ event, data }: StreamEvent): Frame | undefined {
  if (event === 'reset') return { kind: 'reset' };
  if (event === 'approvals') return { kind: 'approvals' };
  const value = parsed(data);
  const id = typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' ? value.id : undefined;
  if (id === undefined) return undefined;
  if (event === 'gone' || event === 'policy') return { kind: event, id };
  return event === 'release' && isRelease(value) ? { kind: 'release', release: value } : undefined;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/** The server holds itself to its own schema; this tells a release from something else altogether. */
function isRelease(value: unknown): value is ReleaseSummary {
  return typeof value === 'object' && value !== null && ['id', 'uid', 'name', 'namespace', 'policy', 'phase', 'outcome'].every((name) => name in value && typeof Reflect.get(value, name) === 'string')
    && 'stable' in value && 'canary' in value && 'step' in value;
}
