/** Something that a ReleasePolicy has no equal of, or has in another way. */
export interface ConversionNote {
  /** Where it stands in the object that was converted. */
  readonly path: readonly (string | number)[];
  /** One or two sentences. */
  readonly note: string;
}

/** Takes notes while something is converted. */
export class Notes {
  readonly list: ConversionNote[] = [];

  add(path: ConversionNote['path'], note: string): void {
    if (!this.list.some((each) => each.note === note && each.path.join() === path.join())) this.list.push({ path, note });
  }

  /** A note where a field is given. */
  when(given: unknown, path: ConversionNote['path'], note: string): void {
    if (given !== undefined && given !== false) this.add(path, note);
  }
}

/** Milliseconds as policies write a length of time. */
export function durationText(milliseconds: number): string {
  if (milliseconds % 1000 !== 0) return `${Math.max(1, Math.round(milliseconds))}ms`;
  const seconds = milliseconds / 1000;
  const parts = [[Math.floor(seconds / 3600), 'h'], [Math.floor((seconds % 3600) / 60), 'm'], [seconds % 60, 's']] as const;
  return parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount}${unit}`).join('') || '0s';
}

/** A name as metrics of policies have it: small letters, digits and dashes. */
export function metricName(text: string): string {
  const plain = text.toLowerCase().replace(/[^a-z0-9-]+/g, '-').replace(/^-+/, '').slice(0, 63).replace(/-+$/, '');
  return plain === '' ? 'metric' : plain;
}
