import { resources } from '../../kubernetes/resources.js';
import { isRecord } from '../json-values.js';
import { backendsOf } from '../canary-service/backends.js';
import { checkServices } from '../canary-service/check.js';
import { isOurObject } from '../our-objects.js';
import { nameBeside } from '../name-beside.js';
import type { CheckContext, Found, RoutingProblem } from '../router.js';
import { classProblems } from './classes.js';
import { foreignCanary, nameTaken } from './object-problems.js';
import { annotation, annotationOf, isOn, type Ingress, type IngressNginxConfig } from './objects.js';
import { foreignCanaries, mains, selectMains, servicePaths, type MainIngress } from './selection.js';

const SNIPPETS = ['configuration-snippet', 'server-snippet', 'stream-snippet', 'auth-snippet', 'modsecurity-snippet'];

/** All that speaks against steering by ingress-nginx, at once. */
export function checkIngresses(config: IngressNginxConfig, found: Found, context: CheckContext): RoutingProblem[] {
  const services = checkServices(found, context);
  const { own, service: { stable, canary } } = backendsOf(context);
  if (stable === '') return services;
  const old = found.list(resources.ingresses).flatMap((ingress) => oldVersion(ingress, stable));
  const selected = selectMains(config, found, context);
  const chosen = selectionProblems(config, found, context, selected, stable);
  return [
    ...services,
    ...(old.length > 0 ? old : chosen),
    ...selected.flatMap((main) => [...classProblems(found, main.found.object), ...mainProblems(config, main, stable)]),
    ...foreignCanaries(config, found, context.policy, selected.flatMap(({ paths }) => paths)).map(({ object, path }) => foreignCanary(object, path)),
    ...selected.flatMap(({ name }) => {
      const there = found.get(resources.ingresses, nameBeside(name, '-serin-canary'))?.object;
      return there && !isOurObject(there, context.policy) ? [nameTaken(there)] : [];
    }),
    ...passingBy(config, found, context, selected),
    // Where the stable version is the one that is wanted, there is none on trial.
    ...(own && canary !== stable ? mainElsewhere(config, found, context, canary) : []),
  ];
}

/** An Ingress written for an API that is gone since Kubernetes 1.22. */
function oldVersion({ apiVersion, metadata, spec }: Ingress, service: string): RoutingProblem[] {
  if (apiVersion === 'networking.k8s.io/v1') return [];
  const names = (spec?.rules ?? []).flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => (isRecord(backend) ? backend.serviceName : undefined)));
  if (!names.includes(service)) return [];
  return [
    {
      place: `Ingress ${metadata.name}, apiVersion`,
      problem: `is written for ${apiVersion}, which Kubernetes has not served since 1.22`,
      remedy: 'write networking.k8s.io/v1, with pathType in each path and backend: {service: {name: …, port: {number: …}}}',
    },
  ];
}

function selectionProblems(config: IngressNginxConfig, found: Found, { policy }: CheckContext, selected: readonly MainIngress[], service: string): RoutingProblem[] {
  const named = config.ingresses?.flatMap((name, index): RoutingProblem[] => {
    const place = `router.ingressNginx.ingresses[${index}]`;
    const there = found.get(resources.ingresses, name)?.object;
    if (!there) return [{ place, problem: `Ingress ${name} does not exist`, remedy: 'create it, or correct the name' }];
    if (isOn(config, there, 'canary')) return [{ place, problem: `Ingress ${name} is a canary itself`, remedy: 'name the main Ingress' }];
    return selected.some((main) => main.name === name) ? [] : [{ place, problem: `Ingress ${name} has no path to Service ${service}`, remedy: 'add one, or correct the name' }];
  });
  if (named) return named;
  if (selected.length > 0) return [];
  const byDefault = mains(config, found, policy).find(({ spec }) => spec?.defaultBackend?.service?.name === service);
  return [
    byDefault
      ? { place: `Ingress ${byDefault.metadata.name}, spec.defaultBackend`, problem: 'leads to the Service by a default backend, which cannot be steered', remedy: 'lead there by a rule with path / (pathType Prefix)' }
      : { place: `Service ${service}`, problem: 'no Ingress of this namespace has a path to it', remedy: `create one: spec {ingressClassName: nginx, rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: ${service}, port: {number: 80}}}}]}}]}` },
  ];
}

/** What an Ingress says that cannot be steered, or not as one might think. */
function mainProblems(config: IngressNginxConfig, main: MainIngress, service: string): RoutingProblem[] {
  const { object } = main.found;
  const place = `Ingress ${main.name}`;
  const problems: RoutingProblem[] = [];
  const warn = (at: string, problem: string, remedy: string): void => void problems.push({ place: at, problem, remedy, severity: 'warning' });
  const has = (name: string): string | undefined => annotationOf(config, object, name);
  if (isOn(config, object, 'ssl-passthrough')) {
    problems.push({ place: `${place}, ${annotation(config, 'ssl-passthrough')}`, problem: 'passes TLS through unread, so that no request can be told from another', remedy: 'let ingress-nginx end TLS (spec.tls), or choose a router that splits connections' });
  }
  for (const name of SNIPPETS) if (has(name) !== undefined) warn(`${place}, ${annotation(config, name)}`, 'is a piece of nginx configuration that Serin cannot read: what it sends elsewhere is not steered', 'see that it changes neither upstream nor path');
  if (has('affinity') === 'cookie') {
    warn(`${place}, ${annotation(config, 'affinity')}`, 'keeps users with the version that they met: shares and matches hold for those who have no cookie yet', has('affinity-canary-behavior') === 'legacy' ? 'leave affinity-canary-behavior: legacy out, with which users of the canary fall back to stable' : 'none needed where that is what you want');
  }
  const target = has('rewrite-target');
  for (const path of main.paths) problems.push(...rewriteProblems(`${place}, spec.rules[${path.rule}].http.paths[${path.index}]`, path.path, target));
  for (const [rule, { http }] of (object.spec.rules ?? []).entries()) {
    for (const [index, { backend }] of (http?.paths ?? []).entries()) {
      if (backend.resource) warn(`${place}, spec.rules[${rule}].http.paths[${index}].backend.resource`, 'is a resource backend, which ingress-nginx answers with its default backend', 'name a Service');
    }
  }
  if (object.spec.defaultBackend?.service?.name === service) warn(`${place}, spec.defaultBackend`, 'leads to the Service too, and its requests are not steered by Serin', 'lead there by a rule with path /');
  if (object.metadata.uid !== undefined && (object.status?.loadBalancer?.ingress ?? []).length === 0) {
    warn(`${place}, status.loadBalancer`, 'holds no address: no controller has reported that it serves this Ingress', 'see that ingress-nginx runs and serves its class');
  }
  return problems;
}

/** A rewriting that names groups which the path does not have sends all requests to one place. */
function rewriteProblems(place: string, path: string, target: string | undefined): RoutingProblem[] {
  const highest = Math.max(0, ...[...(target ?? '').matchAll(/\$([1-9])/g)].map(([, digit]) => Number(digit)));
  const groups = [...path.replace(/\\./g, '').matchAll(/\((?!\?[^P<])/g)].length;
  if (highest <= groups) return [];
  const repair = highest === 2 && groups === 0 ? `${path.replace(/\/?\*?$/, '')}/()(.*)` : `a path with ${highest} groups`;
  return [
    {
      place,
      problem: `is rewritten to ${target ?? ''}, but ${path} has ${groups === 0 ? 'no group' : `only ${groups} of the groups`}: every request arrives as ${(target ?? '').replace(/\$[1-9]/g, '') || '/'}`,
      remedy: `write path: "${repair}" (pathType ImplementationSpecific), which keeps paths as they are`,
      severity: 'warning',
    },
  ];
}

/** ingress-nginx hangs a canary on the Service and port, not on the path: others that lead there are split too. */
function passingBy(config: IngressNginxConfig, found: Found, context: CheckContext, selected: readonly MainIngress[]): RoutingProblem[] {
  if (config.ingresses === undefined) return [];
  const { ingresses: _chosen, ...all } = config;
  return selectMains(all, found, context)
    .filter(({ name }) => selected.every((main) => main.name !== name))
    .map(({ name, paths }): RoutingProblem => ({
      place: `Ingress ${name}`,
      problem: `is not among the Ingresses to steer, but ${paths[0]?.path ?? '/'} leads to the same Service, and ingress-nginx splits all requests to a Service alike`,
      remedy: 'add it to router.ingressNginx.ingresses, or leave that out to steer all',
      severity: 'warning',
    }));
}

/** The canary's own Service as a main backend: such a one cannot be a canary at the same time. */
function mainElsewhere(config: IngressNginxConfig, found: Found, { policy }: CheckContext, canary: string): RoutingProblem[] {
  return mains(config, found, policy).flatMap((ingress) => {
    const path = servicePaths(ingress).find(({ service }) => service === canary);
    return path ? [{ place: `Ingress ${ingress.metadata.name}, spec.rules[${path.rule}].http.paths[${path.index}]`, problem: `sends users to Service ${canary} of the canary already, and ingress-nginx takes no main backend as a canary`, remedy: 'take the path out; say preview.path or preview.host in the policy instead' }] : [];
  });
}
