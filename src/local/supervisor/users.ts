import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { isRecord } from '../../kubernetes/json.js';
import { systemClock, type Clock } from '../../ports/clock.js';
import { writeAccess } from './access.js';
import { clusterFiles, type ClusterFiles } from './cluster-files.js';
import { exclusively } from './exclusive.js';
import { readPlan, type ClusterPlan } from './cluster-plan.js';
import { SupervisorError } from './supervisor-error.js';
import { writeWhole } from './whole-file.js';

/** A person who uses a local cluster, beside its administrator. What they may do is for roles and bindings to say. */
export interface ClusterUser {
  readonly name: string;
  readonly groups: readonly string[];
}

/** A person and the file by which they come in. */
export interface UserAccess extends ClusterUser {
  readonly kubeconfig: string;
}

const NAME = /^[a-zA-Z0-9]([a-zA-Z0-9._@-]{0,61}[a-zA-Z0-9])?$/;
const GROUP = /^[a-zA-Z0-9]([a-zA-Z0-9._:@/-]{0,126}[a-zA-Z0-9])?$/;
/** The one group of the system that a person can be put into: it makes an administrator. */
const ADMINISTRATORS = 'system:masters';
const TAKEN = new Set(['kubernetes-admin', 'admin']);

/**
 * Gives a person a token and a kubeconfig of their own, or other groups if they have one already. An API that is running
 * knows them at once.
 * @throws SupervisorError `InvalidUser`, or `NotUp` where no cluster was ever started
 */
export async function addUser(directory: string, { name, groups }: ClusterUser, clock: Clock = systemClock): Promise<UserAccess> {
  const problem = userProblem(name, groups);
  if (problem !== undefined) throw new SupervisorError('InvalidUser', problem);
  const { files, plan } = await clusterIn(directory);
  const user: ClusterUser = { name, groups: [...new Set(groups)] };
  await exclusively(files.accessLock, clock, async () => {
    const others = (await readClusterUsers(files)).filter((other) => other.name !== name);
    await saveUsers(files, plan, [...others, user]);
  });
  return withFile(files, user);
}

/**
 * Takes a person's token and kubeconfig away.
 * @returns false when there was no such person
 */
export async function removeUser(directory: string, name: string, clock: Clock = systemClock): Promise<boolean> {
  const { files, plan } = await clusterIn(directory);
  return exclusively(files.accessLock, clock, () => removeFrom(files, plan, name));
}

async function removeFrom(files: ClusterFiles, plan: ClusterPlan, name: string): Promise<boolean> {
  const users = await readClusterUsers(files);
  const others = users.filter((user) => user.name !== name);
  if (others.length === users.length) return false;
  await saveUsers(files, plan, others);
  await rm(files.userKubeconfigOf(name), { force: true });
  return true;
}

/** The people of a cluster, by name. */
export async function listUsers(directory: string): Promise<UserAccess[]> {
  const { files } = await clusterIn(directory);
  return (await readClusterUsers(files)).map((user) => withFile(files, user));
}

/** As `listUsers`, of a cluster that need not have been started yet. @throws SupervisorError `InvalidUser` when the file cannot be read as one of users */
export async function readClusterUsers(files: ClusterFiles): Promise<ClusterUser[]> {
  if (!existsSync(files.users)) return [];
  const content = parsed(await readFile(files.users, 'utf8'));
  if (!isRecord(content)) {
    const remedy = 'put it right, or delete it (and add the users again)';
    throw new SupervisorError('InvalidUser', `${files.users} is no JSON object of users by name, {"<name>": {"groups": […]}}: ${remedy}`);
  }
  return Object.entries(content)
    .map(([name, user]) => ({ name, groups: isRecord(user) && Array.isArray(user['groups']) ? user['groups'].map(String) : [] }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @returns undefined for what is no JSON */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function userProblem(name: string, groups: readonly string[]): string | undefined {
  if (!NAME.test(name)) return `a user cannot be called "${name}": use up to 63 letters, digits, and . _ @ - between them`;
  if (TAKEN.has(name)) return `"${name}" is the administrator: choose another name`;
  const wrong = groups.find((group) => group !== ADMINISTRATORS && (!GROUP.test(group) || group.startsWith('system:')));
  if (wrong === undefined) return undefined;
  if (wrong.startsWith('system:')) return `nobody can be put into the group "${wrong}": of the groups that begin with system: only ${ADMINISTRATORS}, which makes an administrator, can be given`;
  return `a group cannot be called "${wrong}": use letters, digits, and . _ : @ / - between them`;
}

async function clusterIn(directory: string): Promise<{ files: ClusterFiles; plan: ClusterPlan }> {
  const files = clusterFiles(directory);
  const plan = await readPlan(files.plan);
  if (plan === undefined || !existsSync(files.authority.certificate)) throw new SupervisorError('NotUp', `there is no local cluster in ${directory}: start it first (serin local up)`);
  return { files, plan };
}

async function saveUsers(files: ClusterFiles, plan: ClusterPlan, users: readonly ClusterUser[]): Promise<void> {
  const table = Object.fromEntries(users.map(({ name, groups }) => [name, { groups }]));
  await writeWhole(files.users, `${JSON.stringify(table, undefined, 2)}\n`, 0o600);
  const authority = await readFile(files.authority.certificate, 'utf8');
  await writeAccess(files, { name: plan.name, server: `https://127.0.0.1:${plan.apiPort.port}`, authority }, plan.parts, users);
}

function withFile(files: ClusterFiles, user: ClusterUser): UserAccess {
  return { ...user, kubeconfig: files.userKubeconfigOf(user.name) };
}
