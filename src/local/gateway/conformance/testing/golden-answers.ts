import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { GoldenAnswer } from './asking.js';
import type { Api } from './golden-case.js';

/** The products that were asked, each in front of the same programs. */
export const planes = {
  istio: { api: 'istio', title: 'istiod and Envoy', words: true },
  contour: { api: 'gateway-api', title: 'Contour and Envoy', words: true },
  traefik: { api: 'gateway-api', title: 'Traefik', words: false },
  'traefik-ingress': { api: 'ingress-nginx', title: 'Traefik with the annotations of ingress-nginx', words: false },
} as const satisfies Readonly<Record<string, { readonly api: Api; readonly title: string; readonly words: boolean }>>;
export type Plane = keyof typeof planes;
export const planeNames = Object.keys(planes).filter((name): name is Plane => name in planes);

/** Answers of one product by the request's id. */
export type GoldenAnswers = Readonly<Record<string, GoldenAnswer>>;

const fileOf = (plane: Plane): string => fileURLToPath(new URL(`../answers/${plane}.json`, import.meta.url));

/** What a product answered when it was recorded. */
export function goldenAnswers(plane: Plane): GoldenAnswers {
  const file = fileOf(plane);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** One line for each answer. */
export function recordAnswers(plane: Plane, answers: GoldenAnswers): void {
  const lines = Object.entries(answers).map(([id, answer]) => `${JSON.stringify(id)}: ${JSON.stringify(answer)}`);
  writeFileSync(fileOf(plane), `{\n${lines.join(',\n')}\n}\n`);
}

/** Where one answer is not like another; a product's own words (bodies, and their type) only where `words` says so. */
export function answerDifferences(theirs: GoldenAnswer | undefined, ours: GoldenAnswer | undefined, words: boolean): string[] {
  if (theirs === undefined || ours === undefined) return [theirs === undefined ? 'it was not recorded' : 'it was not asked'];
  const [a, b] = [comparable(theirs, words), comparable(ours, words)];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => (JSON.stringify(a[key]) === JSON.stringify(b[key]) ? [] : [`${key}: ${JSON.stringify(a[key])} was recorded, now ${JSON.stringify(b[key])}`]));
}

function comparable({ answered = {}, body, ...rest }: GoldenAnswer, words: boolean): Record<string, unknown> {
  const local = rest.headers === undefined;
  const kept = Object.entries(answered).filter(([name]) => words || !local || !/^(content-type|x-content-type-options)$/.test(name));
  return { ...rest, answered: Object.fromEntries(kept), ...(words ? { body } : {}) };
}
