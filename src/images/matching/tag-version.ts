import { parse, type SemVer } from 'semver';

/** `1.2.3`, `v1.2.3`, `1.2`; with a pre-release. Two parts count as three, as Keel and Helm read them. */
const VERSION = /^v?(\d+)\.(\d+)(?:\.(\d+))?(-[0-9A-Za-z.-]+)?$/;

/** The version that a tag names; undefined where it names none. */
export function versionOf(tag: string): SemVer | undefined {
  const [, major, minor, patch = '0', pre = ''] = VERSION.exec(tag) ?? [];
  return major === undefined ? undefined : (parse(`${major}.${minor ?? '0'}.${patch}${pre}`) ?? undefined);
}

/** The pre-release of a version, such as `rc.1`; empty for none. */
export const preReleaseOf = ({ prerelease }: SemVer): string => prerelease.join('.');
