import { createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../cluster/testing/until.js';
import { serinResources } from '../../model/resources.js';
import { systemClock } from '../../ports/clock.js';
import { VirtualClock } from '../../ports/virtual-clock.js';
import type { Rights } from '../rights.js';
import { FrameRing } from './frame-ring.js';
import { read, type StreamLimits } from './reader.js';
import { Viewer } from './viewer.js';

const everything: Rights = { may: () => Promise.resolve(true), require: () => Promise.resolve() };
const frame = (text: string) => ({ event: 'gone', namespace: 'shop', resource: serinResources.releases, asked: undefined, data: () => ({ id: text }) }) as const;

describe('a reader of the stream', () => {
  let server: Server;
  let ring: FrameRing;
  let limits: StreamLimits;
  let endings: string[];
  let rights: Rights;
  let clock: VirtualClock;
  const ending = new AbortController();
  beforeEach(async () => {
    ring = new FrameRing(8, 100);
    limits = { quiet: 15_000, stalled: 30_000 };
    clock = new VirtualClock();
    endings = [];
    rights = everything;
    const identity = { user: 'bob', groups: [], method: 'token' } as const;
    server = createServer(({ url }, out: ServerResponse) => {
      out.writeHead(200, { 'content-type': 'text/event-stream' });
      const viewer = new Viewer(rights, identity, systemClock, undefined);
      void read(out, { ring, viewer, clock, limits, lastEventId: undefined, signal: ending.signal }).then(() => endings.push(`${url}: ${out.writableEnded ? 'ended' : 'cut off'}`));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise<void>((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  }));

  /** Connects, and takes what comes unless it is the slow one. */
  function open(path: '/slow' | '/quick'): { text: () => string; close: () => void } {
    let text = '';
    const asked = request({ port: (server.address() as AddressInfo).port, path, agent: false }, (response) => {
      if (path === '/slow') return;
      response.setEncoding('utf8').on('data', (chunk: string) => (text = (text + chunk).slice(-10_000))).on('error', () => undefined);
    });
    asked.on('error', () => undefined).end();
    return { text: () => text, close: () => asked.destroy() };
  }

  it('is cut off when it takes nothing for too long; the others are not', async () => {
    const [slow, quick] = [open('/slow'), open('/quick')];
    await until(() => quick.text().includes('id: 100'), 'the stream');
    const large = 'x'.repeat(4_000_000);
    // More than any socket holds back.
    for (let count = 0; count < 6; count++) ring.push(frame(large));
    ring.push(frame('the last'));
    await until(() => quick.text().includes('{"id":"the last"}'), 'the quick one to have all');
    expect(endings).toEqual([]);
    await clock.advance(limits.stalled);
    await until(() => endings.length === 1, 'the slow one to be cut off');
    expect(endings).toEqual(['/slow: cut off']);
    ring.push(frame('afterwards'));
    await until(() => quick.text().includes('{"id":"afterwards"}'), 'what came afterwards');
    slow.close();
    quick.close();
  });

  it('is told to read everything anew when it has fallen behind what is kept', async () => {
    const reader = open('/quick');
    await until(() => reader.text().includes('id: 100'), 'the stream');
    // All in one turn, so that nothing is read between them.
    for (let count = 0; count < 20; count++) ring.push(frame(`frame ${count}`));
    await until(() => reader.text().includes('event: reset'), 'the reset');
    expect(reader.text()).toMatch(/id: 120\nevent: reset\ndata: \{\}\n\n/);
    reader.close();
    await until(() => endings.length === 1, 'its end');
  });

  it('is cut off where the cluster does not say any more what it may see', async () => {
    rights = { ...everything, may: () => Promise.reject(new Error('the token is not taken any more')) };
    const reader = open('/quick');
    await until(() => reader.text().includes('id: 100'), 'the stream');
    ring.push(frame('a secret'));
    await until(() => endings.length === 1, 'its end');
    expect([endings, reader.text().includes('secret')]).toEqual([['/quick: cut off'], false]);
  });
});

describe('the last frames', () => {
  it('are those after an id, or nothing where some are lost or never were', () => {
    const ring = new FrameRing(4, 1_000);
    expect(ring.after(1_000, 9)).toEqual([]);
    for (let count = 1; count <= 6; count++) ring.push(frame(String(count)));
    expect(ring.last).toBe(1_006);
    expect(ring.after(1_004, 9)?.map(({ id }) => id)).toEqual([1_005, 1_006]);
    expect(ring.after(1_002, 2)?.map(({ id }) => id)).toEqual([1_003, 1_004]);
    for (const lost of [1_001, 999, 17, 1_007, Number.NaN, 1.5]) expect(ring.after(lost, 9)).toBeUndefined();
  });

  it('are written once for all', () => {
    const ring = new FrameRing(4, 0);
    let written = 0;
    const made = ring.push({ ...frame(''), data: (mine) => (written++, { mine }) });
    expect([made.text(true), made.text(true), made.text(false), made.text(false), written]).toEqual(['id: 1\nevent: gone\ndata: {"mine":true}\n\n', made.text(true), 'id: 1\nevent: gone\ndata: {"mine":false}\n\n', made.text(false), 2]);
  });
});
