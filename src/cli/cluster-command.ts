import { connect, type Connection, type ConnectionOptions } from './connection.js';
import type { Shell } from './shell.js';

/** Does work on the cluster that the options name, and closes the connection whatever happens. */
export async function onCluster<T>(shell: Shell, options: ConnectionOptions, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = shell.connect ? await shell.connect(options) : await connect(shell, options);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
