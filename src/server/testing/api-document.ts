import Value from 'typebox/value';
import type { Answer } from './asking.js';

type Json = Record<string, unknown>;

/** One operation of the document that the server itself hands out. */
export interface Operation {
  readonly id: string;
  readonly path: string;
  readonly method: string;
  /** Names of its parameters in the query. */
  readonly query: readonly string[];
  /** Names of the fields of its body. */
  readonly fields: readonly string[];
  readonly responses: Json;
}

/** The API's document, and whether answers are as it says. */
export class ApiDocument {
  readonly operations: readonly Operation[];
  readonly #whole: Json;

  /** @param whole as the server told it */
  constructor(whole: Json = {}) {
    this.#whole = whole;
    this.operations = operationsOf(whole);
  }

  /** @throws Error where there is none */
  operation(id: string): Operation {
    const found = this.operations.find((each) => each.id === id);
    if (found === undefined) throw new Error(`the document has no operation ${id}`);
    return found;
  }

  /** `as documented`, or what is not so. */
  fit({ responses }: Operation, { status, json, text, headers }: Answer): string {
    const found = responses[String(status)] as Json | undefined;
    if (found === undefined) return `status ${status} is not in the document: ${text}`;
    const content = this.#resolved(found)['content'] as Record<string, { schema: Json }> | undefined;
    if (content === undefined) return text === '' ? 'as documented' : `a body where there is none: ${text}`;
    const type = (headers['content-type'] ?? '').split(';')[0] ?? '';
    // People who come by a browser are told in a page why they are not signed in.
    if (type === 'text/html' && status >= 400) return 'as documented';
    const schema = content[type]?.schema;
    if (schema === undefined) return `${type} is not in the document`;
    if (type !== 'application/json') return 'as documented';
    const whole = this.#resolved(schema);
    return Value.Check(whole, json) ? 'as documented' : JSON.stringify([...Value.Errors(whole, json)]);
  }

  #resolved(node: Json): Json {
    const reference = node['$ref'];
    if (typeof reference !== 'string') return node;
    return reference.slice(2).split('/').reduce<Json>((at, name) => at[name] as Json, this.#whole);
  }
}

function operationsOf({ paths = {} }: Json): Operation[] {
  return Object.entries(paths as Record<string, Record<string, Json>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      const parameters = (operation['parameters'] ?? []) as { name: string; in: string }[];
      const content = (operation['requestBody'] as { content: Record<string, { schema: { properties?: Json } }> } | undefined)?.content['application/json'];
      const query = parameters.filter(({ in: place }) => place === 'query').map(({ name }) => name);
      return { id: String(operation['operationId']), path, method: method.toUpperCase(), query, fields: Object.keys(content?.schema.properties ?? {}), responses: operation['responses'] as Json };
    }),
  );
}
