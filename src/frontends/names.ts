/** The languages, beside Serin's own, that Serin can be told to read; each is switched on by its name. */
export const frontendNames = ['kubevela', 'argo'] as const;
export type FrontendName = (typeof frontendNames)[number];

export const isFrontendName = (name: string): name is FrontendName => (frontendNames as readonly string[]).includes(name);
