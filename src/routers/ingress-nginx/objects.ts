import type { HTTPIngressPath, Ingress } from '../../kubernetes/generated/networking-v1.js';
import { MANAGED_BY, POLICY_LABEL } from '../../model/resources.js';
import type { IngressNginxConfig } from '../../model/policy/routers.js';
import { fingerprint } from '../json-values.js';

export type { IngressNginxConfig } from '../../model/policy/routers.js';
export type { HTTPIngressPath, Ingress };

/** How long ingress-nginx is given to take over a change: it batches changes for about three seconds, and its workers look once a second. */
export const DEFAULT_SETTLE_SECONDS = 5;
/** When Serin changed annotations last, in milliseconds since the epoch: they leave no trace in `metadata.generation`. */
export const CHANGED_AT = 'serin.dev/changed-at';
const DEFAULT_PREFIX = 'nginx.ingress.kubernetes.io';
const LONGEST_NAME = 253;

/** Names of ingress-nginx's annotations with the prefix in use. */
export function annotation(config: IngressNginxConfig, name: string): string {
  return `${config.annotationPrefix ?? DEFAULT_PREFIX}/${name}`;
}

/** The value of one of ingress-nginx's annotations; undefined when it is absent or empty, which count as the same. */
export function annotationOf(config: IngressNginxConfig, { metadata }: Ingress, name: string): string | undefined {
  return metadata.annotations?.[annotation(config, name)] || undefined;
}

/** Whether an annotation says true, as Go reads it. */
export function isOn(config: IngressNginxConfig, ingress: Ingress, name: string): boolean {
  return /^(1|t|T|true|TRUE|True)$/.test(annotationOf(config, ingress, name) ?? '');
}

/** Whether Serin made this Ingress for this policy. */
export function isOurIngress({ metadata: { labels = {} } }: Ingress, policy: string): boolean {
  return labels[POLICY_LABEL] === policy && Object.entries(MANAGED_BY).every(([key, value]) => labels[key] === value);
}

/** Name of an Ingress that Serin makes beside a main one: cut, and told apart by a fingerprint, where it would be too long. */
export function nameBeside(main: string, ending: '-serin-canary' | '-serin-preview' | '-serin-preview-host'): string {
  const name = `${main}${ending}`;
  if (name.length <= LONGEST_NAME) return name;
  const mark = fingerprint(main).slice(0, 8);
  return `${main.slice(0, LONGEST_NAME - ending.length - mark.length - 1).replace(/[-.]+$/, '')}-${mark}${ending}`;
}

/** An empty path means `/`. */
export const textOf = ({ path }: Pick<HTTPIngressPath, 'path'>): string => (path === undefined || path === '' ? '/' : path);

/** Whether the paths of an Ingress are regular expressions: said so, or by a rewrite. */
export function usesRegex(config: IngressNginxConfig, ingress: Ingress): boolean {
  return isOn(config, ingress, 'use-regex') || annotationOf(config, ingress, 'rewrite-target') !== undefined;
}
