import { isRecord } from '../../kubernetes/json.js';
import type { Release } from '../../model/release.js';

/** Why a release has not begun. */
export interface Held {
  readonly for: 'approval' | 'freeze' | 'place';
  readonly window?: string;
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []);

/** What a release that has not begun waits for, by its status; undefined for one that has. */
export function heldOf({ status }: Release): Held | undefined {
  const held: unknown = status && Reflect.get(status, 'held');
  if (!isRecord(held)) return undefined;
  const [what, window] = [held['for'], held['window']];
  return { for: what === 'freeze' || what === 'approval' ? what : 'place', ...(typeof window === 'string' ? { window } : {}) };
}

/** Whose consent is wanted before a release begins. */
export function consentOf({ spec }: Release): { readonly wanted: number; readonly users: readonly string[]; readonly groups: readonly string[] } {
  const consent: unknown = Reflect.get(spec, 'consent');
  const fields = isRecord(consent) ? consent : {};
  const wanted = fields['approvals'];
  return { wanted: typeof wanted === 'number' ? wanted : 1, users: texts(fields['users']), groups: texts(fields['groups']) };
}
