import { InvalidArgumentError, type Command } from 'commander';
import { frozenUntil, windowsFor } from '../../approvals/frozen.js';
import { findWindows } from '../../approvals/saying.js';
import { checkPolicy } from '../../controller/policy-checks.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { formatMoment } from '../../engine/formatting.js';
import type { FreezeWindow } from '../../model/freeze-window.js';
import { formatPath } from '../../model/policy-problem.js';
import { hasEnded } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { HOTFIX_ANNOTATION, serinResources } from '../../model/resources.js';
import { plannedObjects } from '../apply/cluster-objects.js';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type ConnectionOptions } from '../connection.js';
import { CliError, exitCodes } from '../errors.js';
import { checkManifests } from '../manifests/check.js';
import { withDefaults } from '../manifests/defaults.js';
import { fileObjects } from '../manifests/file-objects.js';
import { readManifests } from '../manifests/read-manifests.js';
import { hasErrors, problemTexts, summaryOf } from '../manifests/report.js';
import { isOf, surroundingsOf } from '../manifests/surroundings.js';
import { templatesAmong } from '../manifests/templates.js';
import { coloursOf } from '../output/colours.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { plural } from '../output/quantities.js';
import { endOnCopy } from '../plan/at-rest.js';
import { loadFromCluster, loadFromFiles, type Loaded } from '../plan/loading.js';
import { plannedVersions, type ImageChange } from '../plan/planned-versions.js';
import { planData, planLines } from '../plan/report.js';
import { simulate } from '../plan/simulation.js';
import { note, print, type Shell } from '../shell.js';
import { namedTemplates } from '../../strategies/analysis/checks.js';
import { unknownTemplates, type TemplateSource } from '../../strategies/analysis/templates.js';
import { findPolicy, parseTarget } from '../target.js';

interface PlanOptions extends ConnectionOptions {
  readonly filename?: string[];
  readonly image: readonly ImageChange[];
  readonly hotfix?: boolean;
  readonly output?: string;
}

export function registerPlan(program: Command, shell: Shell): void {
  const command = program
    .command('plan')
    .argument('[policy]', 'the policy on the cluster; before -f, which one of the files')
    .option('-f, --filename <place...>', 'file, folder, or - for the standard input, instead of a cluster')
    .option('--image <container=image>', 'what the new version runs; may be given again', imageChange, [])
    .option('--hotfix', 'as after serin hotfix')
    .action((policy: string | undefined, options: PlanOptions) => plan(shell, policy, options));
  withOutputOption(withConnectionOptions(command));
  withExamples(command, ['serin plan web', 'serin plan web --image web=web:v2', 'serin plan -f manifests/ -o json'],
    'Everything goes well in a plan: Pods get ready, routing products accept, nobody rejects. With -f no cluster is asked.\nExit code 1 when the policy has errors, as with serin lint.');
}

function imageChange(text: string, before: readonly ImageChange[]): readonly ImageChange[] {
  const [, container, image] = /^([^=\s]+)=(\S+)$/.exec(text) ?? [];
  if (container === undefined || image === undefined) throw new InvalidArgumentError('Write it as container=image.');
  return [...before, { container, image }];
}

async function plan(shell: Shell, name: string | undefined, options: PlanOptions): Promise<void> {
  if (options.filename) return planFiles(shell, name, options.filename, options);
  if (name === undefined) throw new CliError('name a policy, or give its files with -f.', exitCodes.usage);
  await onCluster(shell, options, async (connection) => {
    const { client } = connection;
    const { clock, signal } = shell;
    const policy = await findPolicy(connection, name, signal);
    const source = await plannedObjects(client, [], policy.metadata.namespace ?? '', { whole: true, policies: [policy], signal });
    const surroundings = surroundingsOf(policy, source, clock.now());
    const problems = checkPolicy(policy, surroundings);
    const texts = problems.map(({ path, problem, remedy, severity }) => `${severity ?? 'error'}: ${formatPath(path)}: ${problem} ${remedy}`);
    if (texts.length > 0) note(shell, `${texts.join('\n')}\n`);
    const errors = problems.filter(({ severity }) => (severity ?? 'error') === 'error');
    if (errors.length > 0) throw new CliError(`policy ${policy.metadata.name} cannot run: ${plural(errors.length, 'problem')}.`);
    const loaded = await loadFromCluster(client, policy, clock.now(), signal);
    const last = policy.status?.release;
    const release = last === undefined ? undefined : await client.find(serinResources.releases, { namespace: policy.metadata.namespace ?? '', name: last }, { signal });
    const moving = release && !hasEnded(release.status?.phase ?? 'Preparing');
    if (moving) {
      note(shell, `Release ${release.metadata.name} is under way; this is the plan of the one after it, as if nothing of it were left.`);
      endOnCopy(loaded.copy, release);
    }
    show(shell, policy, loaded, surroundings.templates, options);
    noteFreeze(shell, policy, windowsFor(await findWindows(client, policy.metadata.namespace ?? '', { signal }), policy.metadata.namespace ?? ''));
  });
}

async function planFiles(shell: Shell, name: string | undefined, places: readonly string[], options: PlanOptions): Promise<void> {
  const namespace = options.namespace ?? 'default';
  const { objects, problems } = checkManifests(await readManifests(shell, places), namespace, shell.clock.now());
  if (problems.length > 0) note(shell, `${problemTexts(problems)}\n`);
  if (hasErrors(problems)) throw new CliError(`${summaryOf(problems)}.`);
  const policy = withDefaults(policyAmong(objects.map(({ object }) => object), name));
  const all = objects.map(({ object }) => object);
  show(shell, policy, loadFromFiles(all, policy, shell.clock.now()), templatesAmong(fileObjects(all, policy.metadata.namespace ?? namespace)), options);
  // They passed the checks of their kind.
  const windows = all.filter((object) => isOf(object, serinResources.freezeWindows) || isOf(object, serinResources.clusterFreezeWindows)) as FreezeWindow[];
  const own = windows.map((window) => (window.kind === serinResources.freezeWindows.kind ? { ...window, metadata: { ...window.metadata, namespace: window.metadata.namespace ?? namespace } } : window));
  noteFreeze(shell, policy, windowsFor(own, policy.metadata.namespace ?? namespace));
}

/** Says that a release would not begin now. */
function noteFreeze(shell: Shell, policy: ReleasePolicy, windows: readonly FreezeWindow[]): void {
  const frozen = frozenUntil(windows, policy.metadata.labels ?? {}, shell.clock.now());
  if (!frozen) return;
  const until = frozen.until === undefined ? 'until that is mended' : `until ${formatMoment(frozen.until)}`;
  note(shell, `A release would not begin now: the freeze window ${frozen.window} (${frozen.why}) holds it ${until}.`);
}

function policyAmong(objects: readonly KubernetesObject[], name: string | undefined): ReleasePolicy {
  // They passed the checks of their kind.
  const policies = objects.filter((object) => isOf(object, serinResources.releasePolicies)) as ReleasePolicy[];
  const wanted = name === undefined ? undefined : parseTarget(name).name;
  const meant = policies.filter(({ metadata }) => wanted === undefined || metadata.name === wanted);
  const names = policies.map(({ metadata }) => metadata.name).join(', ');
  if (meant.length > 1) throw new CliError(`the files hold ${plural(meant.length, 'policy', 'policies')}: ${names}. Name one of them.`, exitCodes.usage);
  const [policy] = meant;
  if (!policy) throw new CliError(wanted === undefined ? 'the files hold no ReleasePolicy.' : `the files hold no policy ${wanted}. ${names === '' ? 'They hold none.' : `There ${policies.length === 1 ? 'is' : 'are'} ${names}.`}`);
  return policy;
}

function show(shell: Shell, policy: ReleasePolicy, { copy, workload }: Loaded, templates: TemplateSource = unknownTemplates, { image, hotfix = policy.metadata.annotations?.[HOTFIX_ANNOTATION] !== undefined, output }: PlanOptions): void {
  const unknown = hotfix ? [] : namedTemplates(policy.spec).filter(({ kind, name }) => templates.find(kind, name) === 'unknown').map(({ kind, name }) => `${kind} ${name}`);
  if (unknown.length > 0) throw new CliError(`policy ${policy.metadata.name} names ${unknown.join(' and ')}, which ${unknown.length === 1 ? 'is' : 'are'} not at hand. Give ${unknown.length === 1 ? 'its file' : 'their files'} with -f too, or ask for the plan where you may see ${unknown.length === 1 ? 'it' : 'them'}.`);
  const simulated = simulate(policy, plannedVersions(policy, workload, image), copy, { hotfix, templates });
  if (isDataFormat(output)) return printData(shell, planData(policy, simulated), output);
  for (const line of planLines(policy, simulated, coloursOf(shell))) print(shell, line);
}
