import { print, type Shell } from '../shell.js';

/** Where a status is followed: lines that are drawn anew on a terminal, else a line for each change. */
export interface Display {
  readonly isLive: boolean;
  /** @param lines the whole, of at most so many rows @param news what is new in it */
  show(lines: (rows: number) => readonly string[], news: readonly string[]): void;
  close(): void;
}

export async function openDisplay(shell: Pick<Shell, 'stdout'>): Promise<Display> {
  const { stdout } = shell;
  if (stdout.isTTY !== true) {
    return {
      isLive: false,
      show(_lines, news) {
        for (const line of news) print(shell, line);
      },
      close: () => undefined,
    };
  }
  const live = (await import('log-update')).createLogUpdate(stdout as NodeJS.WriteStream);
  return { isLive: true, show: (lines) => live(lines((stdout.rows ?? 24) - 1).join('\n')), close: () => live.done() };
}
