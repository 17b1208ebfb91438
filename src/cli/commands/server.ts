import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { withExamples } from '../output/examples.js';
import { listenAddress } from '../server/listen-address.js';
import { logLevelOption } from '../server/server-log.js';
import { serveTogether, type SharedServerOptions } from '../server/shared-server.js';
import { untilStopped } from '../server/until-stopped.js';
import type { Shell } from '../shell.js';

const MORE = `Who signs in with a token of the cluster acts with that token. Who signs in by OpenID Connect is impersonated, or acts
with the ID token where the cluster takes it. Either way the cluster decides who may do what.`;

export function registerServer(program: Command, shell: Shell): void {
  const command = program
    .command('server')
    .option('--in-cluster', "use the Pod's own ServiceAccount")
    .option('--kubeconfig <file>', 'kubeconfig file (default: $KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--watch-namespace <name>', 'show this namespace only (default: all)')
    .option('--listen <[host]:port>', 'where to listen', listenAddress, { host: '127.0.0.1', port: 8080 })
    .option('--public-url <origin>', 'where people reach it, as in https://serin.example.com')
    .option('--host <name...>', 'more names by which it is reached, as of its Service; requests for others are refused')
    .option('--tls-cert-file <file>', 'certificate, PEM, for speaking TLS itself')
    .option('--tls-key-file <file>', 'and its key')
    .option('--trust-proxy', 'believe the last entry of X-Forwarded-For, which the proxy in front of it writes')
    .option('--oidc-issuer <url>', 'sign-in by OpenID Connect: the issuer')
    .option('--oidc-client-id <id>', 'under which the issuer knows Serin')
    .option('--oidc-client-secret-file <file>', 'what the issuer gave Serin (none for public clients)')
    .option('--oidc-name <name>', 'what the button says (default: the host of the issuer)')
    .option('--oidc-scopes <scopes>', 'what is asked for, with commas or blanks between (default: openid profile email)')
    .option('--oidc-user-claim <claim>', 'the claim that is the user (default: sub)')
    .option('--oidc-groups-claim <claim>', 'the claim that holds the groups (default: nobody has any)')
    .option('--oidc-user-prefix <prefix>', 'stands before each user, as in oidc:')
    .option('--oidc-groups-prefix <prefix>', 'stands before each group')
    .option('--oidc-known-to-cluster', 'the cluster takes ID tokens of this issuer and client itself')
    .option('--impersonate', 'act as people whom only this server knows; takes the right to impersonate them')
    .option('--webhook-secret <namespace/name>', 'the Secret that holds what senders of image events show')
    .option('--chats', 'take what people press in Slack and Lark')
    .addOption(logLevelOption())
    .option('--ready-file <file>', 'written when it listens')
    .action((options: SharedServerOptions) => server(shell, { ...options, version: program.version() ?? '' }));
  withExamples(command, [
    'serin server --in-cluster --listen :8080 --public-url https://serin.example.com',
    'serin server --kubeconfig server.kubeconfig --listen 127.0.0.1:8080',
  ], MORE);
}

async function server(shell: Shell, options: SharedServerOptions): Promise<void> {
  const running = await serveTogether(shell, options);
  try {
    if (options.readyFile !== undefined) await writeFile(options.readyFile, `${JSON.stringify({ pid: process.pid, url: running.url })}\n`);
    await untilStopped(shell.signal);
  } finally {
    await running.stop();
  }
}
