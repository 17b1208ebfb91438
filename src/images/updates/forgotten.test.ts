import { expect, it } from 'vitest';
import type { ImagePolicy } from '../../model/images/image-policy.js';
import { isForgotten, REMEMBERED_MARKS, withForgotten } from './forgotten.js';

const [one, other] = ['a', 'b'].map((each) => `sha256:${each.repeat(64)}`) as [string, string];
const image = (tag: string, digest?: string) => ({ image: 'shop/web', tag, digest });
const after = (...images: ReturnType<typeof image>[]): Pick<ImagePolicy, 'status'> => ({ status: { forgotten: withForgotten({}, images.map((spec) => ({ spec }))) } });

it.each([
  ['the tag again', image('b', one), image('b'), false, true],
  ['the digest again', image('b', one), image('b', one), false, true],
  ['a digest that nobody named then', image('b'), image('b', one), false, true],
  ['another digest', image('b', one), image('b', other), false, false],
  ['another tag with the same digest', image('b', one), image('c', one), false, false],
  ['where only digests count: the digest again', image('b', one), image('b', one), true, true],
  ['where only digests count: another digest', image('b', one), image('b', other), true, false],
  ['another repository', { ...image('b'), image: 'shop/api' }, image('b'), false, false],
  ['the same repository by its long name', { ...image('b'), image: 'docker.io/shop/web' }, image('b'), false, true],
] as const)('knows again %s', (_, taken, told, exact, known) => expect(isForgotten(after(taken), told, exact)).toBe(known));

it('knows nothing where nothing was taken up', () => expect(isForgotten({}, image('b'), false)).toBe(false));

it('keeps the last ones, each once, in a few characters', () => {
  const many = Array.from({ length: REMEMBERED_MARKS + 5 }, (_, index) => image(`build-${index}`, one));
  const policy = after(...many);
  expect([isForgotten(policy, image('build-4'), false), isForgotten(policy, image('build-5'), false)]).toEqual([false, true]);
  expect(policy.status?.forgotten?.length).toBeLessThan(32_768);
  // Told again, it is the last one.
  const again = { status: { forgotten: withForgotten(policy, [{ spec: image('build-5', one) }]) } };
  expect(again.status.forgotten.length).toBe(policy.status?.forgotten?.length);
  expect(isForgotten({ status: { forgotten: withForgotten(again, [{ spec: image('x') }]) } }, image('build-5', one), false)).toBe(true);
});
