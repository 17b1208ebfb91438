import fc from 'fast-check';
import { expect, it } from 'vitest';
import { blocksOf, type StreamBlock } from './event-stream.js';

async function blocksIn(chunks: readonly string[]): Promise<StreamBlock[]> {
  const blocks: StreamBlock[] = [];
  for await (const block of blocksOf(toStream(chunks))) blocks.push(block);
  return blocks;
}

async function* toStream(chunks: readonly string[]): AsyncGenerator<string> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

const stream = 'retry: 2000\nid: 7\n\n: still here\nid: 8\n\nid: 9\r\nevent: release\r\ndata: {"a":\r\ndata:1}\r\n\r\nevent: reset\ndata: {}\n\nid: 10\nevent: gone\ndata: {"cut';
const blocks: readonly StreamBlock[] = [
  { id: '7', event: 'message', data: undefined },
  { id: '8', event: 'message', data: undefined },
  { id: '9', event: 'release', data: '{"a":\n1}' },
  { id: undefined, event: 'reset', data: '{}' },
];

it('reads blocks however they are cut, and drops one that has not ended', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.nat(stream.length), { maxLength: 12 }), async (cuts) => {
    const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
    expect(await blocksIn(places.slice(1).map((end, index) => stream.slice(places[index], end)))).toEqual(blocks);
  }));
});
