import { createServer, type Server } from 'node:net';

/** Listens, if that address is ours and free. @returns undefined otherwise */
export function tryListen(host: string, port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/**
 * A port of this address that is free at this moment.
 * @throws Error when the address is not of this machine
 */
export async function freePort(host: string): Promise<number> {
  const server = await tryListen(host, 0);
  const address = server?.address();
  if (server === undefined || address === null || address === undefined || typeof address === 'string') {
    throw new Error(`cannot listen on ${host}: it is no address of this machine`);
  }
  await closeServer(server);
  return address.port;
}
