import { fingerprint } from './json-values.js';

const LONGEST_NAME = 253;

/** Name of an object that Serin makes beside a user's: cut, and told apart by a fingerprint, where it would be too long. */
export function nameBeside(users: string, ending: `-${string}`): string {
  const name = `${users}${ending}`;
  if (name.length <= LONGEST_NAME) return name;
  const mark = fingerprint(users).slice(0, 8);
  return `${users.slice(0, LONGEST_NAME - ending.length - mark.length - 1).replace(/[-.]+$/, '')}-${mark}${ending}`;
}
