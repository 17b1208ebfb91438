import { readFileSync } from 'node:fs';
import type { Plane } from './golden-answers.js';

/** One way in which a product does not answer as the local gateway does. */
export interface GatewayDifference {
  readonly plane: Plane;
  /** One true sentence, in Markdown. */
  readonly sentence: string;
  /** Requests that show it. */
  readonly requests: readonly string[];
}

/** All of them. */
export function gatewayDifferences(): GatewayDifference[] {
  return JSON.parse(readFileSync(new URL('../known-differences.json', import.meta.url), 'utf8'));
}
