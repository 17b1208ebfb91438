import { InvalidArgumentError, type Command } from 'commander';
import type { ClusterClient } from '../../cluster/client.js';
import type { InstalledObject } from '../../installation/objects.js';
import { installedKinds } from '../../installation/kinds.js';
import { DEFAULT_NAMESPACE } from '../../installation/parts/workload.js';
import { yamlText } from '../../installation/template/yaml-text.js';
import type { CustomResourceDefinition } from '../../kubernetes/generated/apiextensions-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { parseDuration } from '../../model/duration.js';
import { onCluster } from '../cluster-command.js';
import { CliError, exitCodes } from '../errors.js';
import { kindName, servedKinds } from '../install/cluster-kinds.js';
import { droppedFields } from '../install/dropped-fields.js';
import { definitionsOfOthers } from '../install/foreign-definitions.js';
import { untilLeading } from '../install/leading.js';
import { otherController } from '../install/others.js';
import { managerOf, presentObjects } from '../install/present.js';
import { putObjects, titleOf } from '../install/put.js';
import { missingRights } from '../install/rights.js';
import { betweenVersions, keptLines, migrateStorage, migrationLine } from '../install/stored-versions.js';
import { MANAGER, wantedObjects, wantedValues, type WantedOptions } from '../install/wanted.js';
import { frontends, FRONTENDS_HELP } from '../frontends-option.js';
import { withExamples } from '../output/examples.js';
import { note, print, type Shell } from '../shell.js';

interface InstallOptions extends WantedOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly local?: string | boolean;
  readonly dryRun?: boolean;
  readonly wait: boolean;
  readonly timeout: string;
}

export function registerInstall(program: Command, shell: Shell): void {
  const command = program
    .command('install')
    .option('-n, --namespace <name>', 'where the controllers run', DEFAULT_NAMESPACE)
    .option('--image <reference>', 'the image of the controllers, as in registry.example.com/serin:1.2.3')
    .option('--watch-namespace <name>', 'work in this namespace only, without rights in any other (default: in all)')
    .option('--replicas <number>', 'how many controllers run (default: 2)', counted)
    .option('-f, --values <file>', "values as of the Helm chart; flags win over what is in it")
    .option('--frontends <names>', FRONTENDS_HELP, frontends)
    .option('--no-crds', "leave out the definitions of Serin's kinds")
    .option('--dry-run', 'print the objects as YAML and ask no cluster')
    .option('--no-wait', 'do not wait until a controller leads')
    .option('--timeout <duration>', 'how long to wait, as in 90s or 5m', '3m')
    .option('--kubeconfig <file>', 'kubeconfig file (default: $KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--local [name]', 'the local cluster of this name (default: "default") instead of a kubeconfig')
    .action((options: InstallOptions) => install(shell, options, program.version() ?? ''));
  withExamples(command, ['serin install --image registry.example.com/serin:1.2.3', 'serin install -f values.yaml --dry-run', 'serin install --image registry.example.com/serin:1.2.3 -n shop --watch-namespace shop'],
    'By server-side apply, with the field manager serin; may be run again. What an earlier run installed and is not wanted\nany more is taken away.');
}

/** @throws InvalidArgumentError */
function counted(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('It is a number from 1 to 99.');
  return Number(text);
}

async function install(shell: Shell, options: InstallOptions, version: string): Promise<void> {
  const { namespace } = options;
  const values = await wantedValues(shell, options);
  const installation = { values, namespace, version, managedBy: MANAGER };
  const timeout = timeoutOf(options.timeout);
  if (options.dryRun) return print(shell, wantedObjects(installation).map(({ object }) => `---\n${yamlText(object)}`).join('').trimEnd());
  await onCluster(shell, { ...options }, async ({ client }) => {
    const { clock, signal } = shell;
    const served = await servedKinds(client, Object.values(installedKinds), signal);
    const serves = (kind: string): boolean => served.has(kind);
    const optional = kindName(installedKinds.NetworkPolicy);
    const wanted = wantedObjects({ ...installation, serves }).filter(({ resource }) => kindName(resource) !== optional || serves(optional));
    const foreign = await definitionsOfOthers(client, definitionsIn(wanted), signal);
    const objects = wanted.filter(({ object }) => !foreign.has(object.metadata.name));
    await check(client, objects, namespace, served, signal);
    await prepareVersions(shell, client, definitionsIn(objects));
    for await (const { title, outcome } of putObjects(objects, { client, clock, signal })) print(shell, `${title} ${outcome}`);
    for (const { metadata: { name } } of definitionsIn(objects)) await migrateVersions(shell, client, name);
    for (const { resource, object } of await presentObjects(client, namespace, signal)) {
      if (objects.some((wanted) => wanted.resource.kind === resource.kind && wanted.object.metadata.name === object.metadata.name && wanted.object.metadata.namespace === object.metadata.namespace)) continue;
      await client.delete(resource, at(object.metadata), { propagationPolicy: 'Background', signal });
      print(shell, `${titleOf(object)} taken away`);
    }
    for (const line of foreign.values()) note(shell, line);
    if (values.networkPolicy.enabled && !serves(optional)) note(shell, 'This cluster has no NetworkPolicy: anyone in it may ask for metrics.');
    if (values.pauseOnChange === 'auto' && !serves(kindName(installedKinds.MutatingAdmissionPolicy))) {
      note(shell, 'This cluster has no MutatingAdmissionPolicy (Kubernetes 1.36): the Deployments of policies stay paused at rest.');
    }
    if (!options.wait) return;
    const missing = await untilLeading(client, namespace, timeout, clock, signal);
    if (missing !== undefined) throw new CliError(`Serin is installed, but ${missing} after ${options.timeout}: kubectl -n ${namespace} describe pods says more.`, exitCodes.timedOut);
    print(shell, `Serin ${version} leads in namespace ${namespace}.`);
  });
}

const definitionsIn = (objects: readonly InstalledObject[]): CustomResourceDefinition[] =>
  objects.flatMap(({ object }) => (object.kind === 'CustomResourceDefinition' ? [object as CustomResourceDefinition] : []));

/** Makes sure that no object is lost sight of by another version of its definition. @throws CliError before anything is changed */
async function prepareVersions(shell: Shell, client: ClusterClient, wanted: readonly CustomResourceDefinition[]): Promise<void> {
  const { signal } = shell;
  const pairs = await Promise.all(wanted.map(async (each) => ({ each, present: await client.find(resources.customResourceDefinitions, { name: each.metadata.name }, { signal }) })));
  const between = pairs.flatMap(({ each, present }) => (present ? [{ each, present, needs: betweenVersions(present, each) }] : []));
  for (const { needs } of between) if (typeof needs === 'object') throw new CliError(`nothing was installed: ${needs.problem}`);
  for (const { each, present } of between) {
    const dropped = await droppedFields(client, present, each, signal);
    if (dropped.length > 0) note(shell, [`This version of Serin has no such fields, and they go with the next write:`, ...dropped.map((line) => `  ${line}`)].join('\n'));
  }
  for (const { each, needs } of between) {
    if (needs !== 'migration') continue;
    const kept = await migrateVersions(shell, client, each.metadata.name);
    if (kept > 0) throw new CliError(`nothing was installed: ${kept} of the objects of ${each.metadata.name} would lose fields.`);
  }
}

/** @returns how many objects were left as they are stored */
async function migrateVersions(shell: Shell, client: ClusterClient, name: string): Promise<number> {
  const migration = await migrateStorage(name, { client, clock: shell.clock, signal: shell.signal });
  if (!migration) return 0;
  print(shell, migrationLine(migration));
  for (const line of keptLines(migration)) note(shell, line);
  return migration.kept.length;
}

/** What is known to fail before anything is changed. @throws CliError */
async function check(client: ClusterClient, objects: readonly InstalledObject[], namespace: string, served: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
  const unserved = [...new Set(objects.filter(({ resource }) => !served.has(kindName(resource))).map(({ resource }) => kindName(resource)))];
  if (unserved.length > 0) throw new CliError(`nothing was installed: this cluster does not know ${unserved.join(', ')}. ${unservedRemedy(unserved)}`);
  const manager = await managerOf(client, namespace, signal);
  if (manager !== undefined && manager !== MANAGER) throw new CliError(`nothing was installed: Serin in namespace ${namespace} belongs to ${manager}. ${manager === 'Helm' ? 'Bring it up to date with helm upgrade, or remove it with helm uninstall first.' : 'Choose another namespace with -n.'}`);
  const other = await otherController(client, objects, signal);
  if (other !== undefined) throw new CliError(`nothing was installed: ${other}`);
  const missing = await missingRights(client, objects.flatMap(({ resource, object: { metadata } }) => (['create', 'patch'] as const).map((verb) => ({ verb, resource, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) }))), signal);
  if (missing.length > 0) throw new CliError(`nothing was installed: you may not ${missing.join('; ')}. Let a cluster administrator run it, or hand over what serin install --dry-run prints.`);
}

function unservedRemedy(kinds: readonly string[]): string {
  if (kinds.some((kind) => kind.includes('monitoring.coreos.com'))) return 'Install the Prometheus operator first, or set metrics.serviceMonitor and metrics.alerts to false.';
  if (kinds.some((kind) => kind.includes('ValidatingAdmissionPolicy'))) return 'It comes with Kubernetes 1.30; with approvalPolicy: false Serin can be installed without, and no approval counts.';
  if (kinds.some((kind) => kind.includes('MutatingAdmissionPolicy'))) return 'It comes with Kubernetes 1.36; set pauseOnChange to auto or never.';
  return 'Serin needs Kubernetes 1.28 or later.';
}

/** @throws CliError */
function timeoutOf(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    throw new CliError(`--timeout ${text}: give a duration as in 90s or 5m.`, exitCodes.usage);
  }
}

const at = ({ name, namespace }: { name: string; namespace?: string }): { name: string; namespace?: string } => ({ name, ...(namespace === undefined ? {} : { namespace }) });
