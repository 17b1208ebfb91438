import { readFileSync } from 'node:fs';
import { isRecord } from '../../kubernetes/json.js';
import type { User, Users } from './request/users.js';

/**
 * Reads a file of `{ "<token>": { "username": …, "groups": […] } }`.
 * @throws Error naming the file and what is wrong with it
 */
export function readUsers(path: string): Users {
  const content = parsed(path);
  if (!isRecord(content)) throw new Error(`${path}: must be an object of users by token`);
  return new Map(Object.entries(content).map(([token, user]) => [token, toUser(user, path)]));
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${path}: cannot be read (${why}); write {"<token>": {"username": "…", "groups": […]}} into it, mode 0600`, { cause: error });
  }
}

function toUser(value: unknown, path: string): User {
  if (!isRecord(value) || typeof value['username'] !== 'string') throw new Error(`${path}: every token needs a "username"`);
  const groups = Array.isArray(value['groups']) ? value['groups'].map(String) : [];
  return { username: value['username'], groups: [...new Set([...groups, 'system:authenticated'])] };
}
