/** What a real server does a while after it has answered: controllers, and what its own parts learn from each other by watches. In milliseconds. */
const LONGER: Readonly<Record<string, number>> = {
  // Definitions are served, changed and gone.
  ...{ A381: 1500, A386: 1500, A429: 1500, A433: 1000, A435: 8000, A436: 1000 },
  // Policies are in force.
  ...{ A462: 3000, A469: 2000, A472: 3000 },
  // The Deployment controller has seen a change.
  A136: 1500,
  // Garbage is collected, namespaces are emptied.
  ...Object.fromEntries(['A351', 'A353', 'A356', 'A357', 'A360', 'A362', 'A364', 'A366', 'A368', 'A370', 'A373'].map((id) => [id, 1500])),
};
const USUAL = 50;

/** How long a real server has before a case. */
export const realPause = (id: string, known: number | undefined): number => Math.max(LONGER[id] ?? USUAL, known ?? 0);
