import { describeEntry } from '../../model/messages.js';
import { formatShare } from '../output/quantities.js';
import { formatClock } from '../output/times.js';
import type { StatusView } from './view.js';

/** What was said already, so that only news is said again. */
export interface Told {
  readonly release?: string;
  readonly entry: number;
  readonly message: string;
  readonly shares: string;
}

export const nothingTold: Told = { entry: 0, message: '', shares: '' };

/** What is new in a view, as plain lines with times. @param now milliseconds since the epoch */
export function newsOf(view: StatusView, told: Told, now: number): { readonly lines: string[]; readonly told: Told } {
  const { release, message } = view;
  const name = release?.metadata.name;
  const log = release?.status?.log ?? [];
  const known = name === told.release ? told.entry : 0;
  const fresh = log.filter(({ number }) => number > known);
  const lines = fresh.map((entry) => `${formatClock(entry.time)} ${name ?? ''}: ${describeEntry(entry)}`);
  const time = formatClock(new Date(now).toISOString());
  const accepted = release?.status?.shares?.accepted?.canary;
  const shares = accepted === undefined ? (name === told.release ? told.shares : '') : formatShare(accepted);
  if (shares !== '' && shares !== told.shares) lines.push(`${time} ${name ?? ''}: the canary receives ${shares}`);
  const said = fresh.some((entry) => describeEntry(entry) === message);
  if (message !== told.message && !said) lines.push(`${time} ${message}`);
  return { lines, told: { ...(name === undefined ? {} : { release: name }), entry: log.at(-1)?.number ?? 0, message, shares } };
}
