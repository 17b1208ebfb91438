import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventStreamParser, type StreamEvent } from './event-stream-parser.js';
import { frameOf } from './frame.js';
import { someRelease } from '../testing/some-release.js';

function parsed(pieces: readonly string[]): (StreamEvent | string)[] {
  const events: (StreamEvent | string)[] = [];
  const parse = createEventStreamParser((event) => events.push(event), (id) => events.push(id));
  for (const piece of pieces) parse(piece);
  return events;
}

const WHOLE = ': hello\n\nevent: gone\nid: 7\ndata: {"id":\ndata: "a/b"}\n\n\nid: 8\n\ndata:x\r\n\r\nevent: reset\ndata: {}\n\nevent: cut\ndata: off';

test('reads events with their ids and data of several lines, and leaves comments and what is not complete', () => {
  expect(parsed([WHOLE])).toEqual([
    { event: 'gone', data: '{"id":\n"a/b"}' }, '7',
    '8',
    { event: 'message', data: 'x' },
    { event: 'reset', data: '{}' },
  ]);
});

test('wherever a stream is cut into pieces, its events are the same', () => {
  fc.assert(fc.property(fc.array(fc.nat(WHOLE.length), { maxLength: 12 }), (cuts) => {
    const places = [0, ...cuts.sort((a, b) => a - b), WHOLE.length];
    expect(parsed(places.slice(1).map((end, index) => WHOLE.slice(places[index], end)))).toEqual(parsed([WHOLE]));
  }), { numRuns: 200 });
});

test('what is spoilt or unknown is left out', () => {
  const frame = (event: string, data: string) => frameOf({ event, data });
  expect(frame('release', JSON.stringify(someRelease('shop/web')))).toMatchObject({ kind: 'release', release: { id: 'shop/web' } });
  expect(frame('release', '{"id":"shop/web"}')).toBeUndefined();
  expect(frame('release', '{')).toBeUndefined();
  expect(frame('gone', '{"id":"shop/web"}')).toEqual({ kind: 'gone', id: 'shop/web' });
  expect(frame('gone', 'null')).toBeUndefined();
  expect(frame('tomorrow', '{"id":"shop/web"}')).toBeUndefined();
  expect(frame('reset', '')).toEqual({ kind: 'reset' });
});
