import type { ClusterClient } from '../../cluster/client.js';
import { isOurs } from '../../controller/installation.js';
import type { CustomResourceDefinition } from '../../kubernetes/generated/apiextensions-v1.js';
import { isRecord } from '../../kubernetes/json.js';
import { resources } from '../../kubernetes/resources.js';
import { GROUP } from '../../model/resources.js';
import { CliError } from '../errors.js';

/** Definitions of other tools' kinds that are on the cluster already and are not ours: by name, what is said of each. @throws CliError for one that cannot be worked with */
export async function definitionsOfOthers(client: ClusterClient, wanted: readonly CustomResourceDefinition[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const shared = wanted.filter(({ spec }) => spec.group !== GROUP);
  const found = await Promise.all(shared.map(async (each) => ({ each, present: await client.find(resources.customResourceDefinitions, { name: each.metadata.name }, { signal }) })));
  return new Map(found.flatMap(({ each, present }) => (present === undefined || isOurs(present) ? [] : [[present.metadata.name, said(present, each)] as const])));
}

function said(present: CustomResourceDefinition, wanted: CustomResourceDefinition): string {
  const { name } = present.metadata;
  const [version] = wanted.spec.versions;
  const there = present.spec.versions.find((each) => each.name === version?.name && each.served);
  if (version === undefined || there === undefined) throw new CliError(`nothing was installed: CustomResourceDefinition ${name} is there already, and serves no ${version?.name ?? 'version'}. Bring it up to date with the tool that it is from, or delete it where there are no such objects.`);
  const lacking = missingFields(there.schema?.openAPIV3Schema, version.schema?.openAPIV3Schema);
  const stays = `CustomResourceDefinition ${name} is there already and stays as it is: somebody else brought it.`;
  return lacking.length === 0 ? stays : `${stays} It lacks fields that Serin knows, and the API server drops them: ${shown(lacking)}.`;
}

const SHOWN = 8;
const shown = (paths: readonly string[]): string => `${paths.slice(0, SHOWN).join(', ')}${paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : ''}`;

/** Fields of a wanted schema, as paths, that objects lose where another one is served; the outermost of each. */
export function missingFields(there: unknown, wanted: unknown, path = ''): string[] {
  if (!isRecord(there) || !isRecord(wanted) || there['x-kubernetes-preserve-unknown-fields'] === true) return [];
  if (isRecord(wanted['items'])) return missingFields(there['items'], wanted['items'], `${path}[]`);
  if (isRecord(wanted['additionalProperties'])) return missingFields(there['additionalProperties'], wanted['additionalProperties'], `${path}.*`);
  if (!isRecord(wanted['properties']) || isRecord(there['additionalProperties']) || there['additionalProperties'] === true) return [];
  const known = isRecord(there['properties']) ? there['properties'] : {};
  return Object.entries(wanted['properties']).flatMap(([name, schema]) => {
    const place = path === '' ? name : `${path}.${name}`;
    // Of every object, whatever its definition says.
    if (path === '' && ['apiVersion', 'kind', 'metadata'].includes(name)) return [];
    return known[name] === undefined ? [place] : missingFields(known[name], schema, place);
  });
}
