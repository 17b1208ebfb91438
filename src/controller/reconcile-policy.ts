import { isMoving, learn, rest, type RestingDecision, type RestingObservation } from '../engine/resting.js';
import { deepEqual } from '../kubernetes/json.js';
import { hashTemplate } from '../kubernetes/pod-template.js';
import type { PodTemplateSpec } from '../kubernetes/generated/core-v1.js';
import { resources } from '../kubernetes/resources.js';
import { nameWithHash } from '../kubernetes/names.js';
import type { Release } from '../model/release.js';
import { policyConditions } from '../model/policy-conditions.js';
import type { PolicyStatus, ReleasePolicy } from '../model/release-policy.js';
import { plannedConsent } from '../model/planned-consent.js';
import { API_VERSION, AUTHOR_ANNOTATION, CONFIG_ANNOTATION, FINALIZER, HOTFIX_ANNOTATION, POLICY_LABEL, RETRY_ANNOTATION, serinResources } from '../model/resources.js';
import { strategyName } from '../model/policy/strategies.js';
import { kindOfVersions, nameOfListed } from '../model/policy/workload.js';
import { placeholderValues } from '../strategies/analysis/placeholder-values.js';
import { compilePolicy } from '../strategies/compile.js';
import { ApiError } from '../cluster/api-error.js';
import type { ControllerContext } from './context.js';
import { giveTo, name, putLabelsBack, type HolderObjects } from './holders.js';
import { pruneHistory } from './release-history.js';
import { followConfig, LOOK_AT_CONFIG } from './watched-config.js';
import { policyProblems } from './policy-problems.js';
import { pausingOf } from './pausing.js';
import { withRestoredRelease } from './restored.js';
import { templatesIn } from './templates.js';
import { createReplicaSet, deleteReplicaSet, newReplicaSet, resize, setPaused } from './replica-sets.js';
import { isLost } from './set-apart.js';
import { scaleRunner } from './running-sizes.js';
import { observeResting, wantedName, type RunningVersion } from './running-versions.js';
import { hashOf, observeReplicaSet, observeVersion, replicaSetsOf } from './versions.js';
import { workloadOf, type Workload } from './workload.js';
import { write } from './writes.js';

/** One pass over one policy while no release of it moves. @returns when to look again, milliseconds since the epoch */
export async function reconcilePolicy(context: ControllerContext, key: { namespace: string; name: string }): Promise<number | undefined> {
  const present = context.caches.policies.get(key);
  if (!present) return undefined;
  const policy = withRestoredRelease(present, context.caches);
  if (policy.metadata.deletionTimestamp === undefined && !policy.metadata.finalizers?.includes(FINALIZER)) {
    await setFinalizers(context, policy, [...(policy.metadata.finalizers ?? []), FINALIZER]);
    return context.clock.now();
  }
  const workload = workloadOf(policy, context.caches);
  const observation = observe(context, policy, workload);
  const decision = decide(context, policy, observation);
  // Who reads that the policy rests may change the template at once, and only the label keeps that from rolling out.
  if (workload && decision.labelled && decision.status.phase === 'Resting' && !isLabelled(workload)) {
    await setLabel(context, workload, policy.metadata.name, policy.metadata.name);
    return context.clock.now();
  }
  const started = decision.start && (await startRelease(context, policy, workload, decision.start).finally(() => context.places.giveBack(policy)));
  const watched = workload && !started && watchesConfig(policy, workload) && (decision.status.phase === 'Resting' || decision.status.phase === 'Holding');
  const config = watched ? await followConfig(context, policy, workload, decision.status, stableConfig(context, decision.status.stable?.replicaSet, policy)) : decision.status.config;
  const known = { ...decision.status, ...started, ...(config === undefined ? {} : { config }) };
  const status = { ...known, conditions: policyConditions(known, decision.standing, context.clock.now()) };
  if (!deepEqual(status, present.status ?? {})) {
    await write(context, 'policy.status', context.caches.policies, (client) => client.replace(serinResources.releasePolicies, { ...policy, status }, { subresource: 'status' }));
  }
  if (started) await takeHotfixOff(context, policy);
  else await carryOut(context, policy, workload, decision);
  await pruneHistory(context, policy);
  const { settledAt } = workload ? pausingOf(workload, context.caches, context.clock.now()) : {};
  return watched ? Math.min(context.clock.now() + LOOK_AT_CONFIG, settledAt ?? Number.POSITIVE_INFINITY) : settledAt;
}

/** A place is only taken for a release that would start. */
function decide(context: ControllerContext, policy: ReleasePolicy, observation: RestingObservation): RestingDecision {
  const decision = rest(policy, observation);
  // One that waits for people first takes its place when it begins.
  if (!decision.start || (policy.spec.approval && decision.start.first !== true)) return decision;
  const place = context.places.take(policy, context.caches);
  return place.free ? decision : rest(policy, { ...observation, place });
}

const watchesConfig = ({ spec, metadata }: ReleasePolicy, { kind }: Workload): boolean => spec.watchConfig === true && kind !== 'Versions' && metadata.deletionTimestamp === undefined;

/** The annotation that the stable version carries for what its Pods read. */
function stableConfig({ caches }: ControllerContext, stable: string | undefined, { metadata }: ReleasePolicy): string | undefined {
  const replicaSet = stable === undefined ? undefined : caches.replicaSets.get({ namespace: metadata.namespace ?? '', name: stable });
  return replicaSet?.spec.template?.metadata?.annotations?.[CONFIG_ANNOTATION];
}

/** A hotfix is for one release; the reason is on its record now. */
async function takeHotfixOff(context: ControllerContext, policy: ReleasePolicy): Promise<void> {
  if (policy.metadata.annotations?.[HOTFIX_ANNOTATION] === undefined) return;
  await write(context, 'policy.hotfix', context.caches.policies, (client) =>
    client.patch(serinResources.releasePolicies, name(policy), { kind: 'merge', body: { metadata: { annotations: { [HOTFIX_ANNOTATION]: null } } } }),
  );
}

function observe(context: ControllerContext, policy: ReleasePolicy, workload: Workload | undefined): RestingObservation {
  const { caches } = context;
  const namespace = policy.metadata.namespace ?? '';
  const holders = { homeUid: workload?.owner.metadata.uid, policyUid: policy.metadata.uid, releaseUid: undefined };
  const versions = workload?.versions
    ? workload.versions.map((version) => observeResting(version, policy, caches))
    : workload
    ? replicaSetsOf(workload, caches).map((replicaSet) => observeVersion(replicaSet, workload, holders, caches))
    : caches.replicaSets.controlledBy(policy.metadata.uid ?? '').map((replicaSet) => ({ ...observeReplicaSet(replicaSet, holders, caches), hash: hashOf(replicaSet), wanted: false }));
  const release = policy.status?.release === undefined ? undefined : caches.releases.get({ namespace, name: policy.status.release });
  return {
    now: context.clock.now(),
    retry: policy.metadata.annotations?.[RETRY_ANNOTATION],
    policyDeleted: policy.metadata.deletionTimestamp !== undefined,
    workload: workload && {
      kind: workload.kind, name: workload.name, replicas: workload.replicas, paused: workload.paused, pausing: pausingOf(workload, caches, context.clock.now()).pausing, observed: workload.observed, rolledOut: workload.rolledOut,
      wanted: workload.versions ? namedVersion(versions, wantedName(policy)) : wantedVersion(workload, versions),
      runBy: workload.versions?.[0]?.runner.kind,
      first: workload.versions && namedVersion(versions, nameOfListed(policy.spec.workload.versions?.list[0] ?? {})),
    },
    versions,
    release,
    problems: isMoving(release) ? [] : policyProblems(withLearned(policy, release), workload, context),
  };
}

/** The policy with what its last release found out, which may not be on record yet. */
function withLearned(policy: ReleasePolicy, release: Release | undefined): ReleasePolicy {
  const status = policy.status && learn(policy.status, release);
  return status === undefined || status === policy.status ? policy : { ...policy, status };
}

/** A version that users run, by the name of what runs it. */
function namedVersion(versions: readonly { name: string; hash: string }[], name: string): { hash: string; replicaSet: string } {
  return { hash: versions.find((version) => version.name === name)?.hash ?? '', replicaSet: name };
}

/** The version that the workload's template asks for: one that is there already, or the one that would be made. */
function wantedVersion(workload: Workload, versions: readonly { name: string; hash: string; wanted: boolean }[]): { hash: string; replicaSet: string } {
  const there = versions.find(({ wanted }) => wanted);
  if (there) return { hash: there.hash, replicaSet: there.name };
  let hash = hashTemplate(workload.template);
  // The same name with another template: hashes only name things, so take the next.
  for (let collision = 1; versions.some((version) => version.hash === hash); collision++) hash = hashTemplate(workload.template, collision);
  return { hash, replicaSet: nameWithHash(workload.name, hash) };
}

/** Makes the release that a new version asks for; one that an earlier try made already is taken as it is. */
async function startRelease(context: ControllerContext, policy: ReleasePolicy, workload: Workload | undefined, start: NonNullable<RestingDecision['start']>): Promise<Pick<PolicyStatus, 'release' | 'releases'>> {
  const releases = (policy.status?.releases ?? 0) + 1;
  const namespace = policy.metadata.namespace ?? '';
  const hotfix = policy.metadata.annotations?.[HOTFIX_ANNOTATION]?.slice(0, 1024);
  const release: Release = {
    apiVersion: API_VERSION,
    kind: 'Release',
    metadata: {
      name: start.name,
      namespace,
      labels: { [POLICY_LABEL]: policy.metadata.name },
      finalizers: [FINALIZER],
    },
    spec: {
      policy: policy.metadata.name,
      workload: workloadRecord(policy, workload),
      strategy: strategyName(policy.spec.strategy),
      ...(policy.spec.service === undefined ? {} : { service: policy.spec.service }),
      ...(policy.spec.canaryService === undefined ? {} : { canaryService: policy.spec.canaryService }),
      ...(policy.spec.router === undefined ? {} : { router: policy.spec.router }),
      stable: { ...start.stable, ...imagesOf(stableTemplate(context, workload, start.stable.replicaSet)), ...leadOf(workload, start.stable.replicaSet) },
      canary: { ...start.canary, ...imagesOf(workload?.template), ...leadOf(workload, start.canary.replicaSet) },
      ...(hotfix === undefined ? {} : { hotfix }),
      ...(policy.spec.approval && start.first !== true ? { consent: plannedConsent(policy.spec.approval) } : {}),
      ...authorOf(policy, workload),
      ...(start.first ? { first: true } : {}),
      plan: compilePolicy(policy.spec, {
        hotfix: hotfix !== undefined, first: start.first === true, templates: templatesIn(namespace, context.caches),
        values: placeholderValues(policy.spec, { namespace, policy: policy.metadata.name, release: start.name, stable: start.stable.replicaSet, canary: start.canary.replicaSet }),
      }),
    },
  };
  try {
    await write(context, 'release.create', context.caches.releases, (client) => client.create(serinResources.releases, release));
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
    const there = await context.client.get(serinResources.releases, { name: start.name, namespace });
    context.caches.releases.remember(there);
    // A record of the same name from an earlier life of the policy: the next number is free sooner or later.
    if (there.spec.canary.hash !== start.canary.hash || there.status?.endedAt !== undefined) return { releases };
  }
  return { release: start.name, releases };
}

/** Who wrote the new version, as CI says: on its Pod template, else on what has the template. */
function authorOf(policy: ReleasePolicy, workload: Workload | undefined): Pick<Release['spec'], 'author'> {
  const version = workload?.versions?.find(({ name: each }) => each === wantedName(policy));
  const holder = version?.runner.object ?? workload?.owner;
  const author = workload?.template.metadata?.annotations?.[AUTHOR_ANNOTATION] ?? holder?.metadata.annotations?.[AUTHOR_ANNOTATION];
  return author === undefined || author === '' ? {} : { author: author.slice(0, 253) };
}

function workloadRecord(policy: ReleasePolicy, workload: Workload | undefined): Release['spec']['workload'] {
  const { versions } = policy.spec.workload;
  const { old = 'ScaleToZero', hashLabel } = versions ?? {};
  const recorded = versions && workload?.versions ? { replicas: workload.replicas, old, runBy: kindOfVersions(versions), ...(hashLabel === undefined ? {} : { hashLabel }) } : {};
  return { kind: workload?.kind ?? 'Deployment', name: workload?.name ?? '', ...recorded };
}

function stableTemplate({ caches }: ControllerContext, workload: Workload | undefined, name: string): PodTemplateSpec | undefined {
  if (workload?.versions) return workload.versions.find((version) => version.name === name)?.template;
  return workload && replicaSetsOf(workload, caches).find(({ metadata }) => metadata.name === name)?.spec.template;
}

/** What leads to one running version alone. */
function leadOf(workload: Workload | undefined, name: string): RunningVersion['lead'] {
  return workload?.versions?.find((version) => version.name === name)?.lead ?? {};
}

/** The images of a template's containers, as people tell versions apart. */
function imagesOf(template: PodTemplateSpec | undefined): { images?: string } {
  const images = (template?.spec?.containers ?? []).flatMap(({ image }) => image ?? []);
  return images.length === 0 ? {} : { images: images.join(', ') };
}

async function carryOut(context: ControllerContext, policy: ReleasePolicy, workload: Workload | undefined, decision: RestingDecision): Promise<void> {
  const objects: HolderObjects = { workload, policy, release: undefined };
  if (workload && decision.paused === true && (await setPaused(context, workload, true))) return;
  const stable = decision.status.stable;
  for (const discarded of decision.discarded) {
    const replicaSet = context.caches.replicaSets.get({ namespace: policy.metadata.namespace ?? '', name: discarded });
    if (replicaSet) await deleteReplicaSet(context, replicaSet);
  }
  if (workload) await carryOutVersions(context, policy, workload, decision, objects);
  else if (decision.status.phase !== 'Releasing') {
    const own = context.caches.replicaSets.list({ namespace: policy.metadata.namespace ?? '' }).filter((replicaSet) => isLost(replicaSet, policy.metadata.name));
    for (const replicaSet of own) await putLabelsBack(context, replicaSet);
  }
  if (workload && (stable || decision.status.foundPaused === false) && decision.paused === false) await setPaused(context, workload, false);
  if (workload?.deployment) await setLabel(context, workload, decision.labelled ? policy.metadata.name : undefined, policy.metadata.name);
  if (decision.released && policy.metadata.deletionTimestamp !== undefined) {
    await setFinalizers(context, policy, (policy.metadata.finalizers ?? []).filter((each) => each !== FINALIZER));
  }
}

async function carryOutVersions(context: ControllerContext, policy: ReleasePolicy, workload: Workload, { status, othersHeldBy, discarded, returned, stableSize }: RestingDecision, objects: HolderObjects): Promise<void> {
  const replicaSets = replicaSetsOf(workload, context.caches);
  const stable = replicaSets.find(({ metadata }) => metadata.name === status.stable?.replicaSet);
  // The one that serves first: a Deployment that owns no other scales whatever it gets.
  if (stable && returned.includes(stable.metadata.name)) await giveTo(context, stable, 'home', objects);
  for (const replicaSet of replicaSets) {
    const isReturned = returned.includes(replicaSet.metadata.name);
    const holder = othersHeldBy ?? (isReturned ? 'home' : undefined);
    if (replicaSet === stable || discarded.includes(replicaSet.metadata.name) || holder === undefined || (isLost(replicaSet, workload.policy) && !isReturned)) continue;
    await giveTo(context, replicaSet, holder, objects);
  }
  if (stableSize === undefined || !status.stable) return;
  if (workload.versions) {
    const running = workload.versions.find(({ name }) => name === status.stable?.replicaSet);
    if (running) await scaleRunner(context, running.runner, stableSize);
    return;
  }
  if (stable) await resize(context, stable, stableSize);
  else await createReplicaSet(context, newReplicaSet(workload, status.stable, stableSize, 'home', objects, policy.metadata.name));
}

const isLabelled = ({ deployment }: Workload): boolean => deployment?.metadata.labels?.[POLICY_LABEL] !== undefined || deployment === undefined;

/** The one thing that Serin leaves on a Deployment at rest, but for a pause where nothing else would keep it from rolling. */
async function setLabel(context: ControllerContext, { deployment }: Workload, value: string | undefined, own: string): Promise<void> {
  if (!deployment) return;
  const present = deployment.metadata.labels?.[POLICY_LABEL];
  if (present === value || (value === undefined && present !== own)) return;
  await write(context, 'deployment.label', context.caches.deployments, (client) =>
    client.patch(resources.deployments, name(deployment), { kind: 'merge', body: { metadata: { resourceVersion: deployment.metadata.resourceVersion, labels: { [POLICY_LABEL]: value ?? null } } } }),
  );
}

async function setFinalizers(context: ControllerContext, policy: ReleasePolicy, finalizers: string[]): Promise<void> {
  await write(context, 'policy.finalizer', finalizers.includes(FINALIZER) ? context.caches.policies : undefined, (client) =>
    client.patch(serinResources.releasePolicies, name(policy), { kind: 'merge', body: { metadata: { resourceVersion: policy.metadata.resourceVersion, finalizers } } }),
  );
}
