import { isRecord } from './json.js';
import { forbiddenField, invalidField, type Problem, requiredField, unsupportedField } from './problem.js';
import type { StructuralSchema } from './structural.js';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
/** What must not stand below anyOf, allOf, oneOf and not. */
const NOT_IN_LOGIC = [
  'additionalProperties',
  'default',
  'description',
  'nullable',
  'title',
  'type',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
];
const NOT_SUPPORTED = ['$ref', 'definitions', 'dependencies', 'id', 'patternProperties', 'additionalItems', '$schema'];

/**
 * Why a schema is not structural or uses the extensions wrongly; nothing when a CustomResourceDefinition may have it.
 * @param path where the schema stands, such as `spec.versions[0].schema.openAPIV3Schema`
 */
export function structuralProblems(schema: unknown, path: string): Problem[] {
  if (!isRecord(schema)) return [requiredField(path, 'schemas are required')];
  const problems: Problem[] = [];
  if (schema['type'] === undefined || schema['type'] === '') problems.push(requiredField(`${path}.type`, 'must not be empty at the root'));
  else if (schema['type'] !== 'object') problems.push(invalidField(`${path}.type`, schema['type'], 'must be object at the root'));
  if (schema['nullable'] === true) problems.push(forbiddenField(`${path}.nullable`, 'nullable cannot be true at the root'));
  return [...checkChildren(schema, path, true), ...problems];
}

function check(node: unknown, path: string, missingType: string): Problem[] {
  if (!isRecord(node)) return [invalidField(path, node ?? null, 'must be a schema')];
  const problems = checkChildren(node, path, false);
  const free = node['x-kubernetes-int-or-string'] === true || node['x-kubernetes-preserve-unknown-fields'] === true;
  if ((node['type'] === undefined || node['type'] === '') && !free) problems.push(requiredField(`${path}.type`, missingType));
  return problems;
}

function checkChildren(node: Record<string, unknown>, path: string, root: boolean): Problem[] {
  const problems: Problem[] = [];
  for (const key of NOT_SUPPORTED) if (node[key] !== undefined) problems.push(forbiddenField(`${path}.${key}`, `${key} is not supported`));
  const { properties, items, additionalProperties } = node;
  if (isRecord(properties)) {
    for (const [name, child] of Object.entries(properties).sort(byKey)) {
      problems.push(...check(child, `${path}.properties[${name}]`, 'must not be empty for specified object fields'));
    }
  }
  if (Array.isArray(items)) problems.push(forbiddenField(`${path}.items`, 'items must be a schema object and not an array'));
  else if (items !== undefined) problems.push(...check(items, `${path}.items`, 'must not be empty for specified array items'));
  if (additionalProperties === false) problems.push(forbiddenField(`${path}.additionalProperties`, 'additionalProperties cannot be set to false'));
  else if (isRecord(additionalProperties)) {
    problems.push(...check(additionalProperties, `${path}.additionalProperties`, 'must not be empty for specified object fields'));
  }
  if (isRecord(properties) && Object.keys(properties).length > 0 && additionalProperties !== undefined && additionalProperties !== false) {
    problems.push(forbiddenField(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
  }
  problems.push(...checkType(node, path), ...checkListType(node, path), ...checkLogic(node, path));
  if (node['uniqueItems'] === true) {
    problems.push(forbiddenField(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'));
  }
  if (root && node['x-kubernetes-int-or-string'] === true) {
    problems.push(forbiddenField(`${path}.x-kubernetes-int-or-string`, 'must be false at the root'));
  }
  return problems;
}

function checkType(node: Record<string, unknown>, path: string): Problem[] {
  const problems: Problem[] = [];
  const type = node['type'];
  if (type !== undefined && type !== '' && !TYPES.includes(String(type))) problems.push(unsupportedField(`${path}.type`, type, TYPES));
  if (node['x-kubernetes-int-or-string'] === true && type !== undefined && type !== '') {
    problems.push(forbiddenField(`${path}.type`, 'must be empty if x-kubernetes-int-or-string is true'));
  }
  if (type === 'array' && node['items'] === undefined) problems.push(requiredField(`${path}.items`, 'must be specified'));
  if (node['x-kubernetes-preserve-unknown-fields'] === false) {
    problems.push(invalidField(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  if (node['x-kubernetes-embedded-resource'] === true) {
    if (type !== 'object') problems.push(invalidField(`${path}.type`, type ?? '', 'must be object if x-kubernetes-embedded-resource is true'));
    if (node['properties'] === undefined && node['x-kubernetes-preserve-unknown-fields'] !== true) {
      problems.push(requiredField(`${path}.properties`, 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'));
    }
  }
  return problems;
}

function checkListType(node: Record<string, unknown>, path: string): Problem[] {
  const listType = node['x-kubernetes-list-type'];
  const keys = node['x-kubernetes-list-map-keys'];
  const problems: Problem[] = [];
  if (listType !== undefined && node['type'] !== 'array') {
    problems.push(invalidField(`${path}.type`, node['type'] ?? '', 'must be array if x-kubernetes-list-type is set'));
  }
  if (listType !== undefined && listType !== 'atomic' && listType !== 'set' && listType !== 'map') {
    problems.push(unsupportedField(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  }
  if (listType === 'map' && (!Array.isArray(keys) || keys.length === 0)) {
    problems.push(requiredField(`${path}.x-kubernetes-list-map-keys`, "must not be empty if x-kubernetes-list-type is 'map'"));
  }
  if (listType !== 'map' && Array.isArray(keys) && keys.length > 0) {
    problems.push(invalidField(`${path}.x-kubernetes-list-type`, listType ?? '', 'must be map if x-kubernetes-list-map-keys is non-empty'));
  }
  if (listType === 'map' && Array.isArray(keys)) problems.push(...checkMapKeys(node['items'], keys, path));
  const mapType = node['x-kubernetes-map-type'];
  if (mapType !== undefined && mapType !== 'atomic' && mapType !== 'granular') {
    problems.push(unsupportedField(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  }
  return problems;
}

function checkMapKeys(items: unknown, keys: readonly unknown[], path: string): Problem[] {
  if (!isRecord(items)) return [];
  if (items['type'] !== 'object') {
    return [invalidField(`${path}.items.type`, items['type'] ?? '', "must be object if parent array's x-kubernetes-list-type is map")];
  }
  const problems: Problem[] = [];
  const properties = isRecord(items['properties']) ? items['properties'] : {};
  const required = Array.isArray(items['required']) ? items['required'] : [];
  keys.forEach((key, index) => {
    const name = String(key);
    const property = properties[name];
    if (!isRecord(property)) {
      problems.push(invalidField(`${path}.x-kubernetes-list-map-keys[${index}]`, key, 'entries must all be names of item properties'));
    } else if (!required.includes(key) && property['default'] === undefined) {
      problems.push(requiredField(`${path}.items.properties[${name}].default`, `this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`));
    }
  });
  return problems;
}

function checkLogic(node: Record<string, unknown>, path: string): Problem[] {
  const problems: Problem[] = [];
  for (const key of ['allOf', 'anyOf', 'oneOf']) {
    const list = node[key];
    if (Array.isArray(list)) list.forEach((each, index) => problems.push(...checkInLogic(each, `${path}.${key}[${index}]`, node)));
  }
  if (node['not'] !== undefined) problems.push(...checkInLogic(node['not'], `${path}.not`, node));
  return problems;
}

function checkInLogic(node: unknown, path: string, outer: unknown): Problem[] {
  if (!isRecord(node)) return [];
  const intOrString = isRecord(outer) && outer['x-kubernetes-int-or-string'] === true && /\.(?:anyOf|allOf)\[/.test(path);
  const problems = NOT_IN_LOGIC.filter((key) => node[key] !== undefined && !(intOrString && key === 'type')).map((key) =>
    forbiddenField(`${path}.${key}`, 'must be empty to be structural'),
  );
  const properties = isRecord(node['properties']) ? node['properties'] : {};
  for (const [name, child] of Object.entries(properties).sort(byKey)) {
    problems.push(...checkInLogic(child, `${path}.properties[${name}]`, undefined));
  }
  if (node['items'] !== undefined) problems.push(...checkInLogic(node['items'], `${path}.items`, undefined));
  return [...problems, ...checkLogic(node, path)];
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0);

/** Throws unless the schema is structural. For schemas of our own. @throws Error naming the first problem */
export function assertStructural(schema: StructuralSchema): StructuralSchema {
  const [first] = structuralProblems(schema, 'schema');
  if (first) throw new Error(`${first.field}: ${first.message}`);
  return schema;
}
