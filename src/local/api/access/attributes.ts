import { forbiddenStatus, type FailureStatus } from '../../../kubernetes/status.js';
import { isTrue } from '../request/flag.js';
import type { ResourceTarget } from '../request/target.js';
import type { Call } from '../server-context.js';

/** What somebody wants to do with a resource. */
export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Absent: the whole cluster. */
  readonly namespace?: string;
  /** Absent: any, or not known yet. */
  readonly name?: string;
}

/** What somebody wants to do with a path that is no resource; verbs are HTTP methods in small letters. */
export interface PathAttributes {
  readonly verb: string;
  readonly path: string;
}

/** A question of access. */
export type Attributes = ResourceAttributes | PathAttributes;

/** A request for a resource as access rules see it. */
export function resourceAttributes(method: string, query: URLSearchParams, target: ResourceTarget): ResourceAttributes {
  const { group, plural: resource, namespace, subresource, deprecatedWatch = false } = target;
  const verb = verbOf(method, deprecatedWatch, target.name !== undefined, query);
  const name = target.name ?? (['list', 'watch'].includes(verb) && !deprecatedWatch ? nameIn(query) : undefined);
  // A Namespace lies in itself, so that a Role in it can speak of it.
  const within = namespace ?? (group === '' && resource === 'namespaces' ? target.name : undefined);
  return {
    ...{ verb, group, resource },
    ...(subresource === undefined ? {} : { subresource }),
    ...(within === undefined ? {} : { namespace: within }),
    ...(name === undefined ? {} : { name }),
  };
}

/** Another verb on what a call is about: a PUT that creates needs `create`, too. */
export function attributesOf({ served, namespace, name, subresource }: Call, verb: string): ResourceAttributes {
  const { group, plural: resource } = served.kind.resource;
  return {
    ...{ verb, group, resource },
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}

/** The answer when access is refused. @param reason why no rule could be found, if that is so */
export function refusal(username: string, attributes: Attributes, reason = ''): FailureStatus {
  const because = reason === '' ? '' : `: ${reason}`;
  if ('path' in attributes) {
    const message = `forbidden: User ${JSON.stringify(username)} cannot ${attributes.verb} path ${JSON.stringify(attributes.path)}${because}`;
    return { ...forbiddenStatus({ group: '', plural: '', kind: '' }, '', ''), message, details: {} };
  }
  const { verb, group, namespace, name = '' } = attributes;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const why = `User ${JSON.stringify(username)} cannot ${verb} resource ${JSON.stringify(combined(attributes))} in API group ${JSON.stringify(group)} ${where}${because}`;
  return forbiddenStatus({ group, plural: attributes.resource, kind: '' }, name, why);
}

/** `pods`, `pods/log` */
export function combined({ resource, subresource = '' }: ResourceAttributes): string {
  return subresource === '' ? resource : `${resource}/${subresource}`;
}

function verbOf(method: string, deprecatedWatch: boolean, named: boolean, query: URLSearchParams): string {
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
      if (deprecatedWatch) return 'watch';
      if (named) return 'get';
      return isTrue(query.get('watch')) ? 'watch' : 'list';
  }
}

/** Who lists or watches one name by a field selector asks for that object. */
function nameIn(query: URLSearchParams): string | undefined {
  return /(?:^|,)metadata\.name==?([^,!=]+)(?:,|$)/.exec(query.get('fieldSelector') ?? '')?.[1];
}
