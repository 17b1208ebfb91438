import { Value } from 'typebox/value';
import type { PodTemplateSpec } from '../../kubernetes/generated/core-v1.js';
import type { KubernetesObject, ObjectName, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { ImagePolicy } from '../../model/images/image-policy.js';
import { serinResources } from '../../model/resources.js';
import { parseImage, sameRepository, type ImageReference } from '../matching/image-reference.js';
import { RolloutSpecSchema, rollouts } from './rollout.js';

/** A container, and the image that its template names. */
export interface RunningContainer {
  readonly list: 'containers' | 'initContainers';
  readonly name: string;
  readonly text: string;
  readonly image: ImageReference;
}

/** The object whose Pod template names the images of a policy. */
export interface ImageWorkload {
  readonly resource: Resource<KubernetesObject>;
  readonly object: KubernetesObject;
  /** Where in the object its Pod template stands. */
  readonly templatePath: readonly string[];
  readonly template: PodTemplateSpec;
  /** Those that the policy looks after. */
  readonly containers: readonly RunningContainer[];
}

/** Why there is nothing to look after, in a sentence with the remedy. */
export interface WorkloadProblem {
  readonly problem: string;
}

/** Reads one object; undefined where there is none, or no such kind. */
export type FindObject = <T extends KubernetesObject>(resource: Resource<T>, name: ObjectName) => Promise<T | undefined>;

export const isProblem = (answer: ImageWorkload | WorkloadProblem): answer is WorkloadProblem => 'problem' in answer;

/** Finds the template that a policy is about: of a Deployment, of a ReleasePolicy that runs its own Pods, or of a Rollout. */
export async function readWorkload({ metadata, spec }: ImagePolicy, find: FindObject): Promise<ImageWorkload | WorkloadProblem> {
  const namespace = metadata.namespace ?? '';
  const missing = (kind: string, name: string): WorkloadProblem => ({ problem: `there is no ${kind} ${name} in namespace ${namespace}; create it, or correct spec.workload` });
  const ofDeployment = async (name: string): Promise<ImageWorkload | WorkloadProblem> => {
    const found = await find(resources.deployments, { namespace, name });
    const template = found?.spec?.template;
    return found && template ? workloadOf(spec, resources.deployments, found, ['spec', 'template'], template) : missing('Deployment', name);
  };
  const { deployment, policy, rollout } = spec.workload;
  if (deployment !== undefined) return ofDeployment(deployment);
  if (policy !== undefined) {
    const found = await find(serinResources.releasePolicies, { namespace, name: policy });
    if (!found) return missing('ReleasePolicy', policy);
    const { inline, deployment: named } = found.spec.workload;
    if (inline) return workloadOf(spec, serinResources.releasePolicies, found, ['spec', 'workload', 'inline', 'template'], inline.template);
    return named === undefined ? { problem: `ReleasePolicy ${policy} releases versions that you run, each of which has an image of its own; name a Deployment or a policy with a template under spec.workload` } : ofDeployment(named);
  }
  const name = rollout ?? '';
  const found = await find(rollouts, { namespace, name });
  if (!found || !Value.Check(RolloutSpecSchema, found.spec)) return missing('Rollout', name);
  const { workloadRef, template } = found.spec;
  if (workloadRef) return workloadRef.kind === 'Deployment' ? ofDeployment(workloadRef.name) : { problem: `Rollout ${name} takes its template from a ${workloadRef.kind}; only Deployments are changed` };
  return template ? workloadOf(spec, rollouts, found, ['spec', 'template'], template) : { problem: `Rollout ${name} has no template; write one, or name a Deployment under workloadRef` };
}

function workloadOf(spec: ImagePolicy['spec'], resource: Resource<KubernetesObject>, object: KubernetesObject, templatePath: readonly string[], template: PodTemplateSpec): ImageWorkload | WorkloadProblem {
  const { containers: wanted } = spec.workload;
  const lists = (['containers', 'initContainers'] as const).flatMap((list) => (template.spec?.[list] ?? []).map((container) => ({ list, name: container.name, text: container.image ?? '' })));
  const absent = wanted?.find((each) => !lists.some(({ name }) => name === each));
  const title = `${resource.kind} ${object.metadata.name}`;
  if (absent !== undefined) return { problem: `${title} has no container ${absent}; correct spec.workload.containers` };
  const containers = lists.flatMap((each): RunningContainer[] => {
    const image = parseImage(each.text);
    const meant = image && (wanted?.includes(each.name) ?? true) && (spec.image === undefined || sameRepository(spec.image, image.repository));
    return meant ? [{ ...each, image }] : [];
  });
  if (containers.length === 0) return { problem: `no container of ${title} runs ${spec.image ?? 'an image that can be read'}; correct spec.image` };
  return { resource, object, templatePath, template, containers };
}

/** The containers of a workload that run this repository. */
export const containersOf = ({ containers }: Pick<ImageWorkload, 'containers'>, repository: string): RunningContainer[] => containers.filter(({ image }) => sameRepository(image.repository, repository));

/** The repositories that the containers run, each once. */
export function repositoriesOf({ containers }: Pick<ImageWorkload, 'containers'>): string[] {
  return containers.map(({ image }) => image.repository).filter((each, index, all) => all.findIndex((other) => sameRepository(each, other)) === index);
}
