import { parseArgs } from 'node:util';
import { systemClock } from '../../ports/clock.js';
import { Supervisor } from './supervisor.js';

const { directory } = parseArgs({ options: { directory: { type: 'string' } } }).values;
if (directory === undefined) throw new Error('--directory is missing');

try {
  const supervisor = await Supervisor.claim(directory, systemClock);
  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    stopping ??= supervisor.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // The terminal that started it may go away.
  process.on('SIGHUP', () => undefined);
  void supervisor
    .ownerEnded()
    .then(() => (stopping ??= supervisor.stop().then(() => supervisor.removeFolder())))
    .finally(() => process.exit(0));
  await supervisor.start();
  // Runners wait for their processes; those and the reservation keep this process alive until it is stopped.
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
