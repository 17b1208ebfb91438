import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { isRecord } from '../../kubernetes/json.js';
import { installationObjects, type Installation, type InstalledObject } from '../../installation/objects.js';
import { MissingValue } from '../../installation/template/fill.js';
import { readValues, ValuesError, type Values } from '../../installation/values.js';
import { CliError, exitCodes } from '../errors.js';
import type { FrontendName } from '../../frontends/names.js';
import type { Shell } from '../shell.js';
import { parseImage } from './image-reference.js';

/** What a person says about the installation. */
export interface WantedOptions {
  readonly namespace: string;
  readonly watchNamespace?: string;
  readonly image?: string;
  readonly replicas?: number;
  readonly values?: string;
  readonly frontends?: readonly FrontendName[];
  /** False for `--no-crds`. */
  readonly crds: boolean;
}

/** Who is in charge of what this command installs: the value of a label on all of it. */
export const MANAGER = 'serin';

/** The values that files and flags come to; flags win. @throws CliError */
export async function wantedValues(shell: Pick<Shell, 'cwd'>, { watchNamespace, image, replicas, values, frontends, crds }: WantedOptions): Promise<Values> {
  const given = values === undefined ? {} : await fileValues(resolve(shell.cwd, values), values);
  const inFile = isRecord(given['image']) ? given['image'] : {};
  const frontendsInFile = isRecord(given['frontends']) ? given['frontends'] : {};
  const flags = {
    ...(frontends === undefined ? {} : { frontends: { ...frontendsInFile, ...Object.fromEntries(frontends.map((name) => [name, true])) } }),
    ...(watchNamespace === undefined ? {} : { watchNamespace }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(image === undefined ? {} : { image: { ...inFile, ...parseImage(image) } }),
    ...(crds ? {} : { installCRDs: false }),
  };
  try {
    return readValues({ ...given, ...flags });
  } catch (error) {
    if (error instanceof ValuesError) throw new CliError(`${values ?? 'the values'}: ${error.message}`, exitCodes.usage);
    throw error;
  }
}

async function fileValues(path: string, name: string): Promise<Record<string, unknown>> {
  let content: unknown;
  try {
    content = parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CliError(`${name}: the values cannot be read: ${error instanceof Error ? error.message : String(error)}.`, exitCodes.usage);
  }
  if (content === null) return {};
  if (!isRecord(content)) throw new CliError(`${name}: values are a map of names to values.`, exitCodes.usage);
  return content;
}

/** The objects that are to be there. @throws CliError when a value is missing */
export function wantedObjects(installation: Installation): InstalledObject[] {
  try {
    return installationObjects(installation);
  } catch (error) {
    if (error instanceof MissingValue) throw new CliError(`which image is to be run? Give it with --image registry.example.com/serin:${installation.version}; docs/install.md says how to make it.`, exitCodes.usage);
    throw error;
  }
}
