import { batchGoal } from '../../engine/batch-path.js';
import { stableLeft } from '../../engine/batches.js';
import { plannedTraffic } from '../../engine/planned.js';
import { podsNeeded } from '../../engine/sizes.js';
import { describeStep } from '../../engine/formatting.js';
import { jobName } from '../../controller/step-job.js';
import { serviceNames } from '../../controller/service-names.js';
import type { JobTemplateSpec } from '../../kubernetes/generated/batch-v1.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { placeholderValues } from '../../strategies/analysis/placeholder-values.js';
import { unknownTemplates, type TemplateSource } from '../../strategies/analysis/templates.js';
import { compilePolicy } from '../../strategies/compile.js';
import { stepOf, type Plan, type StepKind } from '../../model/plan.js';
import type { Release } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { API_VERSION, MANAGED_BY, POLICY_LABEL, RELEASE_LABEL } from '../../model/resources.js';
import { WHOLE, type Split } from '../../model/split.js';
import { splitOfIntent } from '../../model/split-of-intent.js';
import type { Role } from '../../model/version.js';
import { configuredRouter } from '../../routers/registry.js';
import type { Claim, RouterContext } from '../../routers/router.js';
import type { ClusterCopy } from './cluster-copy.js';
import { objectChanges, type ObjectChange } from './object-change.js';
import { podsOf, targetOf, type PlannedVersions } from './planned-versions.js';
import { walk } from './walk.js';
import { sizeWorkload, type Sizes } from './workload-writes.js';

/** One part of a plan: what stands at its end, and what is written on the way there. */
export interface PlannedPart {
  /** Counts from 1; absent before the first step and behind the last one. */
  readonly step?: number;
  readonly kind: StepKind | 'prepare' | 'end';
  readonly text: string;
  readonly pods: Readonly<Record<Role, number>>;
  /** Who receives which requests; undefined where routes are as they were found. */
  readonly split: Split | undefined;
  /** What is waited for between the writes, in the router's words. */
  readonly waits: readonly string[];
  readonly changes: readonly ObjectChange[];
}

/** What a policy would do. */
export interface Simulated {
  readonly plan: Plan;
  readonly versions: PlannedVersions;
  readonly parts: readonly PlannedPart[];
}

const nextRelease = ({ metadata, status }: ReleasePolicy): string => `${metadata.name}-${(status?.releases ?? 0) + 1}`;

/** A release as the engine would see it, of which only the plan counts here. */
function imagined(policy: ReleasePolicy, plan: Plan, versions: PlannedVersions): Release {
  const name = nextRelease(policy);
  const { deployment, versions: own } = policy.spec.workload;
  const version = (role: Role): Release['spec']['stable'] => ({ replicaSet: versions[role].name, hash: versions[role].hash });
  return {
    apiVersion: API_VERSION, kind: 'Release', metadata: { name, ...(policy.metadata.namespace === undefined ? {} : { namespace: policy.metadata.namespace }) },
    spec: { policy: policy.metadata.name, workload: { kind: own ? 'Versions' : deployment === undefined ? 'Inline' : 'Deployment', name: deployment ?? policy.metadata.name }, stable: version('stable'), canary: version('canary'), plan },
  };
}

/**
 * Goes through all steps of a policy on a copy of the cluster and keeps what is written on the way. Everything goes well in it:
 * Pods get ready, products accept, nobody rejects. Changes nothing but the copy.
 */
export function simulate(policy: ReleasePolicy, versions: PlannedVersions, copy: ClusterCopy, { hotfix = false, templates = unknownTemplates }: { readonly hotfix?: boolean; readonly templates?: TemplateSource } = {}): Simulated {
  const values = placeholderValues(policy.spec, { namespace: copy.namespace, policy: policy.metadata.name, release: nextRelease(policy), stable: versions.stable.name, canary: versions.canary.name });
  const plan = compilePolicy(policy.spec, { hotfix, templates, values });
  const { router, config } = configuredRouter(policy.spec.router);
  const { replicas } = versions;
  const release = imagined(policy, plan, versions);
  const batches = plan.sizing === 'batch';
  const context = (sizes: Sizes): Omit<RouterContext, 'lastWritten'> => ({
    namespace: copy.namespace, policy: policy.metadata.name, ...serviceNames(policy.spec, policy.metadata.name),
    versions: { stable: targetOf(versions.stable, sizes.stable), canary: targetOf(versions.canary, sizes.canary) },
  });
  let claims: readonly Claim[] = [];
  let lastWritten: Split | undefined;
  let before = copy.snapshot();
  const parts: PlannedPart[] = [];

  const part = (head: Pick<PlannedPart, 'kind' | 'text' | 'step'>, sizes: Sizes, split: Split | undefined, work: () => readonly string[]): void => {
    const waits = work();
    const after = copy.snapshot();
    parts.push({ ...head, pods: { stable: sizes.stable, canary: sizes.canary }, split, waits, changes: objectChanges(before, after) });
    before = after;
  };
  const resize = (sizes: Sizes): void => {
    sizeWorkload(copy, policy, versions, sizes);
    copy.runPods([...podsOf(versions.stable, 'stable', copy.namespace, sizes.stable), ...podsOf(versions.canary, 'canary', copy.namespace, sizes.canary)]);
  };
  const route = (sizes: Sizes, split: Split): readonly string[] => {
    const walked = walk(copy, claims, (known) => router.write(config, split, copy, known, { ...context(sizes), lastWritten }));
    claims = walked.claims;
    lastWritten = router.read(config, copy, claims, { ...context(sizes), lastWritten }).written ?? lastWritten;
    return walked.waits;
  };

  // Capacity before traffic, and traffic before removal.
  let now: Sizes = { stable: replicas, canary: 0, phase: 'trial' };
  copy.runPods(podsOf(versions.stable, 'stable', copy.namespace, replicas));
  const none = splitOfIntent({ ...NO_INTENT, share: 0 }, plan, 'Preparing');
  part({ kind: 'prepare', text: prepareText(policy) }, now, none, () => {
    resize(now);
    return route(now, none);
  });
  plan.steps.forEach((planned, index) => {
    const step = stepOf(planned);
    if (step.kind === 'promote') return;
    const traffic = plannedTraffic(release, index, replicas);
    const own = plan.steps.slice(0, index + 1).some(({ kind }) => kind === 'scale');
    const goal = batchGoal(release, index, replicas);
    const canary = batches ? goal.canary : Math.max(podsNeeded(release, index, traffic.share, replicas), own || replicas === 0 ? 0 : 1);
    // Where a batch replaces all, one Pod stays for what is left of stable's share.
    const sizes: Sizes = { stable: batches ? Math.max(goal.stable, traffic.share < WHOLE ? Math.min(1, replicas) : 0) : replicas, canary, phase: 'trial' };
    const trial = canary > 0 && traffic.share < WHOLE;
    const split = splitOfIntent({ ...NO_INTENT, share: traffic.share, ...(trial ? { matches: [...traffic.matches], mirror: traffic.mirror, mirrors: [...traffic.mirrors], preview: plan.preview !== undefined } : {}) }, plan, 'Progressing');
    part({ step: index + 1, kind: step.kind, text: describeStep(step) }, sizes, split, () => {
      const wider: Sizes = { stable: Math.max(now.stable, sizes.stable), canary: Math.max(now.canary, sizes.canary), phase: 'trial' };
      resize(wider);
      const waits = route(wider, split);
      if (step.kind === 'job') copy.put(jobFor(release, index, step.template));
      resize(sizes);
      now = sizes;
      return [...waits, ...(wider.stable === sizes.stable && wider.canary === sizes.canary ? [] : route(sizes, split))];
    });
  });
  const all = splitOfIntent({ ...NO_INTENT, share: WHOLE }, plan, 'Promoting');
  const full: Sizes = { stable: now.stable, canary: replicas, phase: 'trial' };
  const kept = plan.keepsStable === true || plan.leaves === true;
  // In batches stable has made room by then.
  const left = batches && plan.leaves ? Math.min(now.stable, stableLeft(release, replicas, { canary: replicas, stable: 0, share: WHOLE })) : kept ? now.stable : 0;
  const alone: Sizes = { stable: left, canary: replicas, phase: 'trial' };
  part({ step: plan.steps.length, kind: 'promote', text: plan.leaves ? 'everything to the new version; the old one is left as it is' : kept ? 'everything to the new version; the old one is kept' : 'everything to the new version; the old one drains and goes' }, alone, all, () => {
    resize(full);
    const waits = route(full, all);
    resize(alone);
    return [...waits, ...route(alone, all)];
  });
  const home: Sizes = { ...alone, phase: 'home' };
  part({ kind: 'end', text: endText(policy) }, home, undefined, () => {
    const walked = walk(copy, claims, (known) => router.release(config, copy, known, { ...context(home), lastWritten, after: { lead: 'canary' } }));
    resize(home);
    return walked.waits;
  });
  return { plan, versions, parts };
}

/** The Job of a step as the policy has it; the controller also tells its containers of the release, in SERIN_ variables. */
function jobFor(release: Release, index: number, { metadata, spec }: JobTemplateSpec): KubernetesObject {
  const { namespace } = release.metadata;
  const labels = { ...metadata?.labels, ...MANAGED_BY, [RELEASE_LABEL]: release.metadata.name, [POLICY_LABEL]: release.spec.policy };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: jobName(release, index), ...(namespace === undefined ? {} : { namespace }), labels }, ...(spec ? { spec } : {}) } as KubernetesObject;
}

const NO_INTENT = { routing: 'split', sizes: {}, holders: { stable: 'home', canary: 'release', others: 'release' }, paused: true } as const;

function endText({ spec }: ReleasePolicy): string {
  const { list = [] } = spec.workload.versions ?? {};
  const own = list.some(({ service }) => service !== undefined) ? 'Service' : list.some(({ subset }) => subset !== undefined) ? 'subset' : undefined;
  return `${own !== undefined ? `routes stay with the ${own} of the new version` : spec.router ? 'routes are put back as they were found' : 'the release ends'}, the new version is stable`;
}

function prepareText({ spec }: ReleasePolicy): string {
  const kept = spec.workload.deployment === undefined ? [] : ['the Deployment is paused'];
  return [...kept, ...(spec.router ? ['routes are pinned to the present version'] : [])].join(', ') || 'the new version is made ready';
}

