/** What one probe found; `output` says why it failed. */
export interface ProbeOutcome {
  readonly success: boolean;
  readonly output: string;
}

export const succeeded: ProbeOutcome = { success: true, output: '' };
export const failed = (output: string): ProbeOutcome => ({ success: false, output });
