import { onCluster } from '../cluster-command.js';
import type { Connection } from '../connection.js';
import type { Shell } from '../shell.js';
import { serverIn, type PlaceOptions } from './options.js';
import type { ServerConnection } from './server-connection.js';

/** The two ways that a command can go. */
export interface Ways<T> {
  /** By the API of a server. It reads its own files only when it is gone. */
  readonly server: (server: ServerConnection) => Promise<T>;
  /** By a kubeconfig. */
  readonly cluster: (connection: Connection) => Promise<T>;
}

/** Goes the way that the options and the environment name, and closes the connection whatever happens. @throws CliError where they contradict each other */
export async function onServerOrCluster<T>(shell: Shell, options: PlaceOptions, { server, cluster }: Ways<T>): Promise<T> {
  const address = serverIn(shell.env, options);
  if (address === undefined) return onCluster(shell, options, cluster);
  const { connectServer } = await import('./server-connection.js');
  const connection = await connectServer(shell, address, options);
  try {
    return await server(connection);
  } finally {
    await connection.close();
  }
}
