import { Scalar } from 'yaml';

/** A plain value that YAML 1.1, which kubectl reads, takes for something else than its text. */
export interface Trap {
  readonly message: string;
  readonly remedy: string;
  /** What kubectl reads, where the text means nothing else to a reader; the text otherwise. */
  readonly value?: number;
}

const BOOLEANS = /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/;
const TRUE = /^(?:y|Y|yes|Yes|YES|on|On|ON)$/;

/** Whether a value reads differently by the two versions of YAML; undefined for all that do not. */
export function trapOf(scalar: Scalar): Trap | undefined {
  const source = scalar.source;
  if (scalar.type !== Scalar.PLAIN || source === undefined) return undefined;
  if (BOOLEANS.test(source)) {
    return { message: `${source} is read as text here, but as ${TRUE.test(source)} by tools with YAML 1.1, such as kubectl`, remedy: `write "${source}" for the text, or ${TRUE.test(source)}` };
  }
  if (/^[-+]?0[0-7]+$/.test(source)) {
    const value = Number.parseInt(source, 8);
    return { message: `${source} is octal, as kubectl reads it: ${value}`, remedy: `write ${value}, or "${source}" for the text`, value };
  }
  if (/^[-+]?[1-9][0-9]*(?:_[0-9]+)+$/.test(source)) {
    const number = source.replaceAll('_', '');
    return { message: `${source} is read as text here, but as ${number} by tools with YAML 1.1, such as kubectl`, remedy: `write "${source}" for the text, or ${number}` };
  }
  return undefined;
}
