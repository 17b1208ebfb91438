import { describeMatch, type Match, type ValueMatch } from '../../model/match.js';
import { formatDuration } from '../../model/duration.js';
import { WHOLE } from '../../model/split.js';
import type { Role } from '../../model/version.js';
import { formatShare } from '../output/quantities.js';
import { movingRelease, presentSplit, titleOf, type Facts, type Section } from './facts.js';

/** What somebody's request carries. */
export interface RequestMarks {
  readonly cookies: readonly { readonly name: string; readonly value: string }[];
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** Which version a request with these marks meets, and why. */
export function requestSection(facts: Facts, marks: RequestMarks): Section {
  const carried = [...marks.cookies.map(({ name, value }) => `cookie ${name}=${value}`), ...marks.headers.map(({ name, value }) => `header ${name}: ${value}`)].join(' and ');
  return { title: `A request with ${carried}`, lines: answer(facts, marks) };
}

function answer(facts: Facts, marks: RequestMarks): string[] {
  const release = movingRelease(facts);
  const split = presentSplit(release);
  const gets = (role: Role, why: string): string[] => [`gets ${titleOf(facts, role)}: ${why}.`];
  if (!release || !split) return gets('stable', 'no release steers requests just now');
  if (!release.spec.router) return ['meets whichever Pod it is sent to: no router steers requests of this policy.'];
  const { shares, matches = [], sticky } = split;
  if (shares.canary >= WHOLE) return gets('canary', 'it has all requests');
  const verdicts = matches.map((match) => ({ match, holds: holds(match, marks) }));
  const unclear = verdicts.find(({ holds: each }) => each === 'unclear');
  const matching = verdicts.find(({ holds: each }) => each === true);
  if (matching) return gets('canary', `it matches ${describeMatch(matching.match)}`);
  const note = unclear ? [`Whether it matches ${describeMatch(unclear.match)} is for the router to say: its pattern cannot be tried here.`] : [];
  const stays = sticky && marks.cookies.find(({ name }) => name === sticky.cookie);
  if (stays?.value === release.spec.canary.hash) return [...note, ...gets('canary', `its cookie ${stays.name} keeps it with the version that it met`)];
  if (stays?.value === release.spec.stable.hash) return [...note, ...gets('stable', `its cookie ${stays.name} keeps it with the version that it met`)];
  const old = stays ? [`Its cookie ${stays.name} names neither version of this release, so it counts for nothing.`] : [];
  const none = matches.length > 0 ? 'it matches none of the matches, and ' : '';
  if (shares.canary === 0) return [...note, ...old, ...gets('stable', `${none}no other request goes to the canary`)];
  return [
    ...note, ...old,
    `gets ${titleOf(facts, 'canary')}, in ${formatShare(shares.canary)} of cases, and ${titleOf(facts, 'stable')}, otherwise: ${none}nothing else in it decides.`,
    ...(sticky ? [`The first answer sets the cookie ${sticky.cookie}, by which it stays with that version for ${formatDuration(sticky.maxAgeSeconds * 1000)}.`] : []),
  ];
}

/** Whether a request carries all that a match asks for. */
function holds({ headers = [], cookies = [] }: Match, marks: RequestMarks): boolean | 'unclear' {
  const each = [
    ...headers.map((wanted) => carries(wanted, marks.headers.filter(({ name }) => name.toLowerCase() === wanted.name.toLowerCase()))),
    ...cookies.map((wanted) => carries(wanted, marks.cookies.filter(({ name }) => name === wanted.name))),
  ];
  if (each.includes(false)) return false;
  return each.includes('unclear') ? 'unclear' : true;
}

function carries({ exact, prefix, regex }: ValueMatch, found: readonly { readonly value: string }[]): boolean | 'unclear' {
  if (regex === undefined) return found.some(({ value }) => (exact !== undefined ? value === exact : value.startsWith(prefix ?? '')));
  if (found.length === 0) return false;
  try {
    const pattern = new RegExp(`^(?:${regex})$`, 'u');
    return found.some(({ value }) => pattern.test(value));
  } catch {
    return 'unclear';
  }
}
