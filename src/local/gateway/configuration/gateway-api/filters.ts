import { compileHeaderChanges, type HeaderChanges } from '../header-changes.js';
import type { Mirror } from '../http-routes.js';
import type { HTTPRoute } from '../../../../kubernetes/generated/gateway-api-v1.js';
import type { BackendRef } from './backends.js';
import type { PathModifier, RequestRedirect } from './path-modifiers.js';

type HttpFilter = NonNullable<NonNullable<HTTPRoute['spec']['rules']>[number]['filters']>[number];
type HeaderModifier = NonNullable<HttpFilter['requestHeaderModifier']>;

/** The filters of HTTPRoutes and of GRPCRoutes (which have fewer). */
export type Filter = Pick<HttpFilter, 'requestHeaderModifier' | 'responseHeaderModifier' | 'requestMirror'> &
  Partial<Pick<HttpFilter, 'requestRedirect' | 'urlRewrite'>>;

/** The filters of one rule, or of one backendRef, read. */
export interface RuleFilters {
  readonly requestHeaders: HeaderChanges | undefined;
  readonly responseHeaders: HeaderChanges | undefined;
  readonly redirect: RequestRedirect | undefined;
  readonly rewrite: { readonly hostname?: string; readonly path?: PathModifier } | undefined;
  /** With the place of the filter in the list. */
  readonly mirrors: readonly { readonly backendRef: BackendRef; readonly fraction: number; readonly index: number }[];
}

/** Reads filters. Which of them are implemented is decided elsewhere. */
export function readFilters(filters: readonly Filter[] = []): RuleFilters {
  const first = <K extends keyof Filter>(field: K): Filter[K] | undefined => filters.find((filter) => filter[field] !== undefined)?.[field];
  return {
    requestHeaders: headerChanges(first('requestHeaderModifier')),
    responseHeaders: headerChanges(first('responseHeaderModifier')),
    redirect: first('requestRedirect'),
    rewrite: first('urlRewrite'),
    mirrors: filters.flatMap(({ requestMirror }, index) => (requestMirror ? [{ backendRef: requestMirror.backendRef, fraction: fractionOf(requestMirror), index }] : [])),
  };
}

function headerChanges(modifier: HeaderModifier | undefined): HeaderChanges | undefined {
  if (modifier === undefined) return undefined;
  const byName = (headers: HeaderModifier['set']): Record<string, string> => {
    const values: Record<string, string> = {};
    // Of several entries for one name, whatever its case, the first counts.
    for (const { name, value } of headers ?? []) values[name.toLowerCase()] ??= value;
    return values;
  };
  return compileHeaderChanges({ set: byName(modifier.set), add: byName(modifier.add), remove: modifier.remove ?? [] });
}

function fractionOf({ percent, fraction }: NonNullable<HttpFilter['requestMirror']>): Mirror['fraction'] {
  if (percent !== undefined) return percent / 100;
  return fraction === undefined ? 1 : fraction.numerator / (fraction.denominator ?? 100);
}
