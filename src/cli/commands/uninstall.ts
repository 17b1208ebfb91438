import type { Command } from 'commander';
import { isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { isOurs } from '../../controller/installation.js';
import { frontendDefinitions } from '../../frontends/definitions.js';
import { frontendNames } from '../../frontends/names.js';
import { DEFAULT_NAMESPACE } from '../../installation/parts/workload.js';
import type { CustomResourceDefinition } from '../../kubernetes/generated/apiextensions-v1.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { customResourceDefinitions } from '../../model/custom-resources.js';
import { hasEnded } from '../../model/release.js';
import { serinResources } from '../../model/resources.js';
import { onCluster } from '../cluster-command.js';
import { CliError } from '../errors.js';
import { untilStopped } from '../install/leading.js';
import { managerOf, presentObjects } from '../install/present.js';
import { titleOf } from '../install/put.js';
import { MANAGER } from '../install/wanted.js';
import { withExamples } from '../output/examples.js';
import { plural } from '../output/quantities.js';
import { print, type Shell } from '../shell.js';

/** How long the Pods may take to end, in milliseconds: a little more than they are given. */
const PATIENCE = 40_000;

interface UninstallOptions {
  readonly namespace: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly local?: string | boolean;
  readonly deleteCrds?: boolean;
  readonly force?: boolean;
}

export function registerUninstall(program: Command, shell: Shell): void {
  const command = program
    .command('uninstall')
    .option('-n, --namespace <name>', 'where the controllers run', DEFAULT_NAMESPACE)
    .option('--delete-crds', "delete the definitions of Serin's kinds too; refused while there are policies")
    .option('--force', 'although releases are under way: they stay as they are until Serin is installed again')
    .option('--kubeconfig <file>', 'kubeconfig file (default: $KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--local [name]', 'the local cluster of this name (default: "default") instead of a kubeconfig')
    .action((options: UninstallOptions) => uninstall(shell, options));
  withExamples(command, ['serin uninstall', 'serin uninstall --delete-crds'],
    'To take Serin away from a workload for good, run serin eject first: it needs no controller, but the kinds.');
}

async function uninstall(shell: Shell, options: UninstallOptions): Promise<void> {
  const { namespace, deleteCrds = false, force = false } = options;
  await onCluster(shell, { ...options }, async ({ client }) => {
    const { signal } = shell;
    const manager = await managerOf(client, namespace, signal);
    if (manager !== undefined && manager !== MANAGER) throw new CliError(`Serin in namespace ${namespace} belongs to ${manager}.${manager === 'Helm' ? ' Remove it with helm uninstall.' : ''}`);
    if (!force) await refuseMidRelease(client, await watchedNamespace(client, namespace, signal), signal);
    if (deleteCrds) await refuseWithPolicies(client, signal);
    const ofFrontends = deleteCrds ? await frontendDefinitionsHere(client, signal) : [];
    await refuseWithObjects(client, ofFrontends, signal);
    const present = await presentObjects(client, namespace, signal);
    for (const { resource, object } of present) {
      await take(shell, client, resource, object);
      if (resource.kind === 'Deployment') await untilStopped(client, namespace, PATIENCE, shell.clock, signal);
    }
    if (deleteCrds) {
      for (const { metadata: { name } } of customResourceDefinitions()) {
        const definition = await client.find(resources.customResourceDefinitions, { name }, { signal });
        if (definition) await take(shell, client, resources.customResourceDefinitions, definition);
      }
      for (const definition of ofFrontends) await take(shell, client, resources.customResourceDefinitions, definition);
    }
    if (present.length === 0) print(shell, `There is nothing of serin install in namespace ${namespace}.`);
    else print(shell, `Serin is gone from namespace ${namespace}, which stays${deleteCrds ? '' : "; so do Serin's kinds, policies and releases"}.`);
  });
}

async function take(shell: Shell, client: ClusterClient, resource: Resource<KubernetesObject>, object: KubernetesObject): Promise<void> {
  const { name, namespace } = object.metadata;
  await client.delete(resource, { name, ...(namespace === undefined ? {} : { namespace }) }, { propagationPolicy: 'Background', signal: shell.signal });
  print(shell, `${titleOf({ ...object, kind: resource.kind })} deleted`);
}

/** The one namespace that the controllers work in; undefined for all. */
async function watchedNamespace(client: ClusterClient, namespace: string, signal: AbortSignal): Promise<string | undefined> {
  const deployment = await client.find(resources.deployments, { namespace, name: 'serin' }, { signal });
  const prefix = '--watch-namespace=';
  return deployment?.spec.template.spec?.containers[0]?.args?.find((each) => each.startsWith(prefix))?.slice(prefix.length);
}

/** What a release has borrowed is given back by a controller only. @throws CliError */
async function refuseMidRelease(client: ClusterClient, watched: string | undefined, signal: AbortSignal): Promise<void> {
  const underWay = (await all(client, serinResources.releases, signal, watched)).filter(({ status }) => !hasEnded(status?.phase ?? 'Preparing'));
  if (underWay.length === 0) return;
  throw new CliError(`nothing was taken away: ${plural(underWay.length, 'release')} under way, ${named(underWay)}. Let them end, or end them with serin abort; --force leaves them as they are.`);
}

/** @throws CliError */
async function refuseWithPolicies(client: ClusterClient, signal: AbortSignal): Promise<void> {
  const policies = await all(client, serinResources.releasePolicies, signal);
  if (policies.length === 0) return;
  const [first] = policies;
  throw new CliError(`nothing was taken away: with the definitions ${policies.length === 1 ? 'a policy' : `${policies.length} policies`} would go, ${named(policies)}. Take Serin away from their workloads first: serin eject ${first?.metadata.name ?? ''} -n ${first?.metadata.namespace ?? ''}.`);
}

/** The definitions of other tools' kinds that Serin put on the cluster. */
async function frontendDefinitionsHere(client: ClusterClient, signal: AbortSignal): Promise<CustomResourceDefinition[]> {
  const names = frontendNames.flatMap((name) => frontendDefinitions[name]()).map(({ metadata: { name } }) => name);
  const found = await Promise.all(names.map((name) => client.find(resources.customResourceDefinitions, { name }, { signal })));
  return found.filter((definition) => definition !== undefined && isOurs(definition)) as CustomResourceDefinition[];
}

/** @throws CliError */
async function refuseWithObjects(client: ClusterClient, definitions: readonly CustomResourceDefinition[], signal: AbortSignal): Promise<void> {
  for (const { spec: { group, names: { kind, plural: collection }, versions } } of definitions) {
    const objects = await all(client, { group, version: versions[0]?.name ?? '', kind, plural: collection, namespaced: true }, signal);
    if (objects.length > 0) throw new CliError(`nothing was taken away: with the definitions ${objects.length} ${collection}.${group} would go, ${named(objects)}, and what they consist of. Delete them first, or leave --delete-crds out.`);
  }
}

async function all<T extends KubernetesObject>(client: ClusterClient, resource: Resource<T>, signal: AbortSignal, namespace?: string): Promise<T[]> {
  try {
    return (await client.list(resource, { signal, ...(namespace === undefined ? {} : { namespace }) })).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

const named = (objects: readonly KubernetesObject[]): string =>
  `${objects.slice(0, 5).map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`).join(', ')}${objects.length > 5 ? ` and ${objects.length - 5} more` : ''}`;
