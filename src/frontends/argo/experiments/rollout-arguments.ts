import type { Rollout } from '../kinds/rollout.js';
import type { RunArgument } from '../kinds/rollout-analysis.js';
import { fieldText } from '../runs/field-path.js';

/** The hashes that arguments of an analysis may ask for. */
export interface VersionHashes {
  readonly stable: string;
  readonly latest: string;
}

export interface FilledArguments {
  readonly args: { name: string; value: string }[];
  /** Fields of the Rollout that there are not. */
  readonly problems: string[];
}

/** The values that a Rollout gives to arguments of an Experiment: hashes of its versions and fields of its own are put in. */
export function rolloutArguments(args: readonly RunArgument[], rollout: Rollout, hashes: VersionHashes): FilledArguments {
  const problems: string[] = [];
  const filled = args.map(({ name, value = '', valueFrom }) => {
    const { podTemplateHashValue, fieldRef } = valueFrom ?? {};
    if (podTemplateHashValue) return { name, value: podTemplateHashValue === 'Stable' ? hashes.stable : hashes.latest };
    if (!fieldRef) return { name, value };
    const found = fieldText(rollout, fieldRef.fieldPath);
    if (found === undefined) problems.push(`argument ${name} is to be read from ${fieldRef.fieldPath}, where there is no single value. Correct the path.`);
    return { name, value: found ?? '' };
  });
  return { args: filled, problems };
}
