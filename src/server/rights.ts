import { ShortCache } from './access/short-cache.js';
import { reviews } from './access/reviews.js';
import type { ClusterClient } from '../cluster/client.js';
import type { Clock } from '../ports/clock.js';
import { forbidden } from './errors.js';
import { identityKey, type Identity } from './identity.js';

/** One thing that somebody wants to do. */
export interface Deed {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
  /** Group and plural of the resource; a `Resource` will do. */
  readonly resource: { readonly group: string; readonly plural: string };
  readonly subresource?: string;
  /** All namespaces when absent. */
  readonly namespace?: string;
  readonly name?: string;
}

/** What people may do, as the cluster says. */
export interface Rights {
  /** Answers from a cache of 10 s where it can. @throws what the cluster client throws when it cannot be asked */
  may(identity: Identity, deed: Deed): Promise<boolean>;
  /** @throws HttpError 403 that names the person, the deed and the place */
  require(identity: Identity, deed: Deed): Promise<void>;
}

export interface RightsOptions {
  /** May create SubjectAccessReviews, where people are impersonated. */
  readonly client: ClusterClient;
  readonly clientOf: (identity: Identity) => ClusterClient;
  readonly clock: Clock;
}

/** How long an answer is believed, in milliseconds: as long as a right that was taken away still shows things. Changes are decided by the cluster itself. */
const GOOD_FOR = 10_000;
/** 1,000 people in ten namespaces. */
const MOST = 10_000;

/** Asks the cluster: as the person where their own credentials are at hand (who may always ask for themselves), else about them. */
export function createRights({ client, clientOf, clock }: RightsOptions): Rights {
  const known = new ShortCache<boolean>(clock, MOST);

  const ask = async (identity: Identity, { verb, resource, subresource, namespace, name }: Deed): Promise<boolean> => {
    const resourceAttributes = {
      ...{ verb, group: resource.group, resource: resource.plural },
      ...(subresource === undefined ? {} : { subresource }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
    };
    const head = { apiVersion: 'authorization.k8s.io/v1', metadata: { name: '' } };
    if (identity.token !== undefined || identity.method === 'link') {
      const { status } = await clientOf(identity).create(reviews.ownAccess, { ...head, kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } });
      return status?.allowed === true;
    }
    const { user, groups, uid, extra } = identity;
    const subject = {
      ...{ user, groups: [...groups] },
      ...(uid === undefined ? {} : { uid }),
      ...(extra === undefined ? {} : { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) }),
    };
    const { status } = await client.create(reviews.access, { ...head, kind: 'SubjectAccessReview', spec: { ...subject, resourceAttributes } });
    return status?.allowed === true;
  };

  const rights: Rights = {
    may: (identity, deed) => known.get(keyOf(identity, deed), () => GOOD_FOR, () => ask(identity, deed)),
    async require(identity, deed) {
      if (!(await rights.may(identity, deed))) throw forbidden(`${identity.user} may not ${describeDeed(deed)}: somebody who manages roles has to allow it.`);
    },
  };
  return rights;
}

/** Such as `patch releases.serin.dev "web-1" in namespace shop`. */
export function describeDeed({ verb, resource, subresource, namespace, name }: Deed): string {
  const what = `${resource.plural}${resource.group === '' ? '' : `.${resource.group}`}${subresource === undefined ? '' : `/${subresource}`}`;
  return `${verb} ${what}${name === undefined ? '' : ` ${JSON.stringify(name)}`} ${namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`}`;
}

const keyOf = (identity: Identity, { verb, resource, subresource, namespace, name }: Deed): string =>
  JSON.stringify([identityKey(identity), verb, resource.group, resource.plural, subresource ?? '', namespace ?? '', name ?? '']);
