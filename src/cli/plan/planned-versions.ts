import { hashOf } from '../../controller/versions.js';
import type { Deployment, ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import type { Pod, PodTemplateSpec } from '../../kubernetes/generated/core-v1.js';
import type { LabelSelector } from '../../kubernetes/generated/meta-v1.js';
import { equalTemplates, hashTemplate } from '../../kubernetes/pod-template.js';
import { kindOfVersions, nameOfListed, type VersionList } from '../../model/policy/workload.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { HASH_LABEL, ownLead, type Role, type VersionTarget } from '../../model/version.js';
import { CliError } from '../errors.js';

/** What a policy's workload is made of, as it is on the cluster or in files. */
export interface PlannedWorkload {
  readonly deployments: readonly Deployment[];
  readonly replicaSets: readonly ReplicaSet[];
}

/** One version of a plan that nobody carries out. */
export interface PlannedVersion {
  /** The ReplicaSet that runs it, or the Deployment where users run one for each version. */
  readonly name: string;
  readonly hash: string;
  readonly template: PodTemplateSpec;
  readonly service: string | undefined;
  readonly subset?: string | undefined;
  /** The label whose value the hash is; the usual one when absent. */
  readonly hashLabel?: string;
}

/** The two versions that a plan leads from and to. */
export interface PlannedVersions {
  readonly stable: PlannedVersion;
  readonly canary: PlannedVersion;
  readonly replicas: number;
  readonly selector: LabelSelector | undefined;
  /** What in it is made up, in one sentence. */
  readonly note: string | undefined;
}

/** `container=image`, as it is written on a command line. */
export interface ImageChange {
  readonly container: string;
  readonly image: string;
}

/** Finds the versions, or what stands for them. @throws CliError where there is no program to release */
export function plannedVersions(policy: ReleasePolicy, workload: PlannedWorkload, images: readonly ImageChange[]): PlannedVersions {
  const { versions, inline, deployment: name } = policy.spec.workload;
  if (versions) return versionsOfUsers(policy, workload, versions);
  const deployment = workload.deployments.find(({ metadata }) => metadata.name === name);
  const present = inline?.template ?? deployment?.spec.template;
  if (!present) throw new CliError(`policy ${policy.metadata.name} releases ${name === undefined ? 'nothing' : `Deployment ${name}, which is not there`}: add it to the files, or correct the name.`);
  const known = workload.replicaSets.find(({ metadata }) => metadata.name === policy.status?.stable?.replicaSet);
  const stableTemplate = known?.spec.template ?? present;
  const wanted = withImages(present, images);
  const owner = deployment?.metadata.name ?? policy.metadata.name;
  const isNew = !equalTemplates(wanted, stableTemplate);
  const stableHash = known ? hashOf(known) : 'stablehash';
  const canaryHash = isNew ? hashTemplate(wanted) : 'canaryhash';
  const made = [...(known ? [] : ['stablehash']), ...(isNew ? [] : ['canaryhash'])];
  return {
    stable: { name: known?.metadata.name ?? `${owner}-${stableHash}`, hash: stableHash, template: stableTemplate, service: undefined },
    canary: { name: `${owner}-${canaryHash}`, hash: canaryHash, template: wanted, service: undefined },
    replicas: inline?.replicas ?? deployment?.spec.replicas ?? 1,
    selector: inline?.selector ?? deployment?.spec.selector,
    note: made.length === 0 ? undefined : `${made.join(' and ')} ${made.length === 1 ? 'stands for the hash that the version has then' : 'stand for the hashes that the versions have then'}${isNew ? '' : '; say which one comes with --image container=image'}.`,
  };
}

function versionsOfUsers(policy: ReleasePolicy, { deployments, replicaSets }: PlannedWorkload, versions: VersionList): PlannedVersions {
  const { list, want, replicas, hashLabel = HASH_LABEL } = versions;
  const kind = kindOfVersions(versions);
  const runners: readonly (Deployment | ReplicaSet)[] = kind === 'Deployment' ? deployments : replicaSets;
  const names = list.map(nameOfListed);
  const known = policy.status?.stable?.replicaSet;
  const owner = replicaSets.find(({ metadata }) => metadata.name === known)?.metadata.ownerReferences?.find(({ kind }) => kind === 'Deployment')?.name;
  const stableName = names.find((name) => name === known || name === owner) ?? names[0] ?? '';
  const wanted = want ?? names.at(-1) ?? '';
  const canaryName = wanted === stableName ? (names.find((name) => name !== stableName) ?? '') : wanted;
  if (canaryName === '') throw new CliError(`policy ${policy.metadata.name} lists one version, ${stableName}, so there is nothing to release: add the next one to spec.workload.versions.list.`);
  const version = (name: string): PlannedVersion => {
    const runner = runners.find(({ metadata }) => metadata.name === name);
    if (!runner) throw new CliError(`policy ${policy.metadata.name} lists ${kind} ${name}, which is not there: add it to the files, or correct the name.`);
    const listed = list.find((each) => nameOfListed(each) === name);
    const own = replicaSets.find((each) => each === runner || each.metadata.ownerReferences?.some(({ uid }) => uid !== undefined && uid === runner.metadata.uid));
    const known = own ? hashOf(own, hashLabel) : '';
    return {
      name, hash: known === '' ? `${name.replace(/[^a-z0-9]/g, '')}hash` : known, template: runner.spec.template ?? {}, service: listed?.service, subset: listed?.subset,
      ...(hashLabel === HASH_LABEL ? {} : { hashLabel }),
    };
  };
  const stable = version(stableName);
  return {
    stable, canary: version(canaryName), selector: undefined,
    replicas: replicas ?? runners.find(({ metadata }) => metadata.name === stableName)?.spec.replicas ?? 1,
    note: wanted === stableName ? `${stableName} is stable and wanted; shown is the way to ${canaryName}.` : undefined,
  };
}

function withImages(template: PodTemplateSpec, images: readonly ImageChange[]): PodTemplateSpec {
  const containers = template.spec?.containers ?? [];
  const unknown = images.find(({ container }) => !containers.some(({ name }) => name === container));
  if (unknown) throw new CliError(`--image: the Pod template has no container "${unknown.container}"; there ${containers.length === 1 ? 'is' : 'are'} ${containers.map(({ name }) => name).join(', ')}.`);
  if (!template.spec || images.length === 0) return template;
  return { ...template, spec: { ...template.spec, containers: containers.map((each) => ({ ...each, image: images.find(({ container }) => container === each.name)?.image ?? each.image ?? '' })) } };
}

/** What a router is told of a version. */
export function targetOf({ hash, hashLabel, template, ...version }: PlannedVersion, readyPods: number): VersionTarget {
  return { hash, ...(hashLabel === undefined ? {} : { hashLabel }), readyPods, podLabels: { ...template.metadata?.labels, [hashLabel ?? HASH_LABEL]: hash }, ...ownLead(version) };
}

/** So many ready Pods of a version. */
export function podsOf({ name, hash, hashLabel = HASH_LABEL, template }: PlannedVersion, role: Role, namespace: string, count: number): Pod[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${name}-${index + 1}`, namespace, labels: { ...template.metadata?.labels, [hashLabel]: hash } },
    spec: template.spec ?? { containers: [] },
    status: { phase: 'Running', podIP: `10.244.${role === 'stable' ? 0 : 1}.${index + 1}`, conditions: [{ type: 'Ready', status: 'True' }] },
  }));
}
