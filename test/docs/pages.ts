import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from '../started/started-cluster.js';

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  /** Line of its first line of text, from 1. */
  readonly line: number;
  /** First word behind the fence. */
  readonly language: string;
  /** The words after it. */
  readonly marks: readonly string[];
  readonly text: string;
}

/** What a newcomer reads: the pages of the project's folder and of `docs`. */
export const pages: readonly string[] = ['README.md', 'README.zh-CN.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...pagesIn('docs')];

/** All Markdown files in a folder of the project and below it. */
export function pagesIn(folder: string): string[] {
  return readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).map((name) => join(folder, name)).sort();
}

export const textOf = (page: string): string => readFileSync(`${project}${page}`, 'utf8');

/** All fenced blocks of a page. @throws Error for a fence that is never closed */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; info: string; lines: string[] } | undefined;
  for (const [index, line] of textOf(page).split('\n').entries()) {
    const info = /^```(.*)$/.exec(line)?.[1];
    if (open === undefined) {
      if (info !== undefined) open = { line: index + 2, info, lines: [] };
    } else if (info === '') {
      const [language = '', ...marks] = open.info.split(/\s+/);
      blocks.push({ page, line: open.line, language, marks, text: open.lines.join('\n') });
      open = undefined;
    } else {
      open.lines.push(line);
    }
  }
  if (open) throw new Error(`${page}:${open.line - 1}: a block that is never closed`);
  return blocks;
}

/** A page without its fenced blocks. */
export const proseOf = (page: string): string => textOf(page).replace(/^```[^]*?^```$/gm, '');
