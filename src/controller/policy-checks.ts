import type { Deployment, ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import type { PodTemplateSpec } from '../kubernetes/generated/core-v1.js';
import { isRecord } from '../kubernetes/json.js';
import { hashTemplate } from '../kubernetes/pod-template.js';
import { formatPath, type PolicyProblem } from '../model/policy-problem.js';
import { kindOfVersions, nameOfListed } from '../model/policy/workload.js';
import { validatePolicy } from '../model/policy-validation.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { nearestName } from '../model/suggestion.js';
import { HASH_LABEL, ownLead, type Role, type VersionTarget } from '../model/version.js';
import { configuredRouter, configuredRouters } from '../routers/registry.js';
import type { CheckContext, Found, RoutingProblem } from '../routers/router.js';
import { checkTemplates } from '../strategies/analysis/checks.js';
import { unknownTemplates, type TemplateSource } from '../strategies/analysis/templates.js';
import { checkWeights } from '../strategies/canary-checks.js';
import { checkStrategy } from '../strategies/checks.js';
import { plannedSplits, routingNeeds } from '../strategies/needs.js';
import { notices } from '../strategies/notices.js';
import { perMille } from '../strategies/steps.js';
import { mutableImages } from './mutable-images.js';
import { versionsProblems } from './versions-checks.js';
import { serviceNames } from './service-names.js';

/** What stands around a policy: on a cluster, or in the files that were given. */
export interface PolicySurroundings {
  /** Absent where the routing objects are not to be looked at: unknown, or just now a release's own. */
  readonly found?: Found;
  /** The Deployment that the policy names; `unknown` where it cannot be asked whether there is one. */
  readonly deployment: Deployment | undefined | 'unknown';
  /** All Deployments of the namespace; absent where they cannot be asked for. */
  readonly deployments?: readonly Deployment[] | undefined;
  /** All ReplicaSets of the namespace; absent where they cannot be asked for. */
  readonly replicaSets?: readonly ReplicaSet[] | undefined;
  /** Other Deployments of the namespace, for a name that was mistyped. */
  readonly deploymentNames?: readonly string[];
  /** Kind of another workload that has the name, such as `StatefulSet`. */
  readonly otherKind?: string | undefined;
  /** All policies of the namespace. */
  readonly policies: readonly ReleasePolicy[];
  /** The templates of metrics that it may name; absent where they cannot be asked for. */
  readonly templates?: TemplateSource;
}

const DEPLOYMENT: PolicyProblem['path'] = ['spec', 'workload', 'deployment'];

/**
 * Everything that speaks against a policy by itself: fields, values, and steps that no release could follow. Works for
 * any object, however wrong.
 */
export function checkPolicyAlone(policy: ReleasePolicy): PolicyProblem[] {
  return alone(policy).problems;
}

/**
 * Everything that speaks against running this policy, each with place and remedy; warnings too. The same for all who ask.
 * @param own answers what the policy says of itself, where that is remembered from one question to the next
 */
export function checkPolicy(policy: ReleasePolicy, surroundings: PolicySurroundings, own: (policy: ReleasePolicy) => OwnProblems = alone): PolicyProblem[] {
  const { problems, readable } = own(policy);
  if (!readable) return problems;
  const { templates = unknownTemplates } = surroundings;
  return [
    ...problems, ...workloadProblems(policy, surroundings), ...versionsProblems(policy, surroundings), ...checkTemplates(policy.spec, templates),
    ...routingProblems(policy, surroundings), ...notices(policy.spec, templates), ...mutableImages(policy, templateIn(policy, surroundings)),
  ];
}

/** The Pods of a policy, where its Deployment is known or it has them itself. */
const templateIn = ({ spec }: ReleasePolicy, { deployment }: PolicySurroundings): PodTemplateSpec | undefined =>
  (deployment === 'unknown' ? undefined : deployment?.spec.template) ?? spec.workload.inline?.template;

/** What speaks against a policy by itself, and whether it can be read in spite of that. */
export interface OwnProblems {
  readonly problems: PolicyProblem[];
  readonly readable: boolean;
}

/** Remembers what was said of an object, which never changes, for as long as anybody has it. */
export function rememberingOwnProblems(): (policy: ReleasePolicy) => OwnProblems {
  const known = new WeakMap<ReleasePolicy, OwnProblems>();
  return (policy) => {
    const found = known.get(policy) ?? alone(policy);
    known.set(policy, found);
    return found;
  };
}

function alone(policy: ReleasePolicy): OwnProblems {
  const invalid = validatePolicy(policy);
  const named = new Set(invalid.map(({ path }) => formatPath(path)));
  const semantic = invalid.length === 0 ? checkStrategy(policy.spec) : hasReadableWeights(policy) ? checkWeights(policy.spec).filter(({ path }) => !named.has(formatPath(path))) : [];
  return { problems: [...nameProblems(policy), ...invalid, ...semantic], readable: invalid.length === 0 };
}

/** Labels carry the name of a policy and those of its releases, `web-12345`, and may have 63 characters. */
const LONGEST_NAME = 57;

function nameProblems(policy: unknown): PolicyProblem[] {
  const metadata = isRecord(policy) && isRecord(policy['metadata']) ? policy['metadata'] : {};
  const { length = 0 } = typeof metadata['name'] === 'string' ? metadata['name'] : '';
  if (length <= LONGEST_NAME) return [];
  return [{ path: ['metadata', 'name'], problem: `has ${length} characters.`, remedy: `Take a name of at most ${LONGEST_NAME}: it becomes a label.` }];
}

/** Whether the weights can be looked at although something else is wrong. */
function hasReadableWeights(policy: unknown): boolean {
  const steps = ['spec', 'strategy', 'canary', 'steps'].reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), policy);
  return Array.isArray(steps) && steps.every((step) => isRecord(step) && (step['weight'] === undefined || typeof step['weight'] === 'number'));
}

function workloadProblems(policy: ReleasePolicy, { deployment, deploymentNames = [], otherKind, policies }: PolicySurroundings): PolicyProblem[] {
  const { deployment: name } = policy.spec.workload;
  if (name === undefined) return [];
  const namespace = policy.metadata.namespace ?? '';
  const problems: PolicyProblem[] = [];
  const about = (problem: string, remedy: string): void => void problems.push({ path: DEPLOYMENT, problem, remedy });
  const known = deployment === 'unknown' ? undefined : deployment;
  if (!known && otherKind !== undefined) {
    about(`${name} is a ${otherKind}, whose Pods cannot run in two versions side by side.`, 'Name a Deployment, or write the Pods as an inline workload.');
  } else if (!deployment) {
    const meant = nearestName(name, deploymentNames);
    about(`there is no Deployment ${name} in namespace ${namespace}.`, meant === undefined ? 'Create it, or correct the name; only Deployments can be named, no StatefulSet or DaemonSet.' : `Did you mean ${meant}?`);
  }
  if (known?.spec.strategy?.type === 'Recreate') {
    about(`Deployment ${name} has strategy Recreate, which takes all Pods down first.`, 'Set spec.strategy.type of the Deployment to RollingUpdate.');
  }
  const rival = policies.find((other) => other.metadata.name !== policy.metadata.name && other.spec.workload.deployment === name && isOlder(other, policy));
  if (rival) about(`policy ${rival.metadata.name} releases Deployment ${name} already.`, 'Delete one of the two.');
  return problems;
}

function routingProblems(policy: ReleasePolicy, surroundings: PolicySurroundings): PolicyProblem[] {
  const { spec } = policy;
  const { found, deployment: named, deployments = [], replicaSets = [] } = surroundings;
  const deployment = named === 'unknown' ? undefined : named;
  const template = templateIn(policy, surroundings);
  const replicas = deployment ? (deployment.spec.replicas ?? 1) : spec.workload.inline?.replicas;
  const context = {
    namespace: policy.metadata.namespace ?? '', policy: policy.metadata.name, ...serviceNames(spec, policy.metadata.name),
    ...(template ? { versions: targetsAtRest(template, policy) } : spec.workload.versions ? { versions: runningTargets(policy, kindOfVersions(spec.workload.versions) === 'Deployment' ? deployments : replicaSets) } : {}),
  };
  const inexpressible = inexpressibleProblems(policy, context, found);
  if (!found) return inexpressible;
  const checks = configuredRouters(spec.router).flatMap(({ router, config, name }) =>
    router.check(config, found, context).map((problem) => ({ ...worded(problem, `${problem.place}: `), path: pathOf(problem, name, policy) })),
  );
  return [...inexpressible, ...checks, ...(replicas === undefined ? [] : unreachableProblems(policy, replicas))];
}

/** What the steps ask for and the router cannot say, by name. */
function inexpressibleProblems(policy: ReleasePolicy, context: CheckContext, found: Found | undefined): PolicyProblem[] {
  const { router, config } = configuredRouter(policy.spec.router);
  const lacking = routingNeeds(policy.spec).flatMap(({ capability, path }): PolicyProblem[] => {
    const { supported, note } = router.capabilities[capability];
    return supported ? [] : [{ path, problem: `the router ${router.name} cannot do this${note === undefined ? '' : `: ${note}`}.`, remedy: 'Leave it out, or choose a router that can: serin routers lists them.' }];
  });
  const named = new Set(lacking.map(({ path }) => formatPath(path)));
  const inexpressible = plannedSplits(policy.spec).filter(({ path }) => !named.has(formatPath(path))).flatMap(({ split, path }) =>
    (router.inexpressible?.(config, split, context, found) ?? []).map((problem) => ({ ...worded(problem, `${problem.place}: `), path })),
  );
  return [...new Map([...lacking, ...inexpressible].map((problem) => [`${formatPath(problem.path)} ${problem.problem}`, problem])).values()];
}

/** Shares that Pod counts cannot show. */
function unreachableProblems({ spec }: ReleasePolicy, replicas: number): PolicyProblem[] {
  const { router, config } = configuredRouter(spec.router);
  // In place it is known that shares are the nearest that Pods can show.
  if (spec.strategy.canary?.inPlace) return [];
  return (spec.strategy.canary?.steps ?? []).flatMap(({ weight }, index) =>
    weight !== undefined
      ? router.unreachable(config, [perMille(weight)], replicas).map((problem) => ({ ...worded(problem, ''), path: ['spec', 'strategy', 'canary', 'steps', index, 'weight'] }))
      : [],
  );
}

/** What a router says of an object, as sentences. */
function worded({ place, problem, remedy, severity }: RoutingProblem, prefix: string): Omit<PolicyProblem, 'path'> {
  return { problem: sentence(prefix === '' ? `${place} ${problem}` : `${prefix}${problem}`), remedy: sentence(capital(remedy)), ...(severity === undefined ? {} : { severity }) };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** The field of the policy that leads to what a router speaks of. */
function pathOf({ place }: RoutingProblem, router: string, { spec }: ReleasePolicy): PolicyProblem['path'] {
  if (place === `Service ${spec.service}` || place.startsWith(`Service ${spec.service},`)) return ['spec', 'service'];
  const [, field, index] = /^router\.\w+\.(\w+)\[(\d+)\]/.exec(place) ?? [];
  return ['spec', 'router', router, ...(field === undefined ? [] : [field, Number(index)])];
}

/** Both versions as routers see them before there is a canary: alike but for what the new template changes. */
function targetsAtRest(template: PodTemplateSpec, policy: ReleasePolicy): Record<Role, VersionTarget> {
  const labels = template.metadata?.labels ?? {};
  const target = (hash: string): VersionTarget => ({ hash, readyPods: 0, podLabels: { ...labels, [HASH_LABEL]: hash } });
  return { stable: target(policy.status?.stable?.hash ?? ''), canary: target(hashTemplate(template)) };
}

/** The same of versions that users run. */
function runningTargets({ spec, status }: ReleasePolicy, runners: readonly (Deployment | ReplicaSet)[]): Record<Role, VersionTarget> {
  const { list = [], want, hashLabel } = spec.workload.versions ?? {};
  const [first, last] = [list[0] ?? {}, list.at(-1) ?? {}];
  const target = (name: string, hash: string): VersionTarget => {
    const listed = list.find((each) => nameOfListed(each) === name) ?? {};
    const labels = runners.find((each) => each.metadata.name === name)?.spec.template?.metadata?.labels;
    return { hash, ...(hashLabel === undefined ? {} : { hashLabel }), readyPods: 0, podLabels: { ...labels }, ...ownLead(listed) };
  };
  return { stable: target(status?.stable?.replicaSet ?? nameOfListed(first), 'stable'), canary: target(want ?? nameOfListed(last), 'canary') };
}

function isOlder(a: ReleasePolicy, b: ReleasePolicy): boolean {
  const [first, second] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  return first < second || (first === second && a.metadata.name < b.metadata.name);
}
