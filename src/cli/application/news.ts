import type { ApplicationView, StepView } from './view.js';

/** What was told of an Application already. */
export interface ToldApplication {
  readonly steps: Readonly<Record<string, string>>;
  readonly message: string;
}

export const nothingTold: ToldApplication = { steps: {}, message: '' };

/** What is new since it was told last, a line each: steps whose phase changed, and what the Application waits for. Pure. */
export function newsOf({ workflow, message }: ApplicationView, told: ToldApplication): { readonly lines: readonly string[]; readonly told: ToldApplication } {
  const all = workflow.steps.flatMap((step): readonly StepView[] => [step, ...step.subSteps]);
  const fresh = all.filter(({ name, phase }) => phase !== (told.steps[name] ?? 'pending'));
  return {
    lines: [
      ...fresh.map(({ name, type, phase, reason, message: said = '' }) => `${name}${name === type ? '' : ` (${type})`}: ${phase}${phase === 'failed' && reason !== undefined ? `, ${reason}` : ''}${said === '' ? '' : `. ${said}`}`),
      ...(message === told.message ? [] : [message]),
    ],
    told: { steps: Object.fromEntries(all.map(({ name, phase }) => [name, phase])), message },
  };
}
