import type { Container, ContainerPort, EnvVar, EnvVarSource, ResourceRequirements, VolumeMount } from '../../../../kubernetes/generated/core-v1.js';
import type { FieldError } from '../../../../kubernetes/field-error.js';
import { duplicateField, invalidField, notFoundField, requiredField, unsupportedField } from '../../../../kubernetes/field-errors.js';
import { configKeyProblems, dns1123LabelProblems, qualifiedNameProblems } from '../../../../kubernetes/names.js';
import { compareQuantities, isQuantity } from '../../../../kubernetes/quantity.js';
import { portNameProblems, portNumber, problemsAt } from '../field-checks.js';
import { lifecycleErrors, probeErrors } from './probe-validation.js';

/** Protocols of ports, sorted as messages list them. */
export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

/** What is wrong with the regular containers of a Pod. @param volumes names of the volumes that may be mounted */
export function containerErrors(containers: readonly Container[] | null | undefined, field: string, volumes: ReadonlySet<string>): FieldError[] {
  if (containers === null || containers === undefined || containers.length === 0) return [requiredField(field)];
  const names = new Set<string>();
  return containers.flatMap((container, index) => {
    const at = `${field}[${index}]`;
    const errors = commonErrors(container, at, volumes);
    if (names.has(container.name)) errors.push(duplicateField(`${at}.name`, container.name));
    names.add(container.name);
    errors.push(...lifecycleErrors(container.lifecycle, `${at}.lifecycle`));
    errors.push(...probeErrors(container, at));
    return errors;
  });
}

/** What is wrong with the init containers of a Pod. @param regular names of the regular containers */
export function initContainerErrors(
  containers: readonly Container[],
  field: string,
  volumes: ReadonlySet<string>,
  regular: ReadonlySet<string>,
): FieldError[] {
  const names = new Set(regular);
  return containers.flatMap((container, index) => {
    const at = `${field}[${index}]`;
    const errors = commonErrors(container, at, volumes);
    if (names.has(container.name)) errors.push(duplicateField(`${at}.name`, container.name));
    names.add(container.name);
    return errors;
  });
}

function commonErrors(container: Container, at: string, volumes: ReadonlySet<string>): FieldError[] {
  const { name, image, terminationMessagePolicy, imagePullPolicy } = container;
  const errors: FieldError[] = name === '' ? [requiredField(`${at}.name`)] : problemsAt(`${at}.name`, name, dns1123LabelProblems(name));
  if (image === undefined || image === '') errors.push(requiredField(`${at}.image`));
  errors.push(...oneOf(`${at}.terminationMessagePolicy`, terminationMessagePolicy, ['File', 'FallbackToLogsOnError']));
  errors.push(...portErrors(container.ports ?? [], `${at}.ports`));
  errors.push(...(container.env ?? []).flatMap((variable, index) => variableErrors(variable, `${at}.env[${index}]`)));
  errors.push(...mountErrors(container.volumeMounts ?? [], `${at}.volumeMounts`, volumes));
  errors.push(...oneOf(`${at}.imagePullPolicy`, imagePullPolicy, ['Always', 'IfNotPresent', 'Never']));
  errors.push(...resourceErrors(container.resources, `${at}.resources`));
  return errors;
}

/** A required word out of a list. */
export function oneOf(field: string, value: string | undefined, words: readonly string[]): FieldError[] {
  if (value === undefined || value === '') return [requiredField(field)];
  return words.includes(value) ? [] : [unsupportedField(field, value, words)];
}

function portErrors(ports: readonly ContainerPort[], field: string): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `${field}[${index}]`;
    const errors: FieldError[] = [];
    if (port.name !== undefined && port.name !== '') {
      const problems = portNameProblems(port.name);
      errors.push(...problemsAt(`${at}.name`, port.name, problems));
      if (problems.length === 0 && names.has(port.name)) errors.push(duplicateField(`${at}.name`, port.name));
      names.add(port.name);
    }
    errors.push(...(port.containerPort === 0 ? [requiredField(`${at}.containerPort`)] : portNumber(`${at}.containerPort`, port.containerPort)));
    if (port.hostPort !== undefined) errors.push(...portNumber(`${at}.hostPort`, port.hostPort));
    errors.push(...oneOf(`${at}.protocol`, port.protocol, PROTOCOLS));
    return errors;
  });
}

const VARIABLE_NAME = /^[ -<>-~]+$/;
const VARIABLE_RULE = "a valid environment variable name must consist only of printable ASCII characters other than '='";
const DOWNWARD_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const SUBSCRIPTED = /^(metadata\.(?:annotations|labels))\['(.*)'\]$/;

function variableErrors(variable: EnvVar, at: string): FieldError[] {
  const { name, value, valueFrom } = variable;
  const errors: FieldError[] = [];
  if (name === '') errors.push(requiredField(`${at}.name`));
  else if (!VARIABLE_NAME.test(name)) errors.push(invalidField(`${at}.name`, name, VARIABLE_RULE));
  return valueFrom === undefined ? errors : [...errors, ...sourceErrors(valueFrom, value, `${at}.valueFrom`)];
}

function sourceErrors(source: EnvVarSource, value: string | undefined, at: string): FieldError[] {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  const errors: FieldError[] = [];
  if (fieldRef !== undefined) errors.push(...fieldRefErrors(fieldRef.fieldPath, `${at}.fieldRef`));
  if (resourceFieldRef !== undefined && resourceFieldRef.resource === '') errors.push(requiredField(`${at}.resourceFieldRef.resource`));
  for (const [kind, reference] of [['configMapKeyRef', configMapKeyRef], ['secretKeyRef', secretKeyRef]] as const) {
    if (reference === undefined) continue;
    if (reference.name === undefined || reference.name === '') errors.push(requiredField(`${at}.${kind}.name`));
    if (reference.key === '') errors.push(requiredField(`${at}.${kind}.key`));
    else errors.push(...problemsAt(`${at}.${kind}.key`, reference.key, configKeyProblems(reference.key)));
  }
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter((each) => each !== undefined).length;
  if (sources === 0) {
    errors.push(invalidField(at, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'));
  } else if (value !== undefined && value !== '') errors.push(invalidField(at, '', 'may not be specified when `value` is not empty'));
  else if (sources > 1) errors.push(invalidField(at, '', 'may not have more than one field specified at a time'));
  return errors;
}

function fieldRefErrors(path: string, at: string): FieldError[] {
  if (path === '') return [requiredField(`${at}.fieldPath`)];
  const subscript = SUBSCRIPTED.exec(path);
  if (subscript !== null) {
    const key = subscript[2] ?? '';
    return problemsAt(at, key, qualifiedNameProblems(subscript[1] === 'metadata.annotations' ? key.toLowerCase() : key));
  }
  if (DOWNWARD_FIELDS.includes(path)) return [];
  if (path === 'metadata.annotations' || path === 'metadata.labels') return [unsupportedField(`${at}.fieldPath`, path, DOWNWARD_FIELDS)];
  return [invalidField(`${at}.fieldPath`, path, `error converting fieldPath: field label not supported: ${path}`)];
}

function mountErrors(mounts: readonly VolumeMount[], field: string, volumes: ReadonlySet<string>): FieldError[] {
  const paths = new Set<string>();
  return mounts.flatMap(({ name, mountPath }, index) => {
    const at = `${field}[${index}]`;
    const errors: FieldError[] = [];
    if (name === '') errors.push(requiredField(`${at}.name`));
    if (!volumes.has(name)) errors.push(notFoundField(`${at}.name`, name));
    if (mountPath === '') errors.push(requiredField(`${at}.mountPath`));
    if (paths.has(mountPath)) errors.push(invalidField(`${at}.mountPath`, mountPath, 'must be unique'));
    paths.add(mountPath);
    return errors;
  });
}

function resourceErrors(resources: ResourceRequirements | undefined, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const side of ['limits', 'requests'] as const) {
    for (const [name, amount] of Object.entries(resources?.[side] ?? {})) {
      if (isQuantity(amount) && compareQuantities(amount, 0) < 0) {
        errors.push(invalidField(`${at}.${side}[${name}]`, String(amount), 'must be greater than or equal to 0'));
      }
    }
  }
  for (const [name, amount] of Object.entries(resources?.requests ?? {})) {
    const limit = resources?.limits?.[name];
    if (limit !== undefined && isQuantity(limit) && isQuantity(amount) && compareQuantities(amount, limit) > 0) {
      errors.push(invalidField(`${at}.requests`, String(amount), `must be less than or equal to ${name} limit of ${String(limit)}`));
    }
  }
  return errors;
}
