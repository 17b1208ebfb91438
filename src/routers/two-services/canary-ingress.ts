import { resources } from '../../kubernetes/resources.js';
import { WHOLE } from '../../model/split.js';
import { sayMatches } from '../ingress-nginx/matches.js';
import { CHANGED_AT, OLD_CLASS, annotation, annotationOf, isOn, type Ingress } from '../ingress-nginx/objects.js';
import { equalJson } from '../json-values.js';
import { ourLabels } from '../our-objects.js';
import type { RoutingWrite } from '../router.js';
import type { Wanted } from './members.js';
import { nginxConfig, pointerPart, type Scope, type TwoServicesConfig } from './scope.js';

/** On a canary Ingress: the annotations that Serin set for a time, so that it takes away no others. */
const FOR_NOW = 'serin.dev/set-for-now';
const FULL_CENT = 100;

/** Whether the main Ingress keeps users with the Service that they met. */
interface Sticking {
  readonly sticks: boolean;
}

const sticks = (config: TwoServicesConfig, main: Ingress): boolean => annotationOf(nginxConfig(config), main, 'affinity') === 'cookie';

/** What weights of a canary Ingress are parts of. */
function totalFor({ weightTotal }: TwoServicesConfig, share: number): number {
  return weightTotal ?? (share % (WHOLE / FULL_CENT) === 0 ? FULL_CENT : WHOLE);
}

/** The annotations that are Serin's on a canary Ingress; undefined for those that are to be gone. */
function annotationsFor({ config }: Scope, { weight, matches, sticks }: Wanted & Sticking): Readonly<Record<string, string | undefined>> {
  const total = totalFor(config, weight);
  // Users whom an affinity cookie binds to the canary would stay there at weight 0: `legacy` lets them go.
  const behaviour = annotation(nginxConfig(config), 'affinity-canary-behavior');
  const released = sticks && weight === 0 && matches.length === 0 && config.canaryAnnotations?.[behaviour] === undefined ? { [behaviour]: 'legacy' } : {};
  const forNow: Record<string, string> = { ...sayMatches(nginxConfig(config), matches).annotations, ...released };
  return {
    ...config.canaryAnnotations,
    [annotation(nginxConfig(config), 'canary')]: 'true',
    [annotation(nginxConfig(config), 'canary-weight')]: String(Math.round((weight * total) / WHOLE)),
    [annotation(nginxConfig(config), 'canary-weight-total')]: config.weightTotal === undefined && total === FULL_CENT ? undefined : String(total),
    ...forNow,
    [FOR_NOW]: Object.keys(forNow).length === 0 ? undefined : Object.keys(forNow).sort().join(','),
  };
}

/** The share that a canary Ingress says, in per mille; undefined where it is none. */
export function weightOf(config: TwoServicesConfig, canary: Ingress): number | undefined {
  if (!isOn(nginxConfig(config), canary, 'canary')) return undefined;
  const total = Number(annotationOf(nginxConfig(config), canary, 'canary-weight-total') ?? FULL_CENT);
  const weight = Number(annotationOf(nginxConfig(config), canary, 'canary-weight') ?? 0);
  if (!Number.isInteger(weight) || !(total > 0) || weight < 0 || weight > total) return undefined;
  return Math.round((WHOLE * weight) / total);
}

/** A canary Ingress as Serin makes it: the rules of the main one whose paths lead to the stable Service, led to the canary. */
export function desiredCanary(scope: Scope, main: Ingress, name: string, wanted: Wanted): Ingress {
  const { config: { owner }, namespace, policy } = scope;
  const old = main.metadata.annotations?.[OLD_CLASS];
  const said = Object.entries(annotationsFor(scope, { ...wanted, sticks: sticks(scope.config, main) })).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace,
      annotations: { ...(old === undefined ? {} : { [OLD_CLASS]: old }), ...Object.fromEntries(said) },
      ...(owner ? { ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }] } : { labels: ourLabels(policy) }),
    },
    spec: canarySpec(scope, main),
  };
}

function canarySpec({ config: { stable, canary = '' } }: Scope, { spec }: Ingress): Ingress['spec'] {
  const rules = (spec.rules ?? []).flatMap(({ host, http }) => {
    const paths = (http?.paths ?? []).flatMap((path) => {
      const { service } = path.backend;
      return service?.name === stable && service !== undefined ? [{ ...path, backend: { ...path.backend, service: { ...service, name: canary } } }] : [];
    });
    return paths.length === 0 ? [] : [{ ...(host === undefined ? {} : { host }), http: { paths } }];
  });
  return { ...(spec.ingressClassName === undefined ? {} : { ingressClassName: spec.ingressClassName }), ...(spec.tls === undefined ? {} : { tls: spec.tls }), rules };
}

/**
 * What changes a canary Ingress to what is wanted, and leaves all that somebody else put on it.
 * @param main undefined where its rules cannot be told by it: then only annotations are written
 */
export function patchCanary(scope: Scope, present: Ingress, main: Ingress | undefined, wanted: Wanted): RoutingWrite[] {
  const desired = main && desiredCanary(scope, main, present.metadata.name, wanted);
  const has = present.metadata.annotations ?? {};
  const said = annotationsFor(scope, { ...wanted, sticks: main !== undefined && sticks(scope.config, main) });
  const before = (has[FOR_NOW] ?? '').split(',').filter(Boolean);
  const old = desired?.metadata.annotations?.[OLD_CLASS];
  const all: Readonly<Record<string, string | undefined>> = { ...Object.fromEntries(before.map((key) => [key, undefined])), ...(old === undefined ? {} : { [OLD_CLASS]: old }), ...said };
  const annotations = Object.entries(all).flatMap(([key, value]) => {
    if (has[key] === value) return [];
    return [value === undefined ? { op: 'remove', path: pointer(key) } : { op: 'add', path: pointer(key), value }];
  });
  const { ingressClassName: _class, tls: _tls, rules: _rules, ...rest } = present.spec;
  const spec = desired ? { ...rest, ...desired.spec } : present.spec;
  const changes = [...annotations, ...(equalJson(present.spec, spec) ? [] : [{ op: 'replace', path: '/spec', value: spec }])];
  if (changes.length === 0) return [];
  const whole = present.metadata.annotations === undefined ? [{ op: 'add', path: '/metadata/annotations', value: {} }] : [];
  const stamp = { op: 'add', path: pointer(CHANGED_AT), value: String(scope.found.now) };
  return [{ action: 'patch', resource: resources.ingresses, name: present.metadata.name, patchKind: 'json', patch: [...whole, ...changes, stamp], resourceVersion: present.metadata.resourceVersion ?? '' }];
}

const pointer = (key: string): string => `/metadata/annotations/${pointerPart(key)}`;
