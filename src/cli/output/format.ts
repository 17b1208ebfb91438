import { Option, type Command } from 'commander';
import { stringify } from 'yaml';
import { print, type Shell } from '../shell.js';

/** Formats for programs; without one, the output is for a person. */
export type DataFormat = 'json' | 'yaml';

/** Adds `-o`, with the formats that this command knows besides its usual one. */
export function withOutputOption(command: Command, formats: readonly string[] = ['json', 'yaml']): Command {
  return command.addOption(new Option('-o, --output <format>', 'format of the output').choices([...formats]));
}

export const isDataFormat = (format: string | undefined): format is DataFormat => format === 'json' || format === 'yaml';

/** Prints data as JSON or YAML. */
export function printData(shell: Shell, data: unknown, format: DataFormat): void {
  print(shell, format === 'json' ? JSON.stringify(data, undefined, 2) : stringify(data, { lineWidth: 0 }).trimEnd());
}

/** Several objects as the List that kubectl reads. */
export const listOf = (items: readonly unknown[]): unknown => ({ apiVersion: 'v1', kind: 'List', items });
