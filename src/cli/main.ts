#!/usr/bin/env node
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { systemClock } from '../ports/clock.js';
import { COMPLETE, run } from './program.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
const stopping = new AbortController();
// One listener for each kind that a command watches, which is no leak.
setMaxListeners(100, stopping.signal);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => stopping.abort(new Error(signal)));
}
// A reader that went away (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// kubectl finds its plugins, and what completes their words, by the names of programs.
const calledBy = basename(process.argv[1] ?? '');
const completes = calledBy === 'kubectl_complete-serin';

process.exitCode = await run(
  { env: process.env, cwd: process.cwd(), stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, clock: systemClock, random: Math.random, signal: stopping.signal },
  version,
  [...(completes ? [COMPLETE] : []), ...process.argv.slice(2)],
  completes || calledBy === 'kubectl-serin' ? 'kubectl serin' : 'serin',
);
