import fc from 'fast-check';
import type { Freeze } from '../../model/freeze-calendar.js';
import type { PlanStep } from '../../model/plan.js';
import { unansweredFates } from '../../model/policy/consent.js';
import type { PlannedConsent } from '../../model/planned-consent.js';
import { planMark } from '../../model/release-mark.js';
import type { Release } from '../../model/release.js';
import { BEGINNING } from '../approving.js';
import type { Happening } from './happening.js';
import type { World } from './world.js';

/** What people may ask of a release beside its steps, and what they say before it begins. */
export interface Beginning {
  readonly consent: Omit<PlannedConsent, 'users' | 'groups'> | undefined;
  /** Of every approve step. */
  readonly deadline: Pick<PlanStep, 'notAuthor' | 'milliseconds' | 'otherwise'> | undefined;
  readonly author: string | undefined;
  /** Milliseconds from the beginning of time that the window lasts. */
  readonly freeze: { readonly lasts: number; readonly excepts: boolean } | undefined;
  readonly words: readonly Word[];
  /** Before which happenings the image is pushed again. */
  readonly pushes: readonly number[];
}

interface Word {
  /** Before which happening. */
  readonly at: number;
  readonly user: string;
  readonly groups: string[];
  readonly approved: boolean;
  readonly window: boolean;
  /** Whether what was shown is so; undefined where nothing was shown. */
  readonly seen: boolean | undefined;
}

const otherwise = fc.constantFrom(...unansweredFates);
const deadline = fc.record({ notAuthor: fc.boolean(), milliseconds: fc.integer({ min: 0, max: 20_000 }), otherwise }, { requiredKeys: [] });
const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined, freq: 2 });

const word: fc.Arbitrary<Word> = fc
  .record({
    at: fc.integer({ min: 0, max: 12 }),
    who: fc.constantFrom<{ user: string; groups: string[] }>({ user: 'ana', groups: [] }, { user: 'ben', groups: ['owners'] }, { user: 'cleo', groups: ['owners'] }, { user: 'eve', groups: ['guests'] }),
    luck: fc.integer({ min: 0, max: 9 }),
    window: fc.boolean(),
    seen: fc.constantFrom(undefined, undefined, true, false),
  })
  .map(({ who, luck, ...rest }) => ({ ...who, approved: luck > 0, ...rest }));

/** None of it in most scenarios; drawn after everything else, so that the rest of a scenario stays as it is. */
export const arbitraryBeginning: fc.Arbitrary<Beginning | undefined> = fc.oneof(
  { weight: 8, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.record({
      consent: some(fc.tuple(fc.integer({ min: 1, max: 2 }), deadline).map(([approvals, more]) => ({ approvals, ...more }))),
      deadline: some(deadline),
      author: fc.constantFrom(undefined, 'ana', 'cleo'),
      freeze: some(fc.record({ lasts: fc.integer({ min: 1000, max: 60_000 }), excepts: fc.boolean() })),
      words: fc.array(word, { maxLength: 6 }),
      pushes: fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 3 }),
    }),
  },
);

const WHO = { users: ['ana', 'ben'], groups: ['owners'] };

/** The release as its policy asks for people. */
export function asked(release: Release, beginning: Beginning | undefined): Release {
  if (!beginning) return release;
  const { consent, deadline: late, author } = beginning;
  const { plan } = release.spec;
  const steps = plan.steps.map((step) => (step.kind === 'approve' ? { ...step, ...late } : step));
  return { ...release, spec: { ...release.spec, ...(consent ? { consent: { ...consent, ...WHO } } : {}), ...(author === undefined ? {} : { author }), plan: { ...plan, steps } } };
}

/** The window at this moment. @param began milliseconds since the epoch */
export function freezeAt({ freeze }: Beginning, began: number, now: number): Freeze[] {
  if (!freeze || now >= began + freeze.lasts) return [];
  return [{ window: 'friday', kind: 'FreezeWindow', why: 'weekend', until: began + freeze.lasts, ...(freeze.excepts ? { exceptWith: { users: ['ana'], groups: ['owners'] } } : {}) }];
}

/** What happens, with what people say of the beginning in between. */
export function withWords(happenings: readonly Happening[], beginning: Beginning | undefined): Happening[] {
  const words = (at: number): Happening[] => (beginning?.words ?? []).filter((each) => each.at === at).map(({ at: _, ...rest }) => ({ kind: 'sayFirst', ...rest }));
  const pushes = (at: number): Happening[] => (beginning?.pushes ?? []).filter((each) => each === at).map(() => ({ kind: 'push' }));
  return happenings.flatMap((each, index) => [...words(index), ...pushes(index), each]);
}

/** Somebody speaks to the beginning. */
export function sayFirst(world: World, { user, groups, approved, window, seen }: Omit<Word, 'at'>): void {
  world.say({
    user, groups, approved, step: BEGINNING, comment: '',
    ...(window ? { freezeWindow: 'friday' } : {}),
    ...(seen === undefined ? {} : { seen: { plan: seen ? planMark(world.release.spec) : 'another', images: [] } }),
  });
}

/** Those who are asked again say yes to what they see run now. */
export function answerAgain(world: World): void {
  const { asksAgain } = world.status;
  if (asksAgain === undefined) return;
  const index = asksAgain.step - 1;
  const wanted = index === BEGINNING ? world.release.spec.consent : world.release.spec.plan.steps[index];
  if (wanted?.notAuthor === true && world.release.spec.author === undefined) return world.command({ abort: true });
  const images = (world.asked?.observation.canaryImages ?? []).map(({ digest }) => digest);
  for (const user of ['ben', 'cleo', 'ana']) {
    const spoke = world.others.approvals.some((each) => each.step === index && each.user === user && images.every((image) => each.seen?.images.includes(image)));
    if (!spoke) world.say({ user, groups: ['owners'], approved: true, step: index, comment: '', seen: { plan: planMark(world.release.spec), images } });
  }
}

/** Those who may say yes to what has not begun; where nobody can, it is taken back. */
export function answerBeginning(world: World): void {
  const { held } = world.status;
  if (held === undefined) return;
  const { consent, author } = world.release.spec;
  if (held.for === 'approval' && consent?.notAuthor === true && author === undefined) return world.command({ abort: true });
  for (const user of ['ben', 'cleo', 'ana']) {
    const spoke = world.others.approvals.some((approval) => approval.step === BEGINNING && approval.user === user && approval.freezeWindow !== undefined && approval.approved && approval.seen === undefined);
    if (!spoke) sayFirst(world, { user, groups: ['owners'], approved: true, window: true, seen: undefined });
  }
}
