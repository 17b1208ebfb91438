import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a person sits, as far as it can be told. */
export interface Seat {
  readonly platform: NodeJS.Platform;
  readonly terminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The program that opens a page for this person; undefined where nobody would see it: no terminal, no display, or over ssh. */
export function opener({ platform, terminal, env }: Seat): string | undefined {
  if (!terminal || env['CI'] !== undefined || env['SSH_CONNECTION'] !== undefined) return undefined;
  if (platform === 'darwin') return 'open';
  return platform === 'linux' && (env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined) ? 'xdg-open' : undefined;
}

/** A page that leads to the link at once. */
export function leadingPage(link: string): string {
  const escaped = link.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=${escaped}"><title>Serin</title><a href="${escaped}">Serin</a>\n`;
}

/**
 * Opens a link by way of a file that only its owner may read: arguments of programs are read by everybody on the machine.
 * Whether it worked is not told: the link was printed, too.
 * @returns what removes the file
 */
export async function openLink(program: string, link: string): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'serin-page-'));
  const file = join(folder, 'serin.html');
  await writeFile(file, leadingPage(link), { mode: 0o600 });
  const child = spawn(program, [file], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
  return () => rm(folder, { recursive: true, force: true });
}
