import type { Service } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { HASH_LABEL } from '../../model/version.js';
import { equalJson, isRecord } from '../json-values.js';
import type { Claim, RoutingWrite } from '../router.js';

export type Selector = Readonly<Record<string, string>>;

/** The selector that was claimed; undefined when none is on record. */
export function claimedSelector(claims: readonly Claim[], service: string): Selector | undefined {
  const found = claims.find(({ kind, name }) => kind === 'Service' && name === service)?.found;
  if (!isRecord(found) || !isRecord(found.selector)) return undefined;
  const entries = Object.entries(found.selector).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries);
}

export function claimSelector(service: string, selector: Selector): Claim {
  return { kind: 'Service', name: service, found: { selector } };
}

/** To whom a selector leads, held against the claimed one. */
export type Pinning = { readonly kind: 'everyone' } | { readonly kind: 'pinned'; readonly hash: string } | { readonly kind: 'edited' };

export function pinningOf(selector: Selector, claimed: Selector): Pinning {
  if (equalJson(selector, claimed)) return { kind: 'everyone' };
  const { [HASH_LABEL]: hash, ...rest } = selector;
  return hash !== undefined && equalJson(rest, claimed) ? { kind: 'pinned', hash } : { kind: 'edited' };
}

/** A patch that sets or removes the hash and nothing else. @param hash undefined to remove it */
export function patchSelector(service: Service, hash: string | undefined): RoutingWrite[] {
  const selector = service.spec?.selector ?? {};
  if (selector[HASH_LABEL] === hash) return [];
  const path = `/spec/selector/${HASH_LABEL}`;
  const change = hash === undefined ? { op: 'remove', path } : { op: 'add', path, value: hash };
  return [
    {
      action: 'patch',
      resource: resources.services,
      name: service.metadata.name,
      patchKind: 'json',
      patch: [change],
      resourceVersion: service.metadata.resourceVersion ?? '',
    },
  ];
}
