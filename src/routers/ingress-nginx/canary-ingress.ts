import { resources } from '../../kubernetes/resources.js';
import type { Match } from '../../model/match.js';
import { WHOLE, type Split } from '../../model/split.js';
import { equalJson } from '../json-values.js';
import { ourLabels } from '../our-objects.js';
import { nameBeside } from '../name-beside.js';
import type { Found, RouterContext, RoutingWrite } from '../router.js';
import { sayMatches } from './matches.js';
import { CHANGED_AT, OLD_CLASS, annotation, annotationOf, isOn, type Ingress, type IngressNginxConfig } from './objects.js';
import type { MainIngress, ServicePath } from './selection.js';

/** What ingress-nginx reads from a canary Ingress beside the canary annotations; everything else comes from the main one. */
const OF_BACKENDS = ['load-balance', 'upstream-hash-by', 'upstream-hash-by-subset', 'upstream-hash-by-subset-size', 'service-upstream', 'affinity-canary-behavior'];

/** The canary Ingress that Serin makes beside a main one. @param service the Service that leads to the canary */
export function canaryIngress(config: IngressNginxConfig, main: MainIngress, split: Pick<Split, 'shares' | 'matches' | 'sticky'>, service: string, context: Pick<RouterContext, 'namespace' | 'policy'>): Ingress {
  const { object } = main.found;
  const annotations: Record<string, string> = {};
  for (const name of OF_BACKENDS) {
    const value = annotationOf(config, object, name);
    if (value !== undefined) annotations[annotation(config, name)] = value;
  }
  if (split.sticky) annotations[annotation(config, 'affinity-canary-behavior')] = 'sticky';
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: metadataBeside(object, nameBeside(main.name, '-serin-canary'), { ...annotations, ...trafficAnnotations(config, split.shares.canary, split.matches ?? []) }, context),
    spec: { ...classOf(object), rules: rulesFor(object, main.paths, service) },
  };
}

function trafficAnnotations(config: IngressNginxConfig, share: number, matches: readonly Match[]): Record<string, string> {
  return {
    [annotation(config, 'canary')]: 'true',
    [annotation(config, 'canary-weight')]: String(share),
    [annotation(config, 'canary-weight-total')]: String(WHOLE),
    ...sayMatches(config, matches).annotations,
  };
}

/** Metadata of an Ingress beside a main one, with the class where it is an annotation. */
export function metadataBeside(main: Ingress, name: string, annotations: Readonly<Record<string, string>>, { namespace, policy }: Pick<RouterContext, 'namespace' | 'policy'>): Ingress['metadata'] {
  const old = main.metadata.annotations?.[OLD_CLASS];
  return { name, namespace, labels: ourLabels(policy), annotations: { ...(old === undefined ? {} : { [OLD_CLASS]: old }), ...annotations } };
}

export const classOf = ({ spec }: Ingress): Pick<Ingress['spec'], 'ingressClassName'> => (spec.ingressClassName === undefined ? {} : { ingressClassName: spec.ingressClassName });

/** The rules of a main Ingress with these paths alone, leading to another Service. @param host another one than theirs */
export function rulesFor(main: Ingress, paths: readonly ServicePath[], service: string, host?: string): NonNullable<Ingress['spec']['rules']> {
  return [...new Set(paths.map(({ rule }) => rule))].flatMap((rule) => {
    const original = main.spec.rules?.[rule];
    const own = paths.filter((path) => path.rule === rule);
    const hosts = host === undefined ? (original?.host === undefined ? {} : { host: original.host }) : { host };
    return own.length === 0 ? [] : [{ ...hosts, http: { paths: own.map(({ index, pathType, port }) => ({ ...pathText(original?.http?.paths[index]?.path), pathType, backend: { service: { name: service, port } } })) } }];
  });
}

const pathText = (path: string | undefined): { readonly path?: string } => (path === undefined ? {} : { path });

/** Writes that make an Ingress of ours what it should be. @param now milliseconds since the epoch */
export function writeOurs(config: IngressNginxConfig, desired: Ingress, found: Found): RoutingWrite[] {
  const present = found.get(resources.ingresses, desired.metadata.name)?.object;
  if (!present) return [{ action: 'create', resource: resources.ingresses, object: desired }];
  const wanted = desired.metadata.annotations ?? {};
  const has = present.metadata.annotations ?? {};
  const ofNginx = annotation(config, '');
  const gone = Object.keys(has).filter((key) => key.startsWith(ofNginx) && wanted[key] === undefined);
  const changed = Object.entries(wanted).filter(([key, value]) => has[key] !== value);
  const spec = { ...present.spec, ...desired.spec };
  const changes = [
    ...gone.map((key) => ({ op: 'remove', path: pointer(key) })),
    ...changed.map(([key, value]) => ({ op: 'add', path: pointer(key), value })),
    ...(equalJson(present.spec, spec) ? [] : [{ op: 'replace', path: '/spec', value: spec }]),
  ];
  if (changes.length === 0) return [];
  const stamp = { op: 'add', path: pointer(CHANGED_AT), value: String(found.now) };
  const whole = present.metadata.annotations === undefined ? [{ op: 'add', path: '/metadata/annotations', value: {} }] : [];
  return [{ action: 'patch', resource: resources.ingresses, name: present.metadata.name, patchKind: 'json', patch: [...whole, ...changes, stamp], resourceVersion: present.metadata.resourceVersion ?? '' }];
}

const pointer = (key: string): string => `/metadata/annotations/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;

/**
 * Writes that let a canary Ingress take nothing any more, before it goes. Users whose affinity cookie binds them to the
 * canary would stay there at weight 0: `legacy` lets them go.
 */
export function silence(config: IngressNginxConfig, present: Ingress, found: Found): RoutingWrite[] {
  const behaviour = annotation(config, 'affinity-canary-behavior');
  const rules = ['canary-by-header', 'canary-by-header-value', 'canary-by-header-pattern', 'canary-by-cookie'].map((name) => annotation(config, name));
  const kept = Object.entries(present.metadata.annotations ?? {}).filter(([key]) => key !== CHANGED_AT && !rules.includes(key));
  const annotations = { ...Object.fromEntries(kept), ...trafficAnnotations(config, 0, []), [behaviour]: 'legacy' };
  return writeOurs(config, { ...present, metadata: { ...present.metadata, annotations } }, found);
}

/** The share that a canary Ingress says, in per mille; undefined where it says none of ours. */
export function shareOf(config: IngressNginxConfig, canary: Ingress): number | undefined {
  if (!isOn(config, canary, 'canary')) return undefined;
  const weight = annotationOf(config, canary, 'canary-weight');
  const total = annotationOf(config, canary, 'canary-weight-total');
  const share = Number(weight);
  return weight !== undefined && total === String(WHOLE) && Number.isInteger(share) && share >= 0 && share <= WHOLE ? share : undefined;
}

/** Deletes an Ingress of ours. */
export function remove({ metadata }: Ingress): RoutingWrite {
  return { action: 'delete', resource: resources.ingresses, name: metadata.name, resourceVersion: metadata.resourceVersion ?? '' };
}
