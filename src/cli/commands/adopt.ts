import type { Command } from 'commander';
import { isNotFound } from '../../cluster/api-error.js';
import { serinResources } from '../../model/resources.js';
import { adoptionOf, nextOf, type Adoption, type AdoptTarget } from '../adopt/adoption.js';
import { atWork } from '../adopt/at-work.js';
import { runAdopt } from '../adopt/run-adopt.js';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type Connection, type ConnectionOptions } from '../connection.js';
import { CliError, exitCodes } from '../errors.js';
import { withExamples } from '../output/examples.js';
import { note, print, type Shell } from '../shell.js';

interface AdoptOptions extends ConnectionOptions {
  readonly dryRun?: boolean;
  readonly stopped?: boolean;
}

export function registerAdopt(program: Command, shell: Shell): void {
  const command = program
    .command('adopt')
    .argument('<object>', 'rollout/NAME or canary/NAME')
    .option('--dry-run', 'print the steps without doing anything')
    .option('--stopped', 'the other controller is stopped: do not ask when it wrote last')
    .action((object: string, options: AdoptOptions) => adopt(shell, object, options));
  withConnectionOptions(command);
  withExamples(command, ['serin adopt rollout/web --dry-run', 'serin adopt rollout/web -n shop', 'serin adopt canary/web --stopped'],
    'Stop the other controller first. New Pods are ready before Services lead to them, and old ones end when no request reaches\nthem. May be interrupted and run again at any moment: it goes on from what stands there.\nA Rollout that is to stay one needs none of this: Serin runs Rollouts as they are with --frontends=argo.');
}

async function adopt(shell: Shell, text: string, options: AdoptOptions): Promise<void> {
  const { kind, name } = parse(text);
  await onCluster(shell, options, async (connection) => {
    const target: AdoptTarget = { kind, name, namespace: connection.namespace };
    try {
      await takeOver(shell, connection, target, options);
    } catch (error) {
      if (shell.signal.aborted && options.dryRun !== true) note(shell, `Stopped on the way; what is done stays, and requests are served. Go on with: serin adopt ${kind}/${name} -n ${target.namespace}`);
      throw error;
    }
  });
}

function parse(text: string): Pick<AdoptTarget, 'kind' | 'name'> {
  const [, kind, name] = /^(rollouts?|ro|canary|canaries|cd)(?:\.(?:argoproj\.io|flagger\.app))?\/(.+)$/.exec(text) ?? [];
  if (kind === undefined || name === undefined) throw new CliError(`"${text}": write rollout/NAME for a Rollout of Argo, or canary/NAME for a Canary of Flagger.`, exitCodes.usage);
  return { kind: kind.startsWith('ro') ? 'rollout' : 'canary', name };
}

async function takeOver(shell: Shell, { client, namespace }: Connection, target: AdoptTarget, { dryRun = false, stopped = false }: AdoptOptions): Promise<void> {
  const { clock, signal } = shell;
  const title = `${target.kind === 'rollout' ? 'Rollout' : 'Canary'} ${target.name}`;
  const tell = (line: string): void => print(shell, line);
  const policy = await client.find(serinResources.releasePolicies, { namespace, name: target.name }, { signal });
  // An unknown kind and an absent object look the same.
  if (!policy) await client.list(serinResources.releasePolicies, { namespace, signal }).catch((error: unknown) => {
    throw isNotFound(error) ? new CliError("the cluster does not know Serin's kinds. Put Serin on it first: serin install.") : error;
  });
  const adoption = await adoptionOf(target, { client, signal }, clock);
  if (!adoption) {
    if (!policy) throw new CliError(`there is no ${title} in namespace ${namespace}.`);
    print(shell, `${title} is gone, and ReleasePolicy ${target.name} is there: nothing is left to do.`);
    return;
  }
  const others = await atWork(adoption.former, adoption.object, stopped, { client, signal, clock, tell: (line) => note(shell, line) });
  if (others !== undefined) throw new CliError(others);
  if (dryRun) return preview(shell, adoption);
  const first = await nextOf(adoption);
  if (first.do === 'refuse') throw new CliError(first.why);
  for (const each of adoption.notes) note(shell, `Note: ${each}`);
  await runAdopt(namespace, () => nextOf(adoption), { client, signal, clock, tell });
  print(shell, `${title} is ReleasePolicy ${target.name} now. A new version goes out when its Deployment changes; take ${title} out of your manifests.`);
}

async function preview(shell: Shell, adoption: Adoption): Promise<void> {
  const found = await adoption.look();
  if (!found) return;
  if ('refused' in found) throw new CliError(found.refused);
  for (const each of adoption.notes) note(shell, `Note: ${each}`);
  found.steps.forEach(({ title }, index) => print(shell, `${String(index + 1).padStart(2)}. ${title}`));
}
