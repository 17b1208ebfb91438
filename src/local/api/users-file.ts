import { readFileSync } from 'node:fs';
import { isRecord } from '../../kubernetes/json.js';
import type { User, Users } from './request/users.js';

const REMEDY = 'write {"<token>": {"username": "…", "groups": […]}} into it, mode 0600';

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
