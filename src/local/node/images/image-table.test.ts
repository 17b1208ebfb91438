import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ImageTable, parseImageTable } from './image-table.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'serin-images-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function table(content: unknown): Promise<ImageTable> {
  const file = join(directory, 'images.json');
  await writeFile(file, JSON.stringify(content));
  return new ImageTable([file]);
}

it('prefers an exact entry, then the longest pattern', async () => {
  const images = await table({ 'shop/*': { command: ['any'] }, 'shop/cart:*': { command: ['cart'] }, 'shop/cart:v1': { command: ['first'] }, nginx: { command: ['web'] } });
  const program = async (image: string) => (await images.find(image)).command[0];
  expect(await program('shop/cart:v1')).toBe('first');
  expect(await program('shop/cart:v2')).toBe('cart');
  expect(await program('shop/other')).toBe('any');
  for (const nginx of ['nginx', 'nginx:latest', 'docker.io/library/nginx', 'docker.io/library/nginx:latest@sha256:00']) expect(await program(nginx)).toBe('web');
});

it('names image, table and remedy of an image in no table, and finds it once it is there', async () => {
  const images = await table({});
  await expect(images.find('a:1')).rejects.toThrow(`image "a:1" stands for no local program: it is not in the image table ${join(directory, 'images.json')}; add "a:1": {"command": ["…"]} there`);
  await table({ 'a:1': { command: ['sh'], workingDirectory: 'sub' } });
  expect((await images.find('a:1')).workingDirectory).toBe(join(directory, 'sub'));
});

it.each([
  ['{', 'is no JSON'],
  ['[]', 'must be an object of images'],
  ['{"a": {"command": []}}', '"a".command: must name a program'],
  ['{"a": {"comand": ["x"]}}', '"a": unknown field "comand"; there are command'],
  ['{"a": {"command": ["x"], "env": {"B": 1}}}', '"a".env.B: must be a string'],
])('names the place in %s', (text, message) => {
  expect(() => parseImageTable(text, '/t/images.json')).toThrow(message);
  expect(() => parseImageTable(text, '/t/images.json')).toThrow('/t/images.json');
});
