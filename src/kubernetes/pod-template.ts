import type { PodTemplateSpec } from './generated/core-v1.js';
import { canonicalJson, deepEqual, isRecord, withoutNulls } from './json.js';
import { fillPodSpecDefaults } from './pod-defaults.js';

/** The label that a Deployment puts on the Pods of one template; never part of the template itself. */
export const POD_TEMPLATE_HASH = 'pod-template-hash';

/** Fields that are the same whether absent or false, because Kubernetes leaves the false ones out. */
const FALSE_IS_ABSENT: ReadonlySet<string> = new Set(['hostNetwork', 'hostPID', 'hostIPC', 'stdin', 'stdinOnce', 'tty', 'readOnly']);
const ZERO_IS_ABSENT: ReadonlySet<string> = new Set(['hostPort', 'initialDelaySeconds']);

/**
 * Whether two Pod templates mean the same Pods: without the hash label, with the server's defaults filled in on both
 * sides, absent and empty being one. So a template as written equals the one that a live server hands back.
 */
export function equalTemplates(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return deepEqual(a, b) || deepEqual(normalisedTemplate(a), normalisedTemplate(b));
}

/** The form in which equal templates are equal JSON. Not for sending: empty parts are left out. */
export function normalisedTemplate(template: PodTemplateSpec): unknown {
  const { metadata, spec = { containers: [] } } = withoutNulls(template);
  const { [POD_TEMPLATE_HASH]: _hash, ...labels } = metadata?.labels ?? {};
  fillPodSpecDefaults(spec);
  return withoutEmpty({ metadata: { labels, annotations: metadata?.annotations }, spec }) ?? {};
}

/**
 * A short text that names a template: equal templates have equal hashes. It only names; compare with `equalTemplates`.
 * (Not the number that a Kubernetes Deployment controller computes, which depends on its Go structs.)
 * @param collisionCount from a Deployment's status, raised when a hash was already taken
 */
export function hashTemplate(template: PodTemplateSpec, collisionCount?: number): string {
  const text = canonicalJson(normalisedTemplate(template));
  return safeEncode(String(fnv32a(collisionCount === undefined ? text : `${text}#${collisionCount}`)));
}

const SAFE_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** Replaces each character by one of 27 that spell no words and are never mistaken for others, as Kubernetes does in names. */
export function safeEncode(text: string): string {
  return [...text].map((char) => SAFE_LETTERS.charAt((char.codePointAt(0) ?? 0) % SAFE_LETTERS.length)).join('');
}

/** The 32-bit FNV-1a hash of a text's UTF-8 bytes, and of more bytes behind them. */
export function fnv32a(text: string, more: Uint8Array = new Uint8Array()): number {
  let hash = 0x811c9dc5;
  for (const byte of [...new TextEncoder().encode(text), ...more]) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Without keys whose value is null, empty or the zero value of its type; undefined when nothing is left. Items of lists stay. */
function withoutEmpty(value: unknown, key = ''): unknown {
  if (value === null || value === undefined || value === '') return undefined;
  if (value === false && FALSE_IS_ABSENT.has(key)) return undefined;
  if (value === 0 && ZERO_IS_ABSENT.has(key)) return undefined;
  if (Array.isArray(value)) {
    if (value.length === 0) return undefined;
    return value.map((item: unknown) => (isRecord(item) ? (withoutEmpty(item) ?? {}) : item));
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value)
    .map(([name, item]) => [name, isMap(key) && item === '' ? '' : withoutEmpty(item, name)] as const)
    .filter(([, item]) => item !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Maps with free keys, in which an empty text is a value. */
const isMap = (key: string): boolean => key === 'labels' || key === 'annotations' || key === 'nodeSelector' || key === 'matchLabels';

/** The template as a user writes it: without the label that tells versions apart. */
export function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const labels = template.metadata?.labels;
  if (!isRecord(labels) || !template.metadata) return template;
  const { [POD_TEMPLATE_HASH]: _hash, ...kept } = labels;
  return { ...template, metadata: { ...template.metadata, labels: kept } };
}
