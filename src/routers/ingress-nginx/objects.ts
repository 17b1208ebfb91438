import type { HTTPIngressPath, Ingress } from '../../kubernetes/generated/networking-v1.js';
import type { IngressNginxConfig } from '../../model/policy/routers.js';

export type { IngressNginxConfig } from '../../model/policy/routers.js';
export type { HTTPIngressPath, Ingress };

/** How long ingress-nginx is given to take over a change: it batches changes for about three seconds, and its workers look once a second. */
export const DEFAULT_SETTLE_SECONDS = 5;
/** When Serin changed annotations last, in milliseconds since the epoch: they leave no trace in `metadata.generation`. */
export const CHANGED_AT = 'serin.dev/changed-at';
/** The annotation that names the class where no field does. */
export const OLD_CLASS = 'kubernetes.io/ingress.class';
const DEFAULT_PREFIX = 'nginx.ingress.kubernetes.io';

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

/** An empty path means `/`. */
export const textOf = ({ path }: Pick<HTTPIngressPath, 'path'>): string => (path === undefined || path === '' ? '/' : path);

/** Whether the paths of an Ingress are regular expressions: said so, or by a rewrite. */
export function usesRegex(config: IngressNginxConfig, ingress: Ingress): boolean {
  return isOn(config, ingress, 'use-regex') || annotationOf(config, ingress, 'rewrite-target') !== undefined;
}
