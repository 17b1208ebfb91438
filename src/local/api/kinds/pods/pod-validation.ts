import type { FieldError } from '../../../../kubernetes/field-error.js';
import { duplicateField, forbiddenField, invalidField, requiredField } from '../../../../kubernetes/field-errors.js';
import type { Pod, PodSpec, PodTemplateSpec, Volume } from '../../../../kubernetes/generated/core-v1.js';
import { dns1123LabelProblems, dns1123SubdomainProblems } from '../../../../kubernetes/names.js';
import { nonNegative, problemsAt } from '../field-checks.js';
import { annotationErrors, labelErrors } from '../object-meta.js';
import { containerErrors, initContainerErrors, oneOf } from './container-validation.js';

const MOST = 2147483647;
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const INTEGER = /^[+-]?(0|[1-9][0-9]*)$/;

/** What is wrong with a Pod beside its metadata. */
export function podProblems(pod: Pod): FieldError[] {
  return [...podAnnotationErrors(pod.metadata.annotations, 'metadata.annotations'), ...podSpecErrors(pod.spec, 'spec')];
}

/** What is wrong with the Pod template of a workload. */
export function podTemplateErrors(template: PodTemplateSpec, field: string): FieldError[] {
  const { metadata, spec } = template;
  return [
    ...labelErrors(metadata?.labels, `${field}.labels`),
    ...annotationErrors(metadata?.annotations, `${field}.annotations`),
    ...podAnnotationErrors(metadata?.annotations, `${field}.annotations`),
    ...podSpecErrors(spec, `${field}.spec`),
    ...((spec?.ephemeralContainers ?? []).length > 0
      ? [forbiddenField(`${field}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')]
      : []),
  ];
}

function podAnnotationErrors(annotations: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  const cost = annotations?.[DELETION_COST];
  if (cost === undefined) return [];
  const fits = INTEGER.test(cost) && !cost.startsWith('+') && Math.abs(Number(cost)) <= MOST;
  return fits ? [] : [invalidField(`${field}[${DELETION_COST}]`, cost, 'must be a 32bit integer')];
}

function podSpecErrors(spec: PodSpec | undefined, field: string): FieldError[] {
  if (spec === undefined) return [requiredField(`${field}.containers`)];
  const volumes = volumeErrors(spec.volumes ?? [], `${field}.volumes`);
  const names = new Set((spec.containers ?? []).map(({ name }) => name));
  const name = (part: string, value: string | undefined, problems: (text: string) => string[]): FieldError[] =>
    value === undefined || value === '' ? [] : problemsAt(`${field}.${part}`, value, problems(value));
  const deadline = spec.activeDeadlineSeconds;
  return [
    ...volumes.errors,
    ...containerErrors(spec.containers, `${field}.containers`, volumes.names),
    ...initContainerErrors(spec.initContainers ?? [], `${field}.initContainers`, volumes.names, names),
    ...oneOf(`${field}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never']),
    ...oneOf(`${field}.dnsPolicy`, spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']),
    ...labelErrors(spec.nodeSelector, `${field}.nodeSelector`),
    ...name('serviceAccountName', spec.serviceAccountName, dns1123SubdomainProblems),
    ...name('nodeName', spec.nodeName, dns1123SubdomainProblems),
    ...(deadline !== undefined && (deadline < 1 || deadline > MOST)
      ? [invalidField(`${field}.activeDeadlineSeconds`, deadline, `must be between 1 and ${MOST}, inclusive`)]
      : []),
    ...name('hostname', spec.hostname, dns1123LabelProblems),
    ...name('subdomain', spec.subdomain, dns1123LabelProblems),
    ...name('priorityClassName', spec.priorityClassName, dns1123SubdomainProblems),
  ];
}

function volumeErrors(volumes: readonly Volume[], field: string): { errors: FieldError[]; names: ReadonlySet<string> } {
  const names = new Set<string>();
  const errors = volumes.flatMap((volume, index) => {
    const at = `${field}[${index}]`;
    const own = sourceErrors(volume, at);
    if (volume.name === '') own.push(requiredField(`${at}.name`));
    else own.push(...problemsAt(`${at}.name`, volume.name, dns1123LabelProblems(volume.name)));
    if (names.has(volume.name)) own.push(duplicateField(`${at}.name`, volume.name));
    if (own.length === 0) names.add(volume.name);
    return own;
  });
  return { errors, names };
}

function sourceErrors(volume: Volume, at: string): FieldError[] {
  const [first, ...more] = Object.keys(volume).filter((key) => key !== 'name');
  if (first === undefined) return [requiredField(at, 'must specify a volume type')];
  const errors: FieldError[] = more.map((source) => forbiddenField(`${at}.${source}`, 'may not specify more than 1 volume type'));
  const needs = (field: string, value: string | undefined): void => {
    if (value === undefined || value === '') errors.push(requiredField(`${at}.${field}`));
  };
  if (volume.configMap !== undefined) needs('configMap.name', volume.configMap.name);
  if (volume.secret !== undefined) needs('secret.secretName', volume.secret.secretName);
  if (volume.hostPath !== undefined) needs('hostPath.path', volume.hostPath.path);
  if (volume.persistentVolumeClaim !== undefined) needs('persistentVolumeClaim.claimName', volume.persistentVolumeClaim.claimName);
  errors.push(...nonNegative(`${at}.configMap.defaultMode`, volume.configMap?.defaultMode));
  return errors;
}
