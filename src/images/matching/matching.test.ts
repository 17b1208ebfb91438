import { describe, expect, it } from 'vitest';
import type { ImagePolicySpec } from '../../model/images/image-policy.js';
import { canonicalRepository, formatImage, parseImage, sameRepository } from './image-reference.js';
import { imagePolicyProblems } from './policy-problems.js';
import { compileGlob } from './tag-glob.js';
import { compileRegexp } from './tag-regexp.js';
import { chooseTag, tagRules, type TagsSpec } from './tag-rules.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;

describe('references to images', () => {
  it.each([
    ['web', 'docker.io/library/web'], ['shop/web', 'docker.io/shop/web'], ['index.docker.io/shop/web', 'docker.io/shop/web'], ['docker.io/web', 'docker.io/library/web'],
    ['172.16.77.115:5000/pregap', '172.16.77.115:5000/pregap'], ['localhost/web', 'localhost/web'], ['GHCR.io/acme/web', 'ghcr.io/acme/web'], ['[fd00::1]:5000/web', '[fd00::1]:5000/web'],
  ])('%s is kept as %s', (repository, canonical) => expect(canonicalRepository(repository)).toBe(canonical));

  it('are told apart by host and port', () => {
    expect(sameRepository('library/web', 'web')).toBe(true);
    expect(sameRepository('10.0.0.5:5000/web', '10.0.0.5:5001/web')).toBe(false);
    expect(sameRepository('not a repository', 'not a repository')).toBe(false);
  });

  it('have a tag, a digest or both', () => {
    expect(parseImage('10.0.0.5:5000/shop/web')).toEqual({ repository: '10.0.0.5:5000/shop/web', tag: 'latest', digest: undefined });
    expect(parseImage(`10.0.0.5:5000/shop/web:1.2@${DIGEST}`)).toEqual({ repository: '10.0.0.5:5000/shop/web', tag: '1.2', digest: DIGEST });
    expect(parseImage(`web@${DIGEST}`)).toEqual({ repository: 'web', tag: undefined, digest: DIGEST });
    for (const wrong of ['', 'Web', 'web:', 'web:-1', 'web@sha256:1', 'http://web/x', 'a b', `web:${'x'.repeat(129)}`, '../web']) expect(parseImage(wrong), wrong).toBeUndefined();
    expect(formatImage({ repository: 'web', tag: '1', digest: DIGEST })).toBe(`web:1@${DIGEST}`);
  });
});

const verdict = (tags: TagsSpec, running: string, candidate: string): string => {
  const answer = tagRules(tags).judge({ tag: candidate }, { tag: running });
  return answer.takes ? 'takes' : answer.why;
};

describe('levels, as Keel has them', () => {
  it.each([
    ['major', '1.2.3', '2.0.0', 'takes'], ['major', '1.2.3', '1.2.4', 'takes'], ['major', '1.2.3', '1.2.3', '1.2.3 runs already'], ['major', '1.2.3', '1.1.9', '1.1.9 is lower than 1.2.3, which runs'],
    ['minor', '1.2.3', '1.3.0', 'takes'], ['minor', '1.2.3', '2.0.0', '2.0.0 leaves major version 1, which runs'], ['minor', '2.2.3', '1.9.0', '1.9.0 is lower than 2.2.3, which runs'],
    ['patch', '1.2.3', '1.2.9', 'takes'], ['patch', '1.2.3', '1.3.0', '1.3.0 leaves version 1.2, which runs'],
    ['minor', '1.2', 'v1.3', 'takes'], ['minor', '1.2.3', 'latest', 'latest is no version'], ['minor', 'latest', '1.0.0', 'takes'], ['minor', '1.2.3', '7', '7 is no version'],
    ['major', '1.2.3', '1.3.0-rc1', '1.3.0-rc1 is a pre-release'], ['major', '1.2.3-rc1', '1.3.0-rc1', 'takes'], ['major', '1.2.3-rc1', '1.3.0', '1.3.0 is no rc1, as what runs is'],
    ['all', '1.2.3', '1.3.0-rc1', 'takes'], ['all', '1.2.3', '1.2.3-rc1', '1.2.3-rc1 is lower than 1.2.3, which runs'],
    ['force', '1.2.3', 'whatever', 'takes'], ['force', '1.2.3', '1.2.2', '1.2.2 is lower than 1.2.3, which runs'], ['force', 'x', 'x', 'x runs already'],
  ] as const)('%s: after %s comes %s: %s', (level, running, candidate, expected) => expect(verdict({ level }, running, candidate)).toBe(expected));

  it('count pre-releases where that is asked for', () => expect(verdict({ level: 'major', preReleases: true }, '1.2.3', '1.3.0-rc1')).toBe('takes'));
});

describe('ranges, globs and regular expressions', () => {
  it.each([
    [{ semver: '>=1.2 <2' }, '1.2.0', '1.9.0', 'takes'], [{ semver: '>=1.2 <2' }, '1.2.0', '2.0.0', '2.0.0 is not within >=1.2 <2'], [{ semver: '>=1.2 <2' }, '1.5.0', '1.4.0', '1.4.0 is lower than 1.5.0, which runs'],
    [{ semver: '~1.4', preReleases: true }, '1.4.0', '1.4.1-rc1', 'takes'], [{ semver: '~1.4' }, '1.4.0', '1.4.1-rc1', '1.4.1-rc1 is not within ~1.4'], [{ semver: '*' }, 'v1.4.0', '1.4.0', '1.4.0 is the version that runs'],
    [{ glob: 'build-*' }, 'build-7', 'build-6', 'takes'], [{ glob: 'build-*' }, 'build-7', 'main', 'main does not match the glob build-*'],
    [{ glob: 'build-*', order: 'numerical' }, 'build-9', 'build-10', 'takes'], [{ glob: 'build-*', order: 'numerical' }, 'build-9', 'build-8', 'build-8 is lower than build-9, which runs'],
    [{ glob: 'build-*', order: 'numerical' }, 'latest', 'build-x', 'build-x has no place in numerical order'], [{ glob: 'build-*', order: 'numerical' }, 'latest', 'build-1', 'takes'],
    [{ regexp: '^main-(?P<compare>[0-9]+)-[a-f]+$', order: 'numerical' }, 'main-9-abc', 'main-10-aaa', 'takes'], [{ regexp: '^main-(?<compare>[0-9]+)-[a-f]+$', order: 'numerical' }, 'main-9-abc', 'main-9-fff', 'main-9-fff is no higher than main-9-abc, which runs'],
    [{ regexp: '^main-', order: 'alphabetical' }, 'main-b', 'main-a', 'main-a is lower than main-b, which runs'],
  ] as const)('%j: after %s comes %s: %s', (tags, running, candidate, expected) => expect(verdict(tags, running, candidate)).toBe(expected));

  it('globs are whole, know braces and classes, and take no time worth speaking of', () => {
    const matches = compileGlob('{main,next}-[0-9]*');
    expect(['main-1', 'next-22', 'main-x', 'xmain-1', 'main'].map(matches)).toEqual([true, true, false, false, false]);
    expect(compileGlob('.*')('.x')).toBe(true);
    expect(['v1.0', 'v1x0', 'v1.'].map(compileGlob('v1.?'))).toEqual([true, false, false]);
    expect(['a-x', 'b', 'c'].map(compileGlob('{a{,-x},b}'))).toEqual([true, true, false]);
    expect(['x', 'y'].map(compileGlob('[!y]'))).toEqual([true, false]);
    expect(compileGlob('*a*a*a*a*a*a*a*a*a*b')('a'.repeat(128))).toBe(false);
  });

  it('take the same tag with another digest, where that is what counts', () => {
    const rules = tagRules({ sameTag: true });
    const why = (candidate: Parameters<typeof rules.judge>[0]): string => {
      const answer = rules.judge(candidate, { tag: 'latest', digest: DIGEST });
      return answer.takes ? 'takes' : answer.why;
    };
    expect(why({ tag: 'latest', digest: OTHER })).toBe('takes');
    expect(why({ tag: 'latest', digest: DIGEST })).toBe('latest with this digest runs already');
    expect(why({ tag: 'latest' })).toContain('none was told');
    expect(why({ tag: '1.0', digest: OTHER })).toContain('only a new digest of latest counts');
  });

  it('choose the highest of many', () => {
    expect(chooseTag(tagRules({ semver: '1.x' }), ['1.10.0', '1.9.0', '2.0.0', 'latest', '1.10.0-rc1'], { tag: '1.2.0' })).toBe('1.10.0');
    expect(chooseTag(tagRules({ glob: 'b-*', order: 'numerical' }), ['b-9', 'b-11', 'b-10', 'b-x'], { tag: 'b-9' })).toBe('b-11');
    expect(chooseTag(tagRules({ semver: '1.x' }), ['1.1.0'], { tag: '1.2.0' })).toBeUndefined();
  });

  it('find what order goes by, in time linear in the tag', () => {
    expect(compileRegexp('^.*-(?P<compare>[0-9]+)$').keyOf('a-1-22')).toBe('22');
    expect(compileRegexp('(?i)V(?P<compare>\\d+(\\.\\d+)?)').keyOf('x-v12.3-y')).toBe('12.3');
    expect(compileRegexp('^(a|aa)+b').keyOf('a'.repeat(128))).toBeUndefined();
    expect(compileRegexp('^((a+)+)+(?P<compare>b)$').keyOf('a'.repeat(127))).toBeUndefined();
  });
});

describe('problems of a policy', () => {
  const spec = (more: Partial<ImagePolicySpec>): ImagePolicySpec => ({ workload: { deployment: 'web' }, tags: { semver: '1.x' }, ...more });
  it.each([
    [{ tags: { semver: 'newest' } }, 'spec.tags.semver: "newest" is no range of versions.'],
    [{ tags: { glob: 'build-[' } }, 'spec.tags.glob: has a bracket that is not closed.'],
    [{ tags: { glob: '{1..9}' } }, 'spec.tags.glob: has a range in braces'],
    [{ tags: { glob: 'a}' } }, 'spec.tags.glob: has a bracket that is not closed.'],
    [{ tags: { glob: '{a,{b}' } }, 'spec.tags.glob: has a bracket that is not closed.'],
    [{ tags: { glob: '[z-a]' } }, 'spec.tags.glob: has a range in brackets that goes backwards.'],
    [{ tags: { glob: '(a+)+b' } }, 'spec.tags.glob: has characters that are in no tag'],
    [{ tags: { regexp: '(' } }, 'spec.tags.regexp: is no regular expression'],
    [{ tags: { regexp: '(?=a)b' } }, 'spec.tags.regexp: is no regular expression'],
    [{ tags: { regexp: '^(x(?P<compare>1))' } }, 'spec.tags.regexp: has the group compare inside of another group'],
    [{ tags: { regexp: '^(?P<compare>1)+' } }, 'spec.tags.regexp: has the group compare inside of another group'],
    [{ tags: { glob: 'b-*' }, poll: { every: '1m' } }, 'spec.tags.order: is missing'],
    [{ tags: { level: 'force' }, poll: { every: '1m' } }, 'spec.poll: cannot choose'],
    [{ tags: { sameTag: false } }, 'spec.tags.sameTag: says that no tag counts'],
    [{ image: 'web:1' }, 'spec.image: "web:1" is no repository'],
    [{ events: false }, 'spec.events: is false and nothing is polled'],
  ] as const)('%j', (more, expected) => {
    const found = imagePolicyProblems(spec(more as Partial<ImagePolicySpec>)).map(({ path, problem }) => `${path.join('.')}: ${problem}`);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
  });
  it('are none where all is well', () => expect(imagePolicyProblems(spec({ poll: { every: '1m' }, image: '10.0.0.5:5000/web' }))).toEqual([]));
});
