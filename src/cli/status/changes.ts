import { formatShare } from '../output/quantities.js';
import { formatClock } from '../output/times.js';
import type { DrawnStatus } from './drawn.js';

/** What was said already, so that only news is said again. */
export interface Told {
  readonly release?: string;
  readonly entry: number;
  readonly message: string;
  readonly shares: string;
}

export const nothingTold: Told = { entry: 0, message: '', shares: '' };

/** What is new in a status, as plain lines with times. @param now milliseconds since the epoch */
export function newsOf({ release, message }: Pick<DrawnStatus, 'release' | 'message'>, told: Told, now: number): { readonly lines: string[]; readonly told: Told } {
  const name = release?.name;
  const log = release?.log ?? [];
  const known = name === told.release ? told.entry : 0;
  const fresh = log.filter(({ number }) => number > known);
  const lines = fresh.map((entry) => `${formatClock(entry.time)} ${name ?? ''}: ${entry.text}`);
  const time = formatClock(new Date(now).toISOString());
  const accepted = release?.shares.accepted?.canary;
  const shares = accepted === undefined ? (name === told.release ? told.shares : '') : formatShare(accepted);
  if (shares !== '' && shares !== told.shares) lines.push(`${time} ${name ?? ''}: the canary receives ${shares}`);
  const said = fresh.some(({ text }) => text === message);
  if (message !== told.message && !said) lines.push(`${time} ${message}`);
  return { lines, told: { ...(name === undefined ? {} : { release: name }), entry: log.at(-1)?.number ?? 0, message, shares } };
}
