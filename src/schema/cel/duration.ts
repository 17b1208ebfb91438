import { Environment } from '@marcbachmann/cel-js';

/** The library's duration of a text such as `1h30m`; undefined for a text that is none. */
export function durationOf(text: string): unknown {
  try {
    return new Environment().registerVariable('text', 'string').evaluate('duration(text)', { text });
  } catch {
    return undefined;
  }
}
