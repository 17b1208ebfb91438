import type { Document } from 'yaml';
import type { SourceText } from './source-text.js';

/** One object out of a text, and where each of its fields stands. Made by `parseManifests`. */
export interface Manifest {
  readonly file: string;
  /** As JSON would hold it. */
  readonly object: Readonly<Record<string, unknown>>;
  /** Where the object stands in its document: the empty path, or `['items', 0]` in a List. */
  readonly within: readonly (string | number)[];
  readonly document: Document.Parsed;
  readonly source: SourceText;
}

/** `kind/name`, as messages name an object. */
export function titleOf({ object }: Pick<Manifest, 'object'>): string {
  const metadata = object.metadata;
  const name = typeof metadata === 'object' && metadata !== null && 'name' in metadata ? metadata.name : undefined;
  return `${typeof object.kind === 'string' ? object.kind : 'object'}/${typeof name === 'string' ? name : '(no name)'}`;
}
