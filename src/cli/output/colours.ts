import picocolors from 'picocolors';
import type { Shell } from '../shell.js';

/** What colours mean here; each leaves text as it is where there are none. */
export interface Colours {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
}

const same = (text: string): string => text;
export const noColours: Colours = { good: same, bad: same, warning: same, strong: same, faint: same };

/** Colours on a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`. */
export function coloursOf({ stdout, env }: Pick<Shell, 'stdout' | 'env'>): Colours {
  const wanted = stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  if (!wanted) return noColours;
  const { green, red, yellow, bold, dim } = picocolors.createColors(true);
  return { good: green, bad: red, warning: yellow, strong: bold, faint: dim };
}
