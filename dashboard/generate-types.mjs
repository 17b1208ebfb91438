// Writes src/api/types.ts from docs/reference/openapi.json. With --check it writes nothing, and ends with 1 when the file is out of
// date. SERIN_OPENAPI names another document.
import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

const document = new URL('../docs/reference/openapi.json', import.meta.url);
const target = new URL('src/api/types.ts', import.meta.url);

/**
 * Names of what the page speaks of: where each schema stands. `operation` is the answer of an operation, `operation body` what is
 * sent; then come properties, `[]` for the items of a list, and `|N` for the Nth of a choice. A schema that occurs again is called
 * by its name there. The order is that of the file.
 */
const NAMES = {
  SignInMethod: 'signInMethods.methods[]',
  SignInMethods: 'signInMethods',
  Session: 'session',
  Version: 'listReleases.items[].stable',
  WaitsFor: 'listReleases.items[].waitsFor|0',
  WaitsForKind: 'listReleases.items[].waitsFor|0.kind',
  Count: 'listReleases.items[].requests.stable',
  Outcome: 'listReleases.items[].outcome',
  ReleasePhase: 'listReleases.items[].phase',
  AbortReason: 'listReleases.items[].abortReason',
  ReleaseSummary: 'listReleases.items[]',
  ReleaseList: 'listReleases',
  Split: 'getRelease.shares.asked|0',
  Stage: 'getRelease.stages[]',
  PodView: 'getRelease.versions[].pods[]',
  VersionDetail: 'getRelease.versions[]',
  ReleaseEvent: 'getRelease.events[]',
  SaidApproval: 'getRelease.approvals[]',
  MetricOutcome: 'getRelease.metrics[].outcome',
  MetricSide: 'getRelease.metrics[].points[].stable',
  MetricPoint: 'getRelease.metrics[].points[]',
  MetricVerdict: 'getRelease.metrics[].verdicts[]',
  MetricView: 'getRelease.metrics[]',
  Verb: 'getRelease.actions[].verb',
  Action: 'getRelease.actions[]',
  Deed: 'getRelease.deeds[]',
  ValueMatch: 'getRelease.audience.matches[].headers[]',
  Match: 'getRelease.audience.matches[]',
  Audience: 'getRelease.audience',
  Seen: 'getRelease.seen',
  ReleaseDetail: 'getRelease',
  HistoryPoint: 'getReleaseHistory.points[]',
  ReleaseHistory: 'getReleaseHistory',
  WrittenObject: 'getReleaseObjects.items[]',
  ReleaseObjects: 'getReleaseObjects',
  ActionBody: 'actOnRelease body',
  ActionResult: 'actOnRelease',
  Delivery: 'listPolicies.items[].delivery',
  PolicySummary: 'listPolicies.items[]',
  PolicyList: 'listPolicies',
  PolicyDetail: 'getPolicy',
  ImageUpdateView: 'listImages.items[]',
  ImageUpdateList: 'listImages',
  ReleaseWaiting: 'listApprovals.items[]|0',
  ImageWaiting: 'listApprovals.items[]|1',
  Waiting: 'listApprovals.items[]',
  WaitingList: 'listApprovals',
};

const { paths } = JSON.parse(readFileSync(process.env.SERIN_OPENAPI ?? document, 'utf8'));
const operations = new Map(Object.values(paths).flatMap((path) => Object.values(path)).map((operation) => [operation.operationId, operation]));

function schemaAt(place) {
  const [, id, body, rest] = /^(\w+)( body)?(.*)$/.exec(place);
  const operation = operations.get(id) ?? fail(`the document has no operation ${id}`);
  const answer = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1];
  let schema = (body === undefined ? answer : operation.requestBody)?.content?.['application/json']?.schema ?? fail(`${id} has no JSON`);
  for (const [part] of rest.matchAll(/\.\w+|\[\]|\|\d+/g)) {
    schema = part === '[]' ? schema.items : part[0] === '|' ? schema.anyOf?.[Number(part.slice(1))] : schema.properties?.[part.slice(1)];
    if (schema === undefined) fail(`${place} leads nowhere; correct the table in generate-types.mjs`);
  }
  return schema;
}

function fail(message) {
  throw new Error(`${message}.`);
}

/** What a schema says of values; words about it do not tell one from another. */
function bare(schema) {
  if (Array.isArray(schema)) return schema.map(bare);
  if (typeof schema !== 'object' || schema === null) return schema;
  // A property may be called "description", and is then an object.
  return Object.fromEntries(Object.entries(schema).filter(([key, value]) => key !== 'description' || typeof value === 'object').map(([key, value]) => [key, bare(value)]));
}

const named = Object.entries(NAMES).map(([name, place]) => ({ name, schema: schemaAt(place), bare: bare(schemaAt(place)) }));

function typeOf(schema, own) {
  const known = named.find(({ name, bare: other }) => name !== own && isDeepStrictEqual(other, bare(schema)));
  if (known !== undefined && own === undefined) return known.name;
  if (schema.anyOf !== undefined) return schema.anyOf.map((one) => typeOf(one)).join(' | ');
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ');
  switch (schema.type) {
    case 'string': return 'string';
    case 'integer': case 'number': return 'number';
    case 'boolean': return 'boolean';
    case 'null': return 'null';
    case 'array': {
      const item = typeOf(schema.items);
      return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
    }
    case 'object': return objectOf(schema, own !== undefined);
    default: return 'unknown';
  }
}

function objectOf(schema, atTop) {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return `Record<string, ${typeof schema.additionalProperties === 'object' ? typeOf(schema.additionalProperties) : 'unknown'}>`;
  const lines = properties.map(([name, property]) => ({ text: property.description, code: `${name}${schema.required?.includes(name) === true ? '' : '?'}: ${typeOf(property)}` }));
  if (!atTop) return `{ ${lines.map(({ code }) => code).join('; ')} }`;
  return `{\n${lines.map(({ text, code }) => `${text === undefined ? '' : `  /** ${text} */\n`}  ${code};\n`).join('')}}`;
}

const literal = (value) => (typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : String(value));

const parts = named.map(({ name, schema }) => {
  const type = typeOf(schema, name);
  const text = schema.description === undefined ? '' : `/** ${schema.description} */\n`;
  return `${text}${type.startsWith('{\n') ? `export interface ${name} ${type}` : `export type ${name} = ${type};`}\n`;
});
const text = `// Written by dashboard/generate-types.mjs from docs/reference/openapi.json; not by hand.\n\n${parts.join('\n')}`;

if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error('dashboard/src/api/types.ts is out of date: node dashboard/generate-types.mjs');
  process.exit(1);
}
