import type { Ingress } from '../../kubernetes/generated/networking-v1.js';

/** Which part of the requests, of 100, a canary Ingress of ingress-nginx gets by weight; by header or cookie it counts as one. */
export function weightOf({ metadata }: Pick<Ingress, 'metadata'>): number {
  const annotations = Object.entries(metadata.annotations ?? {});
  const value = (name: string): string | undefined => annotations.find(([key]) => key.endsWith(`/${name}`))?.[1];
  if (value('canary') !== 'true') return 0;
  return Math.max(Number(value('canary-weight') ?? 0) || 0, value('canary-by-header') !== undefined || value('canary-by-cookie') !== undefined ? 1 : 0);
}
