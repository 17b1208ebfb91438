import type { Service } from '../../kubernetes/generated/core-v1.js';
import { HASH_LABEL } from '../../model/version.js';
import { overwritten, type SharedField } from '../overwriting.js';
import type { RoutingProblem } from '../router.js';
import type { Selector } from './selector.js';

/** A selector is one field to Kubernetes: who wrote any of it owns all of it. */
export const SELECTOR_FIELD = ['spec', 'selector'] as const;

/** That someone rewrote a selector that is claimed. */
export function editedSelector(object: Service, claimed: Selector): RoutingProblem {
  const problem = overwritten(shared(object), `rewrote it to ${JSON.stringify(object.spec?.selector ?? {})}`);
  return { ...problem, remedy: `set it to ${JSON.stringify(claimed)} and edit it when the release has ended; or ${problem.remedy}` };
}

/** That someone took the hash out of a selector that was pinned. */
export function unpinnedSelector(object: Service): RoutingProblem {
  return overwritten(shared(object), `took ${HASH_LABEL} out of it`);
}

function shared(object: Service): SharedField {
  return { object, group: '', field: 'spec.selector', jsonPointer: `/spec/selector/${HASH_LABEL}`, owned: SELECTOR_FIELD };
}
