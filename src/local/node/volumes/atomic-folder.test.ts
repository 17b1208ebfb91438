import { mkdtemp, readdir, readFile, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeAtomically, type VolumeFile } from './atomic-folder.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serin-atomic-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = (text: string): VolumeFile => ({ data: Buffer.from(text), mode: 0o644 });
const read = (path: string): Promise<string> => readFile(join(folder, path), 'utf8');

it('holds exactly the files of the last write, and one generation of them', async () => {
  await writeAtomically(folder, new Map([['a', file('1')], ['deep/b', file('2')]]));
  expect([await read('a'), await read('deep/b')]).toEqual(['1', '2']);
  await writeAtomically(folder, new Map([['a', file('3')], ['c', file('4')]]));
  expect([await read('a'), await read('c')]).toEqual(['3', '4']);
  const names = await readdir(folder);
  expect(names.filter((name) => !name.startsWith('..')).sort()).toEqual(['a', 'c']);
  expect(names.filter((name) => name.startsWith('..'))).toHaveLength(2);
});

it('shows a name that an interrupted write left out', async () => {
  await writeAtomically(folder, new Map([['a', file('1')]]));
  await unlink(join(folder, 'a'));
  await writeAtomically(folder, new Map([['a', file('1')]]));
  expect(await read('a')).toBe('1');
});

it('leaves all as it was when files cannot be written', async () => {
  await writeAtomically(folder, new Map([['a', file('1')]]));
  const before = await readdir(folder);
  await expect(writeAtomically(folder, new Map([['a', file('2')], ['a/b', file('3')]]))).rejects.toThrow();
  expect(await readdir(folder)).toEqual(before);
  expect(await read('a')).toBe('1');
});
