import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { project } from '../started/started-cluster.js';
import { pages, pagesIn, proseOf, textOf } from './pages.js';

const every = [...pages, ...['src', 'examples', 'test'].flatMap(pagesIn)];
/** Folders whose paths are named in running text. */
const PATH = /`((?:src|docs|test|examples|scripts|bench|\.ci)\/[\w./-]*|Makefile|package\.json|eslint\.config\.js)`/g;

/** The name of a heading in a link, as GitHub makes it. */
const anchorOf = (heading: string): string => heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s/g, '-');
const anchorsIn = (page: string): string[] => [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

test.each(every)('links of %s lead somewhere', (page) => {
  const broken = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target)).filter((target) => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page : normalize(join(dirname(page), path));
    if (!existsSync(join(project, file))) return true;
    return anchor !== undefined && !anchorsIn(file).includes(anchor);
  });
  expect(broken).toEqual([]);
});

test.each(pages)('files that %s names are there', (page) => {
  const named = [...textOf(page).matchAll(PATH)].map(([, path = '']) => path);
  expect(named.filter((path) => !existsSync(join(project, path)))).toEqual([]);
});

test('every page can be reached from the README', () => {
  const seen = new Set<string>();
  const follow = (page: string): void => {
    if (seen.has(page) || !page.endsWith('.md') || !existsSync(join(project, page))) return;
    seen.add(page);
    for (const [, target = ''] of proseOf(page).matchAll(/\]\(([^)\s#]+)/g)) if (!/^[a-z]+:/.test(target)) follow(normalize(join(dirname(page), target)));
  };
  follow('README.md');
  expect(pages.filter((page) => !seen.has(page) && page !== 'CHANGELOG.md')).toEqual([]);
});
