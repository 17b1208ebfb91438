import { readFileSync, statSync } from 'node:fs';
import { isRecord } from '../../kubernetes/json.js';
import type { Clock } from '../../ports/clock.js';
import type { User, Users } from './request/users.js';

const REMEDY = 'write {"<token>": {"username": "…", "groups": […]}} into it, mode 0600';

/** How long somebody may still come in who was taken out of the file, in milliseconds. */
const LOOK_AGAIN = 1000;

/**
 * The users of a file as `readUsers` takes it, read again when it has changed: at once for a token that nobody had, else
 * within a second. While the file cannot be read, the users are those of before.
 * @throws Error as `readUsers` does, at first
 */
export function usersFile(path: string, clock: Clock): Users {
  let stamp = stampOf(path);
  let users = readUsers(path);
  let lookedAt = clock.monotonic();
  const lookAgain = (): void => {
    lookedAt = clock.monotonic();
    const now = stampOf(path);
    if (now === stamp) return;
    try {
      users = readUsers(path);
      stamp = now;
    } catch {
      // Whoever writes it will end with a whole file.
    }
  };
  return {
    get(token) {
      if (clock.monotonic() - lookedAt >= LOOK_AGAIN || !users.has(token)) lookAgain();
      return users.get(token);
    },
  };
}

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`;
}

/**
 * Reads a file of `{ "<token>": { "username": …, "groups": […] } }`.
 * @throws Error naming the file and what is wrong with it
 */
export function readUsers(path: string): ReadonlyMap<string, User> {
  const content = parsed(path);
  if (!isRecord(content)) throw new Error(`${path}: must be an object of users by token`);
  return new Map(Object.entries(content).map(([token, user]) => [token, toUser(user, path)]));
}

function parsed(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}; ${REMEDY}`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words, and the error as a cause, would show what stands in the file.
    throw new Error(`${path}: is no JSON; ${REMEDY}`);
  }
}

function toUser(value: unknown, path: string): User {
  if (!isRecord(value) || typeof value['username'] !== 'string') throw new Error(`${path}: every token needs a "username"`);
  const groups = Array.isArray(value['groups']) ? value['groups'].map(String) : [];
  return { username: value['username'], groups: [...new Set([...groups, 'system:authenticated'])] };
}
