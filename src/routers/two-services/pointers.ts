import type { Service } from '../../kubernetes/generated/core-v1.js';
import type { DestinationRule } from '../../kubernetes/generated/istio-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { roles, type Role } from '../../model/version.js';
import { acceptanceOf } from '../istio/acceptance.js';
import { overwritten } from '../overwriting.js';
import { foreignWriterOf } from '../managed-fields.js';
import type { Claim, FoundObject, RoutingProblem, RoutingWrite } from '../router.js';
import { following, selectedPods } from '../service/endpoints.js';
import { annotationChanges } from './service-annotations.js';
import { DEFAULT_SETTLE_SECONDS, pointerPart, type Hashes, type Scope } from './scope.js';

/** What leads to one version by its hash: the selector of a Service, or the labels of a subset. */
export interface Pointer {
  readonly role: Role;
  /** For people, such as `Service shop`. */
  readonly title: string;
  readonly claim: Claim;
  /** The hash it leads to; undefined where it chooses Pods of all versions. */
  readonly hash: string | undefined;
  readonly found: FoundObject;
  /** Ready Pods that it would lead to with another hash; with none as it is now. */
  readyPods(hash?: string): number;
  /** What sets the hash and nothing else. */
  move(hash: string): RoutingWrite[];
  /** What is still to follow, for the hash that it has; undefined when nothing is. */
  readonly follows: string | undefined;
  /** When that may end by time alone, in milliseconds since the epoch. */
  readonly followsUntil?: number;
  /** That somebody else wrote what it leads to. */
  overwritten(what: string): RoutingProblem | undefined;
}

/** All that lead to a version, with what keeps some from doing so. */
export interface Pointers {
  readonly all: readonly Pointer[];
  readonly problems: readonly RoutingProblem[];
}

export function pointersOf(scope: Scope): Pointers {
  const { config } = scope;
  const services = roles.flatMap((role) => (config[role] === undefined ? [] : [servicePointer(scope, role, config[role])]));
  const subsets = config.destinationRule ? roles.map((role) => subsetPointer(scope, role)) : [];
  const each = [...services, ...subsets];
  return { all: each.flatMap((one) => ('problem' in one ? [] : [one])), problems: each.flatMap((one) => ('problem' in one ? [one] : [])) };
}

/** The version that all pointers of a role lead to; undefined where they lead to none of them, or apart. */
export function leadOf({ all }: Pointers, role: Role, hashes: Hashes): Role | undefined {
  const leads = all.filter((each) => each.role === role).map(({ hash }) => hash);
  return roles.find((lead) => leads.length > 0 && leads.every((hash) => hash === hashes[lead]));
}

function servicePointer(scope: Scope, role: Role, name: string): Pointer | RoutingProblem {
  const { config, found, hashLabel } = scope;
  const present = found.get(resources.services, name);
  const title = `Service ${name}`;
  if (!present) return { place: title, problem: 'does not exist', remedy: 'create it, or name another one' };
  const { object } = present;
  const selector = object.spec?.selector ?? {};
  if (object.spec?.type === 'ExternalName') return { place: `${title}, spec.type`, problem: 'is an ExternalName: it has no Pods to choose from', remedy: 'use a Service with a selector' };
  if (Object.keys(selector).length === 0) return { place: `${title}, spec.selector`, problem: 'has no selector: its endpoints are made by someone else', remedy: 'give it a selector that means the Pods of both versions' };
  const follows = following(found, object, selector);
  return {
    role, title, found: present, claim: { kind: 'Service', name, found: {} }, hash: selector[hashLabel], follows,
    readyPods: (hash) => selectedPods(found, object, hash === undefined ? selector : { ...selector, [hashLabel]: hash }).length,
    move: (hash) => patchService(object, hashLabel, hash, config.serviceAnnotations),
    overwritten: (what) => {
      const owned = ['spec', 'selector'];
      return foreignWriterOf(object, owned) === undefined ? undefined : overwritten({ object, group: '', field: 'spec.selector', jsonPointer: `/spec/selector/${pointerPart(hashLabel)}`, owned }, what);
    },
  };
}

function patchService(object: Service, hashLabel: string, hash: string, annotations: Readonly<Record<string, string>> | undefined): RoutingWrite[] {
  const changes = [
    ...(object.spec?.selector?.[hashLabel] === hash ? [] : [{ op: 'add', path: `/spec/selector/${pointerPart(hashLabel)}`, value: hash }]),
    ...annotationChanges(object, annotations),
  ];
  if (changes.length === 0) return [];
  return [{ action: 'patch', resource: resources.services, name: object.metadata.name, patchKind: 'json', patch: changes, resourceVersion: object.metadata.resourceVersion ?? '' }];
}

function subsetPointer(scope: Scope, role: Role): Pointer | RoutingProblem {
  const { config, found, hashLabel } = scope;
  const { name = '', stableSubset = '', canarySubset = '' } = config.destinationRule ?? {};
  const subset = role === 'stable' ? stableSubset : canarySubset;
  const present = found.get(resources.destinationRules, name);
  if (!present) return { place: `DestinationRule ${name}`, problem: 'does not exist', remedy: 'create it, or name another one' };
  const { object } = present;
  const index = (object.spec.subsets ?? []).findIndex((each) => each.name === subset);
  if (index < 0) return { place: `DestinationRule ${name}, spec.subsets`, problem: `has no subset ${subset}`, remedy: 'define it, or name another one' };
  const title = `subset ${subset} of DestinationRule ${name}`;
  const labels = object.spec.subsets?.[index]?.labels ?? {};
  const acceptance = acceptanceOf(present, found.now, { settleSeconds: config.settleSeconds ?? DEFAULT_SETTLE_SECONDS });
  return {
    role, title, found: present, claim: { kind: 'DestinationRule', name, found: {} }, hash: labels[hashLabel],
    ...(acceptance.accepted ? { follows: undefined } : { follows: acceptance.waitsFor, ...(acceptance.waitsUntil === undefined ? {} : { followsUntil: acceptance.waitsUntil }) }),
    // A subset chooses among the Pods of its host; labels alone tell which of them are of a version.
    readyPods: (hash) => selectedPods(found, WITHOUT_SPEC, hash === undefined ? labels : { ...labels, [hashLabel]: hash }).length,
    move: (hash) => patchSubset(object, index, hashLabel, hash, config.serviceAnnotations),
    overwritten: (what) => {
      const owned = ['spec', 'subsets'];
      return foreignWriterOf(object, owned) === undefined ? undefined : overwritten({ object, group: 'networking.istio.io', field: `spec.subsets[${index}].labels`, jsonPointer: `/spec/subsets/${index}/labels/${pointerPart(hashLabel)}`, owned }, what);
    },
  };
}

const WITHOUT_SPEC: Service = { apiVersion: 'v1', kind: 'Service', metadata: { name: '' }, spec: {} };

function patchSubset(object: DestinationRule, index: number, hashLabel: string, hash: string, annotations: Readonly<Record<string, string>> | undefined): RoutingWrite[] {
  const labels = object.spec.subsets?.[index]?.labels;
  const path = `/spec/subsets/${index}/labels`;
  const changes = [
    ...(labels?.[hashLabel] === hash ? [] : labels ? [{ op: 'add', path: `${path}/${pointerPart(hashLabel)}`, value: hash }] : [{ op: 'add', path, value: { [hashLabel]: hash } }]),
    ...annotationChanges(object, annotations),
  ];
  if (changes.length === 0) return [];
  return [{ action: 'patch', resource: resources.destinationRules, name: object.metadata.name, patchKind: 'json', patch: changes, resourceVersion: object.metadata.resourceVersion ?? '' }];
}
