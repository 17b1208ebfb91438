import { Range, satisfies } from 'semver';
import type { ImagePolicySpec } from '../../model/images/image-policy.js';
import { compileGlob } from './tag-glob.js';
import { compareTags, hasPlace, type TagOrder } from './tag-order.js';
import { compileRegexp } from './tag-regexp.js';
import { TagRuleError } from './tag-rule-error.js';
import { preReleaseOf, versionOf } from './tag-version.js';

export type TagsSpec = ImagePolicySpec['tags'];

/** A tag, and the digest of what it names where that is known. */
export interface TaggedDigest {
  readonly tag: string;
  readonly digest?: string | undefined;
}

/** Whether a tag is taken up, and if not why, as a sentence without its end. */
export type TagVerdict = { readonly takes: true } | { readonly takes: false; readonly why: string };

/** What a policy says of tags. */
export interface TagRules {
  /** Whether `candidate` is to follow `running`; where nothing is known to run, any that counts. */
  judge(candidate: TaggedDigest, running: TaggedDigest | undefined): TagVerdict;
  /** Negative where the first is lower; undefined where this policy puts them in no order, so that the one told last counts. */
  compare(one: string, other: string): number | undefined;
  /** Whether one of many tags can be chosen, as polling has to. */
  readonly chooses: boolean;
  /** Whether the same tag with another digest is what counts. */
  readonly sameTag: boolean;
}

const takes: TagVerdict = { takes: true };
const no = (why: string): TagVerdict => ({ takes: false, why });

/** @throws TagRuleError for rules that cannot be used; its message names the field */
export function tagRules(spec: TagsSpec): TagRules {
  const { semver, glob, regexp, level, order, preReleases = false } = spec;
  if (spec.sameTag === true) return sameTagRules;
  if (semver !== undefined) return rangeRules(semver, preReleases);
  if (level !== undefined) return level === 'force' ? forceRules : levelRules(level, preReleases || level === 'all');
  if (glob !== undefined) {
    const matches = named('glob', () => compileGlob(glob));
    return patternRules(`the glob ${glob}`, (tag) => (matches(tag) ? tag : undefined), order);
  }
  if (regexp !== undefined) {
    const pattern = named('regexp', () => compileRegexp(regexp));
    return patternRules(`the regexp ${regexp}`, (tag) => pattern.keyOf(tag), order);
  }
  throw new TagRuleError('tags say nothing', 'Say one of semver, glob, regexp, level, sameTag: true.');
}

function named<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof TagRuleError) throw new TagRuleError(`${field} ${error.message}`, error.remedy);
    throw error;
  }
}

const sameDigest = (candidate: TaggedDigest, running: TaggedDigest | undefined): boolean =>
  candidate.tag === running?.tag && (candidate.digest === undefined || running.digest === undefined || candidate.digest === running.digest);

const runsAlready = ({ tag }: TaggedDigest): TagVerdict => no(`${tag} runs already`);
const lower = (candidate: TaggedDigest, running: TaggedDigest): TagVerdict => no(`${candidate.tag} is lower than ${running.tag}, which runs`);
const byVersion = (one: string, other: string): number | undefined => compareTags('semver', one, other);

const sameTagRules: TagRules = {
  sameTag: true, chooses: true,
  compare: () => undefined,
  judge(candidate, running) {
    if (running && candidate.tag !== running.tag) return no(`only a new digest of ${running.tag} counts, which runs`);
    if (candidate.digest === undefined) return no('only a new digest of the same tag counts, and none was told; let the sender name it, or poll the registry');
    return candidate.digest === running?.digest ? no(`${candidate.tag} with this digest runs already`) : takes;
  },
};

function rangeRules(text: string, preReleases: boolean): TagRules {
  const range = named('semver', () => {
    try {
      return new Range(text, { includePrerelease: preReleases });
    } catch {
      throw new TagRuleError(`"${text}" is no range of versions`, 'Write it as npm does, such as ">=1.2 <2" or "~1.4".');
    }
  });
  return {
    sameTag: false, chooses: true, compare: byVersion,
    judge(candidate, running) {
      if (sameDigest(candidate, running)) return runsAlready(candidate);
      const version = versionOf(candidate.tag);
      if (!version) return no(`${candidate.tag} is no version`);
      if (!satisfies(version, range, { includePrerelease: preReleases })) return no(`${candidate.tag} is not within ${text}`);
      return higher(candidate, running);
    },
  };
}

/** What names no version, such as latest, is followed by any. */
function higher(candidate: TaggedDigest, running: TaggedDigest | undefined): TagVerdict {
  const order = running && byVersion(candidate.tag, running.tag);
  if (!running || order === undefined) return takes;
  return order > 0 ? takes : order < 0 ? lower(candidate, running) : no(`${candidate.tag} is the version that runs`);
}

/** Keel's levels: strictly higher, within the same major or minor, and of the same kind of pre-release unless pre-releases count. */
function levelRules(level: 'major' | 'minor' | 'patch' | 'all', preReleases: boolean): TagRules {
  return {
    sameTag: false, chooses: true, compare: byVersion,
    judge(candidate, running) {
      if (sameDigest(candidate, running)) return runsAlready(candidate);
      const version = versionOf(candidate.tag);
      if (!version) return no(`${candidate.tag} is no version`);
      const present = running && versionOf(running.tag);
      const wanted = present ? preReleaseOf(present) : '';
      if (!preReleases && preReleaseOf(version) !== wanted) return no(`${candidate.tag} is ${wanted === '' ? 'a pre-release' : `no ${wanted}, as what runs is`}`);
      if (present && level === 'minor' && version.major !== present.major) return no(crosses(candidate, `major version ${present.major}`, higher(candidate, running)));
      if (present && level === 'patch' && (version.major !== present.major || version.minor !== present.minor)) return no(crosses(candidate, `version ${present.major}.${present.minor}`, higher(candidate, running)));
      return higher(candidate, running);
    },
  };
}

/** That it is lower says more than that it is of another line. */
const crosses = ({ tag }: TaggedDigest, line: string, order: TagVerdict): string => (order.takes ? `${tag} leaves ${line}, which runs` : order.why);

/** Any tag; but never a lower one, where both are versions. */
const forceRules: TagRules = {
  sameTag: false, chooses: false,
  compare: () => undefined,
  judge(candidate, running) {
    if (sameDigest(candidate, running)) return runsAlready(candidate);
    const order = running && byVersion(candidate.tag, running.tag);
    return running && order !== undefined && order < 0 ? lower(candidate, running) : takes;
  },
};

function patternRules(what: string, keyOf: (tag: string) => string | undefined, order: TagOrder | undefined): TagRules {
  const compare = (one: string, other: string): number | undefined => {
    const [a, b] = [keyOf(one), keyOf(other)];
    return order === undefined || a === undefined || b === undefined ? undefined : compareTags(order, a, b);
  };
  return {
    sameTag: false, chooses: order !== undefined, compare,
    judge(candidate, running) {
      const key = keyOf(candidate.tag);
      if (key === undefined) return no(`${candidate.tag} does not match ${what}`);
      if (sameDigest(candidate, running)) return runsAlready(candidate);
      if (order === undefined || !running) return takes;
      if (!hasPlace(order, key)) return no(`${candidate.tag} has no place in ${order} order`);
      const found = compare(candidate.tag, running.tag);
      // What runs may be of another kind, such as latest.
      if (found === undefined || found > 0) return takes;
      return found < 0 ? lower(candidate, running) : no(`${candidate.tag} is no higher than ${running.tag}, which runs`);
    },
  };
}

/** The highest of many tags that counts; undefined where none does. Where there is no order the last one. */
export function chooseTag(rules: TagRules, tags: readonly string[], running: TaggedDigest | undefined): string | undefined {
  return tags
    .filter((tag) => rules.judge({ tag }, running).takes)
    .reduce<string | undefined>((best, tag) => (best === undefined || (rules.compare(tag, best) ?? 1) > 0 ? tag : best), undefined);
}
