import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { print, type Shell } from '../shell.js';
import { typedPlace, wanted, type Word } from './wanted.js';

/** What a shell does beside offering the words: these numbers are also those that kubectl expects of its plugins. */
const OFFER = { files: 0, wordsAlone: 4 } as const;

/** Nobody waits longer than this for a name. */
const PATIENCE_MILLISECONDS = 2000;

/**
 * Prints what could stand at the end of a command line, one to a line with its meaning behind a tab; at last a colon and a
 * number that says whether files may be offered. Says nothing about what goes wrong, because somebody is typing.
 */
export async function complete(shell: Shell, program: Command, words: readonly string[]): Promise<void> {
  const asked = wanted(program, words);
  for (const { word, meaning } of await wordsFor(shell, asked, words)) print(shell, meaning === '' ? word : `${word}\t${meaning}`);
  print(shell, `:${asked.kind === 'files' ? OFFER.files : OFFER.wordsAlone}`);
}

async function wordsFor(shell: Shell, asked: ReturnType<typeof wanted>, words: readonly string[]): Promise<readonly Word[]> {
  if (asked.kind === 'words') return asked.words;
  if (asked.kind !== 'names') return [];
  const { before, of, mayUseServer } = asked;
  // Read only here: most words are completed without a cluster.
  const { namesOf } = await import('./names.js');
  const names = await inTime(shell, (signal) => namesOf({ ...shell, signal, stderr: silence() }, of, { ...typedPlace(words), mayUseServer }));
  const current = words.at(-1) ?? '';
  return names.map((name) => ({ word: `${before}${name}`, meaning: '' })).filter(({ word }) => word.startsWith(current));
}

/** The result of some work; nothing where it fails or takes too long. */
async function inTime(shell: Shell, work: (signal: AbortSignal) => Promise<string[]>): Promise<string[]> {
  const ending = new AbortController();
  const signal = AbortSignal.any([shell.signal, ending.signal]);
  const late = shell.clock.sleep(PATIENCE_MILLISECONDS, signal).then(() => [], () => []);
  try {
    return await Promise.race([work(signal), late]);
  } catch {
    return [];
  } finally {
    ending.abort();
  }
}

const silence = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });
