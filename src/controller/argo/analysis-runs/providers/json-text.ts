import { isRecord } from '../../../../kubernetes/json.js';

/** The object that a text holds as JSON; undefined for everything else. */
export function objectInJson(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isRecord(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
