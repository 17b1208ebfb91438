import type { Command } from 'commander';
import { customResourceDefinitions } from '../../model/custom-resources.js';
import { onCluster } from '../cluster-command.js';
import { CliError } from '../errors.js';
import { keptLines, migrateStorage, migrationLine } from '../install/stored-versions.js';
import { withExamples } from '../output/examples.js';
import { note, print, type Shell } from '../shell.js';

interface MigrateOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly local?: string | boolean;
}

export function registerMigrate(program: Command, shell: Shell): void {
  const command = program
    .command('migrate')
    .option('--kubeconfig <file>', 'kubeconfig file (default: $KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--local [name]', 'the local cluster of this name (default: "default") instead of a kubeconfig')
    .action((options: MigrateOptions) => migrate(shell, options));
  withExamples(command, ['serin migrate'], 'serin install does it, too. By itself it is for what Helm or kubectl installed, between one version of Serin and the next.');
}

async function migrate(shell: Shell, options: MigrateOptions): Promise<void> {
  await onCluster(shell, { ...options }, async ({ client }) => {
    const { clock, signal } = shell;
    let [done, kept] = [0, 0];
    for (const { metadata: { name } } of customResourceDefinitions()) {
      const migration = await migrateStorage(name, { client, clock, signal });
      if (!migration) continue;
      print(shell, migrationLine(migration));
      for (const line of keptLines(migration)) note(shell, line);
      [done, kept] = [done + 1, kept + migration.kept.length];
    }
    if (done === 0) print(shell, "All objects of Serin's kinds are stored in their present version.");
    if (kept > 0) throw new CliError(`${kept} of Serin's objects ${kept === 1 ? 'was' : 'were'} left as stored.`);
  });
}
