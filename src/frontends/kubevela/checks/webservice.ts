import { dns1123LabelProblems, labelValueProblems, qualifiedNameProblems } from '../../../kubernetes/names.js';
import { isQuantity } from '../../../kubernetes/quantity.js';
import type { Component } from '../application.js';
import { APP_NAME, COMPONENT, REVISION } from '../labels.js';
import type { ApplicationProblem } from '../problem.js';
import { webserviceOf } from '../properties/read.js';
import { volumeFields } from '../properties/volumes.js';
import { webservice, type HealthProbe, type Webservice } from '../properties/webservice.js';
import { volumesOf } from '../render/volumes.js';
import { duplicates, type Path } from './context.js';

const OWN_LABELS = [APP_NAME, COMPONENT, REVISION];

/** What is wrong with the properties of a webservice. @param path of the component */
export function webserviceProblems(component: Component, path: Path): ApplicationProblem[] {
  const at = [...path, 'properties'];
  const wrong = webservice.problems(component.properties, at);
  if (wrong.length > 0) return wrong;
  const properties = webserviceOf(component);
  const volumes = volumeProblems(properties, at);
  return [
    ...labelProblems(properties, at),
    ...amountProblems(properties, at),
    ...portProblems(properties, at),
    ...environmentProblems(properties, at),
    ...twice(properties, at),
    ...volumes,
    ...(volumes.length > 0 ? [] : mountProblems(properties, at)),
    ...(['livenessProbe', 'readinessProbe'] as const).flatMap((name) => probeProblems(properties[name], [...at, name])),
  ];
}

function labelProblems({ labels = {}, annotations = {} }: Webservice, path: Path): ApplicationProblem[] {
  const own = Object.keys(labels).filter((key) => OWN_LABELS.includes(key)).map((key) => ({ path: [...path, 'labels', key], problem: 'this label is set for every Pod already.', remedy: 'Leave it out.' }));
  const values = Object.entries(labels).flatMap(([key, value]) => labelValueProblems(value).map((text) => ({ path: [...path, 'labels', key], problem: `${text}.`, remedy: '' })));
  const keys = Object.entries({ labels, annotations }).flatMap(([field, map]) => Object.keys(map).flatMap((key) => qualifiedNameProblems(key).map((text) => ({ path: [...path, field, key], problem: `the key: ${text}.`, remedy: '' }))));
  return [...own, ...values, ...keys];
}

function amountProblems(properties: Webservice, path: Path): ApplicationProblem[] {
  return (['cpu', 'memory'] as const).flatMap((name) => {
    const amount = properties[name];
    return amount === undefined || isQuantity(amount) ? [] : [{ path: [...path, name], problem: `"${amount}" is no amount.`, remedy: name === 'cpu' ? 'Write it as in 0.5 or 500m.' : 'Write it as in 512Mi.' }];
  });
}

function portProblems({ ports = [], exposeType }: Webservice, path: Path): ApplicationProblem[] {
  const items = ports.map((port, index) => ({ ...port, path: [...path, 'ports', index] }));
  return [
    ...items.flatMap(({ nodePort, path: at }) => (nodePort === undefined || exposeType === 'NodePort' ? [] : [{ path: [...at, 'nodePort'], problem: `a Service of the type ${exposeType} has no nodePort.`, remedy: 'Write exposeType: NodePort, or leave it out.' }])),
    ...duplicates(items, ({ port, protocol }) => `${port}/${protocol}`, (item) => item.path, 'port'),
    ...duplicates(items, ({ name }) => name, (item) => [...item.path, 'name'], 'port of the name'),
    ...items.flatMap((item) => (item.name === undefined ? [] : portNameProblems(item.name, [...item.path, 'name']))),
  ];
}

/** What is wrong with the name of a port of a container, which is stricter than that of a Service's. */
function portNameProblems(name: string, path: Path): ApplicationProblem[] {
  return /^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? [] : [{ path, problem: `"${name}" is no name for a port.`, remedy: 'Use small letters, digits and single dashes between them.' }];
}

function environmentProblems({ env = [] }: Webservice, path: Path): ApplicationProblem[] {
  return env.flatMap(({ name, value, valueFrom }, index) => {
    const at = [...path, 'env', index];
    if (!/^[ -<>-~]+$/.test(name)) return [{ path: [...at, 'name'], problem: `"${name}" is no name for a variable.`, remedy: 'Use letters, digits and underscores.' }];
    if (valueFrom === undefined) return [];
    if (value !== undefined) return [{ path: [...at, 'valueFrom'], problem: 'stands beside value.', remedy: 'Write one of them.' }];
    const sources = [valueFrom.secretKeyRef, valueFrom.configMapKeyRef].filter((each) => each !== undefined);
    return sources.length === 1 ? [] : [{ path: [...at, 'valueFrom'], problem: 'is not one source.', remedy: 'Write either secretKeyRef or configMapKeyRef.' }];
  });
}

/** Lists whose items a server tells apart by a name. */
function twice({ env = [], imagePullSecrets = [], hostAliases = [] }: Webservice, path: Path): ApplicationProblem[] {
  return Object.entries({ env: env.map(({ name }) => name), imagePullSecrets, hostAliases: hostAliases.map(({ ip }) => ip) }).flatMap(([field, names]) =>
    duplicates(names.map((name, index) => ({ name, path: [...path, field, index] })), ({ name }) => name, (item) => item.path, 'entry'));
}

/** Which fields go with which type of volume in the older way to write them. */
function volumeProblems({ volumes = [], volumeMounts }: Webservice, path: Path): ApplicationProblem[] {
  if (volumeMounts !== undefined) return [];
  return volumes.flatMap((volume, index) => {
    const at = [...path, 'volumes', index];
    const { needs, may } = volumeFields[volume.type];
    const missing = needs !== undefined && volume[needs] === undefined ? [{ path: at, problem: `a volume of the type ${volume.type} needs ${needs}.`, remedy: `Write ${needs}.` }] : [];
    const fitting = ['name', 'mountPath', 'type', ...(needs === undefined ? [] : [needs]), ...may];
    const extra = Object.keys(volume).filter((key) => !fitting.includes(key));
    return [...missing, ...extra.map((key) => ({ path: [...at, key], problem: `does not go with the type ${volume.type}.`, remedy: 'Leave it out.' }))];
  });
}

function mountProblems(properties: Webservice, path: Path): ApplicationProblem[] {
  const { volumes, volumeMounts } = volumesOf(properties);
  const at = [...path, properties.volumeMounts === undefined ? 'volumes' : 'volumeMounts'];
  const names = [...new Set(volumes.map(({ name }) => name))];
  return [
    ...names.filter((name) => dns1123LabelProblems(name).length > 0).map((name) => ({ path: at, problem: `"${name}" is no name for a volume.`, remedy: 'Use small letters, digits and dashes, with a letter or digit at both ends.' })),
    ...volumeMounts.filter(({ mountPath }) => mountPath.includes(':')).map(({ mountPath }) => ({ path: at, problem: `nothing can be mounted at "${mountPath}".`, remedy: 'Leave the colon out of the path.' })),
    ...duplicates(volumes, ({ name }) => name, () => at, 'volume'),
    ...duplicates(volumeMounts, ({ mountPath }) => mountPath, () => at, 'volume at the path'),
  ];
}

function probeProblems(probe: HealthProbe | undefined, path: Path): ApplicationProblem[] {
  if (probe === undefined) return [];
  const ways = [probe.exec, probe.httpGet, probe.tcpSocket].filter((each) => each !== undefined);
  return ways.length === 1 ? [] : [{ path, problem: ways.length === 0 ? 'does not say how to look.' : 'says more than one way to look.', remedy: 'Write exactly one of exec, httpGet and tcpSocket.' }];
}
