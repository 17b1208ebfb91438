import { isRecord } from '../../kubernetes/json.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { seen, type ClusterFacts, type SharedObject } from './facts.js';
import { findingsOf, type Finding } from './finding.js';

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const record = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {});
const field = (object: unknown, ...path: readonly string[]): unknown => path.reduce<unknown>((at, key) => record(at)[key], object);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Whether GitOps tools leave alone what Serin writes in objects that they manage. */
export function checkGitOps({ applications, kustomizations, shared }: Pick<ClusterFacts, 'applications' | 'kustomizations' | 'shared'>): Finding[] {
  return [...seen(applications).flatMap((each) => checkApplication(each, shared)), ...seen(kustomizations).flatMap((each) => checkKustomization(each, shared))];
}

const title = ({ kind, namespace, name }: SharedObject): string => `${kind} ${namespace}/${name}`;

function checkApplication(application: KubernetesObject, shared: readonly SharedObject[]): Finding[] {
  const { ok, warn, fail } = findingsOf('Argo CD');
  const place = `Application ${application.metadata.namespace ?? ''}/${application.metadata.name}`;
  const managed = shared.filter((object) => list(field(application, 'status', 'resources')).some((each) => ['group', 'kind', 'namespace', 'name'].every((key) => text(record(each)[key]) === object[key as 'group' | 'kind' | 'namespace' | 'name'])));
  if (managed.length === 0) return [];
  const spec = field(application, 'spec');
  const rules = list(field(spec, 'ignoreDifferences'));
  const open = managed.filter((object) => !rules.some((rule) => ignores(record(rule), object)));
  const respects = list(field(spec, 'syncPolicy', 'syncOptions')).includes('RespectIgnoreDifferences=true');
  if (open.length === 0 && respects) return [ok(`${place} leaves alone what Serin writes.`)];
  const heals = field(spec, 'syncPolicy', 'automated', 'selfHeal') === true;
  const wanted = [
    ...open.map(({ group, kind, name, pointer }) => `ignoreDifferences {${group === '' ? '' : `group: ${group}, `}kind: ${kind}, name: ${name}, jsonPointers: [${pointer}]}`),
    ...(respects ? [] : ['syncOptions [RespectIgnoreDifferences=true]']),
  ];
  const message = `${place} ${heals ? 'puts back' : 'puts back, at each sync,'} what releases write in ${(open.length > 0 ? open : managed).map(title).join(', ')}.`;
  return [(heals ? fail : warn)(message, `Set in its spec: ${wanted.join('; ')}. Not looked at is what argocd-cm says of all applications.`)];
}

function ignores(rule: Readonly<Record<string, unknown>>, { group, kind, namespace, name, pointer }: SharedObject): boolean {
  const is = (key: string, value: string): boolean => rule[key] === undefined || text(rule[key]) === '' || text(rule[key]) === '*' || text(rule[key]) === value;
  if (!is('kind', kind) || !is('name', name) || !is('namespace', namespace)) return false;
  if (text(rule['group']) !== group && text(rule['group']) !== '*') return false;
  const path = pointer.replaceAll('/', '.');
  return list(rule['jsonPointers']).some((each) => touches(text(each), pointer)) || list(rule['jqPathExpressions']).some((each) => text(each).replaceAll(/["[\]]/g, '').startsWith(path)) || list(rule['managedFieldsManagers']).includes('serin');
}

/** Whether one of two JSON pointers leads to the other's field or into it. */
const touches = (one: string, other: string): boolean => one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);

const SSA = 'kustomize.toolkit.fluxcd.io/ssa';

function checkKustomization(kustomization: KubernetesObject, shared: readonly SharedObject[]): Finding[] {
  const { ok, fail } = findingsOf('Flux');
  const place = `Kustomization ${kustomization.metadata.namespace ?? ''}/${kustomization.metadata.name}`;
  const ids = list(field(kustomization, 'status', 'inventory', 'entries')).map((entry) => text(record(entry)['id']));
  const managed = shared.filter(({ namespace, name, group, kind }) => ids.includes(`${namespace}_${name}_${group}_${kind}`));
  if (managed.length === 0) return [];
  const rules = list(field(kustomization, 'spec', 'ignore'));
  const open = managed.filter((object) => !/^(Ignore|IfNotPresent)$/i.test(object.annotations[SSA] ?? '') && !rules.some((rule) => leaves(record(rule), object)));
  if (open.length === 0) return [ok(`${place} leaves alone what Serin writes.`)];
  const wanted = open.map(({ kind, name, pointer }) => `{target: {kind: ${kind}, name: ${name}}, paths: [${pointer}]}`);
  return [fail(`${place} puts back what releases write in ${open.map(title).join(', ')}.`, `Set in its spec (Flux 2.9): ignore [${wanted.join(', ')}]; before, the annotation ${SSA}: IfNotPresent on the objects.`)];
}

function leaves(rule: Readonly<Record<string, unknown>>, { group, kind, namespace, name, pointer }: SharedObject): boolean {
  const target = record(rule['target']);
  const is = (key: string, value: string): boolean => text(target[key]) === '' || matches(text(target[key]), value);
  const selected = target['labelSelector'] === undefined && target['annotationSelector'] === undefined;
  return selected && is('group', group) && is('kind', kind) && is('namespace', namespace) && is('name', name) && list(rule['paths']).some((each) => touches(text(each), pointer));
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(value);
  } catch {
    return pattern === value;
  }
}
