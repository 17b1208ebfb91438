import { WHOLE, splitOf, type Split } from '../../model/split.js';
import { describeMatch } from '../../model/match.js';
import type { Role } from '../../model/version.js';
import { headerMatchesOf, withHeaders } from './header-matches.js';
import { mirrored, mirrorsCanary } from './mirror.js';
import { matchesOf } from './normal-form.js';
import type { BackendRef, HeaderMatch, Rule, RuleMatch } from './objects.js';
import { staysWith, type Hashes } from './stickiness.js';
import { isOurs, type Targets } from './targets.js';
import { splitRefs } from './weights.js';

/** Older CRDs take no more matches in one rule. */
const MATCHES_PER_RULE = 8;

/** A rule of a route that is steered: as the user wrote it, and the backendRefs that were found in it. */
export interface Steered {
  readonly rule: Rule;
  readonly found: readonly BackendRef[];
  readonly isHttp: boolean;
  readonly namespace: string;
  readonly targets: Targets;
}

/** Rules to be added, without names, and why some could not be. */
export interface AddedRules {
  readonly rules: readonly Rule[];
  readonly problems: readonly string[];
}

/** Rules that take requests from a steered one: for requests that go to the canary whatever its share, then for users who stay. */
export function takingRules(steered: Steered, split: Split, hashes: Hashes): AddedRules {
  const { canary } = split.shares;
  const wanted: { readonly headers: HeaderMatch[]; readonly role: Role }[] = [];
  const problems: string[] = [];
  for (const match of canary === WHOLE ? [] : (split.matches ?? [])) {
    const headers = headerMatchesOf(match);
    if (typeof headers === 'string') problems.push(`the match ${describeMatch(match)} ${headers}`);
    else wanted.push({ headers, role: 'canary' });
  }
  if (split.sticky && canary > 0 && canary < WHOLE) {
    wanted.push({ headers: [staysWith(split.sticky, hashes.canary)], role: 'canary' }, { headers: [staysWith(split.sticky, hashes.stable)], role: 'stable' });
  }
  const rules: Rule[] = [];
  let matches: RuleMatch[] = [];
  wanted.forEach(({ headers, role }, index) => {
    for (const match of matchesOf(steered.rule, steered.isHttp)) {
      const both = withHeaders(match, headers);
      if (both && 'conflict' in both) problems.push(`matches header ${both.conflict} itself, which can be matched once`);
      else if (both) matches.push(both);
    }
    // Matches to the canary share rules; who stays comes after them, the canary's first.
    const isSame = wanted[index + 1]?.role === role && index + 1 < (split.matches?.length ?? 0);
    if (isSame) return;
    for (const part of chunks(matches, needsOneMatch(steered.rule) ? 1 : MATCHES_PER_RULE)) rules.push(ruleTo(steered, part, role, role === 'stable' ? (split.mirror ?? 0) : 0));
    matches = [];
  });
  return { rules, problems };
}

function ruleTo({ rule, found, namespace, targets }: Steered, matches: readonly RuleMatch[], role: Role, mirror: number): Rule {
  const { name: _name, filters: _filters, ...rest } = rule;
  const like = found.find((ref) => isOurs(ref, namespace, targets));
  const filters = like ? mirrored(rule, mirror, like, namespace, targets) : [];
  const backendRefs = splitRefs(found, splitOf(role === 'canary' ? WHOLE : 0), namespace, targets);
  return { ...rest, matches, ...(filters.length > 0 ? { filters } : {}), backendRefs };
}

/** A rule that replaces the prefix that it matched has one match. */
const needsOneMatch = ({ filters = [] }: Rule): boolean => filters.some(({ urlRewrite }) => urlRewrite?.path?.type === 'ReplacePrefixMatch');

const chunks = <T>(items: readonly T[], size: number): T[][] => Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/** Rules that show the canary under a prefix, to which every path of a steered rule is moved; the program sees the path without it. */
export function previewRules(steered: Steered, prefix: string): Rule[] {
  const { rule, found, namespace, targets } = steered;
  const { name: _name, filters = [], ...rest } = rule;
  const backendRefs = canaryRefs(found, namespace, targets);
  const others = filters.filter((filter) => !filter.urlRewrite && !mirrorsCanary(filter, namespace, targets));
  const rewrite = filters.find(({ urlRewrite }) => urlRewrite)?.urlRewrite ?? {};
  return matchesOf(rule, true).flatMap((match): Rule[] => {
    const { type, value = '/' } = match.path ?? {};
    if (type === 'RegularExpression') return [];
    const path = rewrite.path ?? (type === 'Exact' ? { type: 'ReplaceFullPath' as const, replaceFullPath: value } : { type: 'ReplacePrefixMatch' as const, replacePrefixMatch: value });
    const moved = { ...match, path: { type: type ?? 'PathPrefix', value: value === '/' && type !== 'Exact' ? prefix : `${prefix}${value}` } };
    return [{ ...rest, matches: [moved], filters: [...others, { type: 'URLRewrite', urlRewrite: { ...rewrite, path } }], backendRefs }];
  });
}

/** The backendRefs of a rule, all to the canary, without those to others. */
export function canaryRefs(found: readonly BackendRef[], namespace: string, targets: Targets): readonly BackendRef[] {
  const ours = found.filter((ref) => isOurs(ref, namespace, targets));
  return splitRefs(ours, splitOf(WHOLE), namespace, targets);
}

/** The first path of a rule that a preview under a prefix would take requests from. */
export function hiddenPath(rule: Rule, prefix: string): string | undefined {
  return matchesOf(rule, true).map(({ path }) => path?.value ?? '/').find((value) => value === prefix || value.startsWith(`${prefix}/`));
}
