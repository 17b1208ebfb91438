import { createLogUpdate } from 'log-update';
import pc from 'picocolors';
import type { Shell } from '../shell.js';
import { demoScreen } from './demo-screen.js';
import type { DemoState, Happening } from './demo-state.js';

/** Shows a demo to a person. */
export interface DemoDisplay {
  happened(what: Happening): void;
  /** Says something that has to stay as it is, such as a link: it stands above the picture. */
  say(what: Happening): void;
  draw(state: DemoState): void;
  /** Leaves the last picture standing. */
  end(): void;
}

/** A picture that is redrawn where there is a terminal; else a line for each thing that happened, and one now and then. */
export function createDisplay(shell: Shell, plain: boolean): DemoDisplay {
  return shell.stdout.isTTY && !plain ? terminalDisplay(shell) : lineDisplay(shell);
}

function terminalDisplay({ stdout, env }: Shell): DemoDisplay {
  const colours = pc.createColors(env['NO_COLOR'] === undefined);
  const update = createLogUpdate(stdout);
  return {
    happened: () => undefined,
    // The picture is broken into lines of the terminal's width; a link would be of no use then.
    say({ text }) {
      update.clear();
      stdout.write(`${text}\n\n`);
    },
    draw: (state) => update(demoScreen(state, colours).join('\n')),
    end: () => update.done(),
  };
}

/** Seconds between two lines that only tell numbers. */
const NUMBERS_EVERY = 5;

function lineDisplay({ stdout }: Shell): DemoDisplay {
  let next = NUMBERS_EVERY;
  const line = (second: number, text: string): void => void stdout.write(`${String(second).padStart(4)} s  ${text}\n`);
  return {
    happened: ({ second, text }) => line(second, text),
    say: ({ second, text }) => line(second, text),
    draw({ second, sent, failed, totals, recent, release }) {
      if (second < next || sent === 0) return;
      next = second + NUMBERS_EVERY;
      const { asked, accepted } = release?.status?.shares ?? {};
      const shares = asked ? `; canary's share asked ${asked.canary / 10} %, accepted ${(accepted?.canary ?? 0) / 10} %` : '';
      const versions = totals.map(({ version, answered, failed: bad }) => `${version}: ${answered} answered, ${bad} failed, now ${Math.round((recent[version] ?? 0) * 100)} %`);
      line(second, `${sent} requests, ${failed} failed${shares} (${versions.join('; ')})`);
    },
    end: () => undefined,
  };
}
