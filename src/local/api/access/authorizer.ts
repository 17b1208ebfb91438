import type { User } from '../request/users.js';
import type { ResourceTarget } from '../request/target.js';

const OPEN_PATHS = new Set(['/healthz', '/livez', '/readyz', '/version', '/version/']);

/** Whether a user may do anything at all. (Roles and bindings are stored, not enforced.) */
export function isKnown({ groups }: User): boolean {
  return groups.includes('system:masters') || groups.includes('system:authenticated');
}

/** Whether a path is open to everybody. */
export function isOpenPath(path: string): boolean {
  return OPEN_PATHS.has(path);
}

/** Why a request for a resource is refused, as the real server words it. */
export function refusalOf(user: User, method: string, watching: boolean, target: ResourceTarget): string {
  const verb = verbOf(method, watching, target.name !== undefined);
  const resource = target.subresource === undefined ? target.plural : `${target.plural}/${target.subresource}`;
  const where = target.namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(target.namespace)}`;
  return `User ${JSON.stringify(user.username)} cannot ${verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(target.group)} ${where}`;
}

function verbOf(method: string, watching: boolean, named: boolean): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return named ? 'delete' : 'deletecollection';
    default:
      return watching ? 'watch' : named ? 'get' : 'list';
  }
}
