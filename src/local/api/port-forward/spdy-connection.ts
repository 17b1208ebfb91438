import type { Duplex } from 'node:stream';
import { HeaderBlocks } from './header-blocks.js';
import { SpdyError } from './spdy-error.js';
import { FrameReader, pingFrame, replyFrame, RESET, resetFrame, type Frame } from './spdy-frames.js';
import { SpdyStream } from './spdy-stream.js';

/** More streams than this at once are refused; kubectl opens two for each connection to its port. */
const MOST_STREAMS = 2000;

/** Decides on a stream that a peer opens, by its headers: what is to be done with it, or undefined to refuse it. */
export type Accept = (headers: ReadonlyMap<string, string>, id: number) => ((stream: SpdyStream) => void) | undefined;

/**
 * Serves the streams that a peer opens on a connection, and resolves when it has ended: closed by either side, or
 * because the peer does not speak SPDY/3.1. Owns the connection. A stream that nobody reads stops the reading of all,
 * once it is full: SPDY/3.1 as Kubernetes speaks it has no windows.
 */
export async function serveSpdy(connection: Duplex, accept: Accept): Promise<void> {
  const streams = new Map<number, SpdyStream>();
  const blocks = new HeaderBlocks();
  const reader = new FrameReader();
  const send = (frame: Buffer, done: (error?: Error | null) => void = () => undefined): void => {
    if (connection.writable) connection.write(frame, done);
    else done(new Error('the connection is closed'));
  };
  let last = 0;

  const open = async ({ stream: id, fin, headers }: Extract<Frame, { type: 'open' }>): Promise<void> => {
    const values = await blocks.read(headers);
    if (id % 2 === 0 || id <= last) return send(resetFrame(id, RESET.protocolError));
    last = id;
    const accepted = streams.size < MOST_STREAMS ? accept(values, id) : undefined;
    if (accepted === undefined) return send(resetFrame(id, RESET.refused));
    const stream = new SpdyStream(id, values, send);
    streams.set(id, stream);
    // Who reads or writes it hears of errors; what nobody handles must not end the process.
    stream.on('error', () => undefined);
    stream.once('close', () => streams.delete(id));
    send(replyFrame(id, blocks.empty()));
    if (fin) stream.finish();
    accepted(stream);
  };

  const take = async (frame: Frame): Promise<void> => {
    switch (frame.type) {
      case 'open':
        return open(frame);
      case 'data':
        await streams.get(frame.stream)?.receive(frame.bytes);
        if (frame.fin) streams.get(frame.stream)?.finish();
        return;
      case 'headers':
        // Nobody asks for them, but all blocks are one compressed text.
        await blocks.read(frame.headers);
        if (frame.fin) streams.get(frame.stream)?.finish();
        return;
      case 'reset':
        return streams.get(frame.stream)?.dropped(new Error('the client reset the stream'));
      case 'ping':
        // Those with an even number answer ours, and there are none.
        return frame.id % 2 === 1 ? send(pingFrame(frame.id)) : undefined;
      case 'go-away':
      case 'other':
        return;
    }
  };

  const drop = (): void => {
    blocks.close();
    for (const stream of [...streams.values()]) stream.dropped(new Error('the connection is closed'));
  };
  // Also while a stream that nobody reads holds up the loop below.
  connection.once('close', drop);
  try {
    for await (const chunk of connection) {
      for (const frame of reader.read(chunk as Buffer)) await take(frame);
    }
  } catch (error) {
    // Whoever breaks off, or speaks something else, is simply left.
    if (!(error instanceof SpdyError || isBroken(error))) throw error;
  } finally {
    connection.destroy();
    drop();
  }
}

/** Errors of sockets and streams have codes; mistakes of ours have none. */
const isBroken = (error: unknown): boolean => error instanceof Error && 'code' in error;
