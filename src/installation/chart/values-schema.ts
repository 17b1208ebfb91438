import { cloneJson, isRecord } from '../../kubernetes/json.js';
import { ValuesSchema } from '../values.js';

/** The JSON Schema by which Helm checks values; a name that there is not is refused. */
export function valuesSchema(): object {
  const schema = strict(cloneJson<unknown>(ValuesSchema)) as { properties: object };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...schema,
    // What a chart that has this one in it gives to all of its charts.
    properties: { ...schema.properties, global: { type: 'object' } },
  };
}

function strict(node: unknown): unknown {
  if (!isRecord(node)) return node;
  const kept = Object.entries(node).filter(([key]) => !key.startsWith('x-') && !key.startsWith('~') && key !== 'required');
  const plain = Object.fromEntries(kept.map(([key, value]) => [key, key === 'properties' && isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, child]) => [name, strict(child)])) : key === 'items' ? strict(value) : value]));
  return isRecord(node['properties']) ? { ...plain, additionalProperties: false } : plain;
}
