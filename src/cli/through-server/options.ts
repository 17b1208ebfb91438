import type { Command } from 'commander';
import type { ConnectionOptions } from '../connection.js';
import { CliError, exitCodes } from '../errors.js';
import type { Shell } from '../shell.js';

/** Options of a command that may go through a server, beside those that say which cluster is meant. */
export interface ServerOptions {
  readonly server?: string;
  readonly tokenFile?: string;
  readonly certificateAuthority?: string;
}

/** All options that say where a command goes. */
export type PlaceOptions = ConnectionOptions & ServerOptions;

/** Adds the options that lead a command through a server; last, because they say what other options mean then. */
export function withServerOptions(command: Command): Command {
  command
    .option('--server <url>', 'go through the serin server or dashboard at this address instead (default: $SERIN_SERVER, unless an option names a cluster)')
    .option('--token-file <file>', 'with --server: a token of the cluster (default: that of the user of a named --kubeconfig or --context, then $SERIN_TOKEN)')
    .option('--certificate-authority <file>', "with --server: whom to trust for its certificate, PEM (default: whom this machine trusts)");
  const hasFormats = command.options.some(({ long }) => long === '--output');
  return hasFormats ? command.addHelpText('after', '\nWith --server, -o json and -o yaml print what its API answers, as it is.') : command;
}

/**
 * The address of the server that is meant; undefined where the cluster is. What stands on the command line goes before the environment.
 * @throws CliError where the options contradict each other
 */
export function serverIn(env: Shell['env'], { server, kubeconfig, context, local, tokenFile, certificateAuthority }: PlaceOptions): string | undefined {
  if (server !== undefined && local !== undefined) throw new CliError('--server and --local name two places; leave one of them out.', exitCodes.usage);
  const namesCluster = (kubeconfig ?? context ?? local) !== undefined;
  const meant = server ?? (namesCluster || env['SERIN_SERVER'] === '' ? undefined : env['SERIN_SERVER']);
  const alone = tokenFile !== undefined ? '--token-file' : certificateAuthority !== undefined ? '--certificate-authority' : undefined;
  if (meant === undefined && alone !== undefined) throw new CliError(`${alone} is for a server; name one with --server.`, exitCodes.usage);
  return meant;
}
