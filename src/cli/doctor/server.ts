import { customResourceDefinitions } from '../../model/custom-resources.js';
import { isConditionTrue } from '../../kubernetes/conditions.js';
import { deepEqual } from '../../kubernetes/json.js';
import type { CustomResourceDefinition } from '../../kubernetes/generated/apiextensions-v1.js';
import type { ClusterFacts } from './facts.js';
import { findingsOf, type Finding } from './finding.js';

const INSTALL = 'serin install, or helm upgrade --install, brings them up to date.';

/** The oldest Kubernetes that Serin runs on, and the first ones with admission policies that validate and that change. */
const OLDEST = 28;

/** Which Kubernetes it is. */
export function checkVersion({ version }: Pick<ClusterFacts, 'version'>): Finding[] {
  const { ok, warn, fail } = findingsOf('Kubernetes');
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return [warn(`The version "${version}" says nothing to Serin.`, 'Serin needs Kubernetes 1.28 or later.')];
  if (Number(major) === 1 && Number(minor) < OLDEST) return [fail(`${version} is too old.`, 'Serin needs Kubernetes 1.28 or later.')];
  return [ok(`${version}.`)];
}

/** Serin's own kinds. */
export function checkKinds({ definitions, served }: Pick<ClusterFacts, 'definitions' | 'served'>): Finding[] {
  return customResourceDefinitions().map((wanted) => checkKind(wanted, definitions, served));
}

function checkKind(wanted: CustomResourceDefinition, definitions: ClusterFacts['definitions'], served: ReadonlySet<string>): Finding {
  const { ok, warn, fail } = findingsOf('kinds');
  const { name } = wanted.metadata;
  const isServed = served.has(wanted.spec.names.plural);
  if (typeof definitions === 'string') return isServed ? ok(`${name} is served; its definition you may not see.`) : fail(`${name} is not served.`, INSTALL);
  const there = definitions.find(({ metadata }) => metadata.name === name);
  if (!there) return fail(`CustomResourceDefinition ${name} is missing.`, INSTALL);
  if (there.metadata.deletionTimestamp !== undefined) return fail(`CustomResourceDefinition ${name} is being deleted, and all objects with it.`, `Wait until it is gone, then: ${INSTALL}`);
  const version = wanted.spec.versions[0]?.name ?? '';
  const has = there.spec.versions.find((each) => each.name === version);
  if (has?.served !== true || !isServed || !isConditionTrue(there.status?.conditions, 'Established')) return fail(`CustomResourceDefinition ${name} does not serve ${version}.`, `kubectl describe crd ${name} says why; ${INSTALL}`);
  const stored = (there.status?.storedVersions ?? []).filter((each) => !there.spec.versions.some((known) => known.name === each));
  if (stored.length > 0) return warn(`Objects of ${name} may be stored as ${stored.join(', ')}, which is served no more.`, `serin migrate`);
  if (!deepEqual(has.schema, wanted.spec.versions[0]?.schema)) {
    const of = there.metadata.labels?.['app.kubernetes.io/version'];
    return warn(`CustomResourceDefinition ${name} is of ${of === undefined ? 'another version' : `version ${of}`} of Serin than this command.`, `Use the command of the version that runs, or: ${INSTALL}`);
  }
  return ok(`${name} is there.`);
}
