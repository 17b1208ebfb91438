import { resources } from '../../kubernetes/resources.js';
import { foreignWriterOf } from '../managed-fields.js';
import { isOurObject } from '../our-objects.js';
import { overwritten } from '../overwriting.js';
import type { FoundObject, RoutingProblem, RoutingWrite } from '../router.js';
import type { Acceptance } from '../stages.js';
import { settling } from '../ingress-nginx/acceptance.js';
import { annotation, isOn, type Ingress } from '../ingress-nginx/objects.js';
import { desiredCanary, patchCanary, weightOf } from './canary-ingress.js';
import type { Member } from './members.js';
import { nginxConfig, type Scope } from './scope.js';
import { asksCanary } from './wanted.js';

type Entry = NonNullable<Scope['config']['ingresses']>[number];

/** The canary Ingresses beside those that are named. */
export function ingressMembers(scope: Scope): Member[] {
  return (scope.config.ingresses ?? []).map((entry) => ingressMember(scope, entry));
}

function ingressMember(scope: Scope, { name, canaryName }: Entry): Member {
  const { config, found } = scope;
  const main = found.get(resources.ingresses, name)?.object;
  const present = found.get(resources.ingresses, canaryName);
  const problems = [...(main ? mainProblems(scope, main, canaryName) : [missing(name)]), ...(present && !isOurs(scope, present.object) ? [taken(scope, present.object)] : [])];
  return {
    claim: undefined,
    weight: present ? weightOf(config, present.object) : 0,
    problems,
    write(wanted): RoutingWrite[] {
      if (present && !isOurs(scope, present.object)) return [];
      const fit = problems.length === 0 ? main : undefined;
      if (present) return patchCanary(scope, present.object, fit, wanted);
      // One that belongs to nobody else is there only while the canary gets requests. Without any Pods it goes with its owner, and would be made again and again.
      return !fit || scope.podless || (config.owner === undefined && !asksCanary(wanted)) ? [] : [{ action: 'create', resource: resources.ingresses, object: desiredCanary(scope, fit, canaryName, wanted) }];
    },
    acceptance: acceptanceOf(scope, present),
    overwritten(what) {
      const key = annotation(nginxConfig(config), 'canary-weight');
      const owned = ['metadata', 'annotations', key];
      if (!present || foreignWriterOf(present.object, owned) === undefined) return undefined;
      return overwritten({ object: present.object, group: 'networking.k8s.io', field: `metadata.annotations["${key}"]`, jsonPointer: `/metadata/annotations/${key.replaceAll('/', '~1')}`, owned }, what);
    },
  };
}

/** Whether a canary Ingress is one that Serin may write: its owner's, or made by Serin for this policy where it has none. */
export function isOurs({ config: { owner }, policy }: Scope, { metadata, ...object }: Ingress): boolean {
  if (!owner) return isOurObject({ ...object, metadata }, policy === '' ? undefined : policy);
  return (metadata.ownerReferences ?? []).some(({ controller, uid }) => controller === true && uid === owner.uid);
}

function acceptanceOf({ config, found }: Scope, present: FoundObject | undefined): Acceptance {
  if (!present) return { accepted: true };
  const { waitsFor, waitsUntil } = settling(nginxConfig(config), [present], found.now);
  return waitsFor === undefined ? { accepted: true } : { accepted: false, waitsFor, ...(waitsUntil === undefined ? {} : { waitsUntil }) };
}

/** The paths of an Ingress that lead to a Service, by host. A rule without http, or a path to no Service, leads to none. */
export function pathsTo({ spec }: Ingress, service: string | undefined): { readonly host: string; readonly path: string }[] {
  return (spec?.rules ?? []).flatMap(({ host = '', http }) =>
    (http?.paths ?? []).flatMap(({ backend, path = '/' }) => (backend?.service?.name === service && service !== undefined ? [{ host, path }] : [])),
  );
}

function mainProblems({ config, found }: Scope, main: Ingress, canaryName: string): RoutingProblem[] {
  const place = `Ingress ${main.metadata.name}`;
  const paths = pathsTo(main, config.stable);
  if (paths.length === 0) return [{ place, problem: `has no path to Service ${config.stable ?? ''}`, remedy: 'add one, or name another Ingress' }];
  const foreign = found.list(resources.ingresses).filter((each) => each.metadata.name !== canaryName && isOn(nginxConfig(config), each, 'canary'));
  return foreign.flatMap((each) => {
    const services = (each.spec?.rules ?? []).flatMap(({ host = '', http }) => (http?.paths ?? []).map(({ path = '/' }) => ({ host, path })));
    const both = services.find((one) => paths.some((other) => other.host === one.host && other.path === one.path));
    return both ? [{ place: `Ingress ${each.metadata.name}`, problem: `is a canary for ${both.host}${both.path} already, and ingress-nginx knows one for each backend`, remedy: `delete it; Serin makes ${canaryName}` }] : [];
  });
}

const missing = (name: string): RoutingProblem => ({ place: `Ingress ${name}`, problem: 'does not exist', remedy: 'create it, or name another one' });

function taken({ config: { owner } }: Scope, { metadata }: Ingress): RoutingProblem {
  return { place: `Ingress ${metadata.name}`, problem: `has the name of the canary Ingress that Serin makes, but ${owner ? `${owner.kind} ${owner.name} does not control it` : 'was not made by Serin for this policy'}`, remedy: 'rename or delete it' };
}
