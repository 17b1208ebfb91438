/// <reference types="node" />
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import type { Frame } from './frame.js';
import { openStream, type Connection, type Stream } from './stream.js';

/** The page's clock runs this much faster here: silence then lasts two seconds, which a busy machine does not reach by itself. */
const FASTER = 20;
/** And this much where silence is waited for. */
const MUCH_FASTER = 200;
const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ended.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/api/v1/stream`;
}

function follow(url: string, faster = FASTER): { frames: Frame[]; states: Connection['state'][]; stream: Stream; signedOut: () => boolean } {
  const frames: Frame[] = [];
  const states: Connection['state'][] = [];
  let out = false;
  const stream = openStream({
    url,
    fetch: (input, init) => fetch(input, init),
    ticking: {
      now: () => performance.now() * faster,
      after: (milliseconds, call) => {
        const timer = setTimeout(call, milliseconds / faster);
        return () => clearTimeout(timer);
      },
    },
    random: () => 0.5,
    onFrame: (frame) => frames.push(frame),
    onConnection: ({ state }) => {
      if (states.at(-1) !== state) states.push(state);
    },
    onSignedOut: () => {
      out = true;
    },
  });
  ended.push(async () => await stream.stop());
  return { frames, states, stream, signedOut: () => out };
}

const begin = (response: ServerResponse): ServerResponse => response.writeHead(200, { 'content-type': 'text/event-stream' });

test('comes back after a cut and after errors, and says where it was', async () => {
  const asked: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    asked.push(request.headers['last-event-id']?.toString());
    if (asked.length === 2) {
      response.writeHead(503, { 'content-type': 'application/json' }).end('{}');
      return;
    }
    begin(response).write(`event: gone\nid: ${asked.length * 10}\ndata: {"id":"shop/web-${asked.length}"}\n\n`);
    if (asked.length === 1) setTimeout(() => response.destroy(), 5);
  });
  const { frames, states } = follow(url);
  await vi.waitFor(() => expect(frames).toHaveLength(2), { interval: 2 });
  expect(asked).toEqual([undefined, '10', '10']);
  expect(states).toEqual(['connecting', 'live', 'lost', 'live']);
});

test('goes on from an id that came without an event; without any id it asks to read everything anew', async () => {
  const asked: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    asked.push(request.headers['last-event-id']?.toString());
    begin(response).write(asked.length === 1 ? ': hello\n\n' : 'retry: 2000\nid: 41\n\n');
    if (asked.length < 3) setTimeout(() => response.destroy(), 5);
  });
  const { frames } = follow(url);
  await vi.waitFor(() => expect(asked).toEqual([undefined, undefined, '41']), { interval: 2 });
  expect(frames).toEqual([{ kind: 'reset' }]);
});

test('a line that says nothing for 40 s is given up; comments keep one alive', async () => {
  let connections = 0;
  const url = await serve((_, response) => {
    connections += 1;
    begin(response).write(': hello\n\n');
    // The second one is kept alive.
    if (connections === 2) {
      const timer = setInterval(() => response.write(':\n\n'), 40_000 / MUCH_FASTER / 8);
      response.on('close', () => clearInterval(timer));
    }
  });
  const { states } = follow(url, MUCH_FASTER);
  await vi.waitFor(() => expect(states).toEqual(['connecting', 'live', 'lost', 'live']), { interval: 2, timeout: 3_000 });
  await new Promise((resolve) => setTimeout(resolve, 1.5 * 40_000 / MUCH_FASTER));
  expect(connections).toBe(2);
});

test('ends when nobody is signed in any more', async () => {
  let connections = 0;
  const url = await serve((_, response) => {
    connections += 1;
    response.writeHead(401).end();
  });
  const { signedOut, stream } = follow(url);
  await vi.waitFor(() => expect(signedOut()).toBe(true), { interval: 2 });
  stream.retryNow();
  await stream.stop();
  expect(connections).toBe(1);
});

test('a suspended stream holds no connection, and goes on where it was', async () => {
  const asked: (string | undefined)[] = [];
  let open = 0;
  const url = await serve((request, response) => {
    asked.push(request.headers['last-event-id']?.toString());
    open += 1;
    response.on('close', () => {
      open -= 1;
    });
    begin(response).write('event: approvals\nid: 5\ndata: {}\n\n');
  });
  const { frames, stream } = follow(url);
  await vi.waitFor(() => expect(frames).toHaveLength(1), { interval: 2 });
  stream.suspend();
  await vi.waitFor(() => expect(open).toBe(0), { interval: 2 });
  expect(asked).toHaveLength(1);
  stream.resume();
  await vi.waitFor(() => expect(frames).toHaveLength(2), { interval: 2 });
  expect(asked).toEqual([undefined, '5']);
});
