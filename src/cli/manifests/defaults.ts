import { cloneJson } from '../../kubernetes/json.js';
import { schemaOfKind } from '../../model/custom-resources.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { serinResources } from '../../model/resources.js';
import { fillDefaults } from '../../schema/defaulting.js';

/** A policy out of a file as the API server would keep it: with everything that has a default. Changes nothing. */
export function withDefaults(policy: ReleasePolicy): ReleasePolicy {
  const copy = cloneJson(policy);
  fillDefaults(copy, schemaOfKind(serinResources.releasePolicies.kind));
  return copy;
}
