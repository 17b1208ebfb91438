import type { Preview } from '../../model/preview.js';
import { nameBeside } from '../name-beside.js';
import type { Found, RouterContext, RoutingProblem } from '../router.js';
import { annotation, annotationOf, usesRegex, type Ingress, type IngressNginxConfig } from './objects.js';
import { classOf, metadataBeside, rulesFor } from './canary-ingress.js';
import { mains, servicePaths, type MainIngress } from './selection.js';

/** The rewriting by which what follows the prefix reaches the program. */
const TARGET = '/$2';
/** Of the main Ingress's annotations, what a preview beside it must not have. */
const NOT_COPIED = /^(canary|rewrite-target$|use-regex$|app-root$|ssl-passthrough$|server-alias$|server-snippet$|stream-snippet$|from-to-www-redirect$|default-backend$)/;

/** The path of a preview by prefix, as a regular expression whose second group is the rest. */
export function previewPath(prefix: string): string {
  return `${prefix.replaceAll('.', '[.]')}(/|$)(.*)`;
}

/** Whether a preview path can stand in the main Ingress itself: its rewriting is the one that the path needs. */
export function fitsIn(config: IngressNginxConfig, { found: { object } }: MainIngress): boolean {
  return annotationOf(config, object, 'rewrite-target') === TARGET;
}

/** The Ingresses for previews beside a main one. @param service the Service that leads to the canary alone */
export function previewIngresses(config: IngressNginxConfig, main: MainIngress, preview: Preview, service: string, context: Pick<RouterContext, 'namespace' | 'policy'>): Ingress[] {
  const { object } = main.found;
  const ingress = (ending: '-serin-preview' | '-serin-preview-host', annotations: Readonly<Record<string, string>>, spec: Ingress['spec']): Ingress => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: metadataBeside(object, nameBeside(main.name, ending), annotations, context),
    spec: { ...classOf(object), ...spec },
  });
  const made: Ingress[] = [];
  if (preview.path !== undefined && !fitsIn(config, main)) {
    const path = previewPath(preview.path);
    const rules = hostsOf(main).map(({ host, port }) => ({ ...(host === '' ? {} : { host }), http: { paths: [{ path, pathType: 'ImplementationSpecific', backend: { service: { name: service, port } } }] } }));
    made.push(ingress('-serin-preview', { ...copied(config, object), [annotation(config, 'use-regex')]: 'true', [annotation(config, 'rewrite-target')]: TARGET }, { rules }));
  }
  if (preview.host !== undefined) {
    const regex = Object.fromEntries(['use-regex', 'rewrite-target'].flatMap((name) => {
      const value = annotationOf(config, object, name);
      return value === undefined ? [] : [[annotation(config, name), value]];
    }));
    const [first] = main.paths;
    const paths = main.paths.filter(({ rule }) => rule === first?.rule);
    made.push(ingress('-serin-preview-host', { ...copied(config, object), ...regex }, { ...tlsFor(object, preview.host), rules: rulesFor(object, paths, service, preview.host) }));
  }
  return made;
}

/** The hosts that lead to the Service, each with the port of its first path. */
export function hostsOf({ paths }: MainIngress): { readonly host: string; readonly rule: number; readonly port: MainIngress['paths'][number]['port'] }[] {
  return paths.filter((path, index) => paths.findIndex(({ host }) => host === path.host) === index).map(({ host, rule, port }) => ({ host, rule, port }));
}

function copied(config: IngressNginxConfig, { metadata }: Ingress): Record<string, string> {
  const prefix = annotation(config, '');
  return Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => key.startsWith(prefix) && !NOT_COPIED.test(key.slice(prefix.length))));
}

/** The certificate of the main Ingress where it says that it holds for the host too. */
function tlsFor({ spec }: Ingress, host: string): Pick<Ingress['spec'], 'tls'> {
  const wildcard = host.replace(/^[^.]+/, '*');
  const entry = (spec.tls ?? []).find(({ hosts = [] }) => hosts.includes(host) || hosts.includes(wildcard));
  return entry ? { tls: [{ ...entry, hosts: [host] }] } : {};
}

/** What speaks against a preview beside what is there. */
export function previewProblems(config: IngressNginxConfig, { path, host }: Preview, found: Found, selected: readonly MainIngress[], context: Pick<RouterContext, 'policy'>, claimed: readonly string[] = []): RoutingProblem[] {
  const problems: RoutingProblem[] = [];
  const others = mains(config, found, context.policy);
  const live = others.flatMap((ingress) => servicePaths(ingress).map((each) => ({ ...each, ingress }))).filter((each) => !provesHost(each.path));
  if (host !== undefined) {
    const taken = live.find((each) => each.host === host);
    if (taken) problems.push({ place: `preview.host ${host}`, problem: `is a live host already, in Ingress ${taken.ingress.metadata.name}`, remedy: 'choose a host of its own for the preview' });
  }
  if (path === undefined) return problems;
  const own = previewPath(path);
  for (const main of selected) {
    for (const { host: at } of hostsOf(main)) {
      const beside = live.filter((each) => each.host === at && !(each.path === own && claimed.includes(own)));
      const hidden = beside.find((each) => isUnder(beginning(each.path), path) && each.path.length <= own.length);
      if (hidden) {
        problems.push({ place: `preview.path ${path}`, problem: `hides the live path ${hidden.path} of Ingress ${hidden.ingress.metadata.name} on ${at === '' ? 'all hosts' : `host ${at}`}`, remedy: 'choose a prefix that no live path begins with, or preview.host' });
      }
      const isRegex = others.some((ingress) => usesRegex(config, ingress) && servicePaths(ingress).some((each) => each.host === at));
      const misread = isRegex ? undefined : beside.find((each) => each.path !== '/' || each.pathType === 'Exact');
      if (misread) {
        problems.push({
          place: `preview.path ${path}`,
          problem: `would change live paths: one regular expression makes ingress-nginx read all paths of ${at === '' ? 'a host' : `host ${at}`} as such, in any case, and ${misread.path} (${misread.pathType}) of Ingress ${misread.ingress.metadata.name} would match more than now`,
          remedy: `choose preview.host, or set ${annotation(config, 'use-regex')}: "true" yourself when that is what you want`,
        });
      }
    }
  }
  return problems;
}

/**
 * By such a path, there for a moment, an authority sees that a host is whose it says (RFC 8555, 8.3; cert-manager adds and removes
 * it). Its token holds no character with a meaning in expressions: as one it takes nothing from others.
 */
const provesHost = (path: string): boolean => path.startsWith('/.well-known/acme-challenge/');

/** What a path begins with, up to where it becomes an expression. */
const beginning = (path: string): string => /^[^()[\]{}*+?|\\^$.]*/.exec(path)?.[0] ?? '';

const isUnder = (path: string, prefix: string): boolean => path.toLowerCase() === prefix.toLowerCase() || path.toLowerCase().startsWith(`${prefix.toLowerCase()}/`);
