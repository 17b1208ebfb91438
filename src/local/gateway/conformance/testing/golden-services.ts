/** The Services that cases send to, at port 80, and the programs behind each. `nothing` has none, `dead` one that does not listen. */
export const goldenServices = { one: ['one'], two: ['two'], both: ['one', 'two'], nothing: [], dead: ['dead'] } as const satisfies Readonly<Record<string, readonly GoldenProgram[]>>;

/** Services of a case's own, such as `n07-one`, that its Ingresses name: by name, and the program behind each. */
export function ownServices(cases: readonly { readonly objects: readonly object[] }[]): Record<string, readonly GoldenProgram[]> {
  const names = [...JSON.stringify(cases.map(({ objects }) => objects)).matchAll(/"name":"(n\d+-(?:x-)?(one|two))"/g)];
  return Object.fromEntries(names.map(([, name = '', program]) => [name, [program === 'one' ? 'one' : 'two']]));
}

/** The programs; each is in a Pod that has its name as the label `version`. `dead` does not listen. */
export const goldenPrograms = ['one', 'two', 'dead'] as const;
export type GoldenProgram = (typeof goldenPrograms)[number];
