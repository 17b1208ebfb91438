import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/ports/clock.js';
import type { TestCluster } from './local-cluster.js';

const CLI = join(process.env['SERIN_DIST'] ?? join(import.meta.dirname, '../../dist'), 'cli/main.js');
/** Milliseconds. */
const PATIENCE = 30_000;

/** The door for webhooks, as a person opens it beside a local cluster. */
export interface WebhookDoorProcess {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts `serin dashboard`, which takes webhooks from who knows this name and password. */
export async function startWebhookDoor(cluster: TestCluster, username: string, password: string): Promise<WebhookDoorProcess> {
  const file = join(cluster.directory, 'webhook-password');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  const child = spawn(process.execPath, [CLI, 'dashboard', '--kubeconfig', cluster.kubeconfig, '--port', '0', '--no-open', '--webhook-user', username, '--webhook-password-file', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-20_000)));
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  const urlSaid = (): string | undefined => /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(said)?.[0];
  for (const end = systemClock.monotonic() + PATIENCE; urlSaid() === undefined; await systemClock.sleep(50)) {
    if (child.exitCode === null && systemClock.monotonic() < end) continue;
    if (child.exitCode === null) await stop();
    throw new Error(`serin dashboard does not serve: ${said}`);
  }
  return { url: urlSaid() ?? '', stop };
}
