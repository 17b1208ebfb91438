import type { Command } from 'commander';
import { routerNames } from '../../model/policy/routers.js';
import { noneRouter } from '../../routers/none/router.js';
import { routers } from '../../routers/registry.js';
import { capabilities, type Capability, type Router } from '../../routers/router.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { routerTitles } from '../output/policy-words.js';
import { tableLines } from '../output/table.js';
import { print, type Shell } from '../shell.js';

const WORDS: Readonly<Record<Capability, string>> = {
  weights: 'shares in per cent',
  headers: 'matches by header',
  cookies: 'matches by cookie',
  regex: 'matches by pattern',
  mirror: 'copies of requests',
  mirrorMatches: 'copies of some requests alone',
  sticky: 'users stay with their version',
  previewPath: 'preview by path',
  previewHost: 'preview by host',
  previewService: 'preview by Service',
  ownServices: 'versions with Services of their own',
  ownSubsets: 'versions with subsets of their own',
};

/** A router as people see it. */
interface RouterEntry {
  readonly name: keyof typeof routerTitles;
  readonly capabilities: Router['capabilities'];
}

export function registerRouters(program: Command, shell: Shell): void {
  const command = program
    .command('routers')
    .action(({ output }: { output?: string }) => show(shell, output));
  withOutputOption(command, ['table', 'json', 'yaml']);
  withExamples(command, ['serin routers', 'serin routers -o json'], 'What a router cannot do is refused by name before a release starts. Several routers at once can do what each of them can;\nnone is for workers that nobody calls.');
}

function show(shell: Shell, output: string | undefined): void {
  const entries: RouterEntry[] = [
    ...routerNames.flatMap((name): RouterEntry[] => {
      const router = routers[name];
      return router ? [{ name, capabilities: router.capabilities }] : [];
    }),
    { name: 'none', capabilities: noneRouter.capabilities },
  ];
  if (isDataFormat(output)) return printData(shell, entries.map((entry) => ({ ...entry, title: routerTitles[entry.name] })), output);
  const columns = entries.map(({ name, capabilities: can }) => ({ title: name.toUpperCase(), text: (capability: Capability) => (can[capability].supported ? `yes${can[capability].note === undefined ? '' : mark(name, capability)}` : 'no') }));
  const notes: string[] = [];
  const marks = new Map<string, string>();
  function mark(name: RouterEntry['name'], capability: Capability): string {
    const note = entries.find((entry) => entry.name === name)?.capabilities[capability].note ?? '';
    const key = `${name}: ${note}`;
    if (!marks.has(key)) {
      marks.set(key, String(marks.size + 1));
      notes.push(key);
    }
    return ` (${marks.get(key) ?? ''})`;
  }
  for (const line of tableLines([{ title: 'WHAT', text: (capability: Capability) => WORDS[capability] }, ...columns], capabilities)) print(shell, line);
  const refusals = entries.flatMap(({ name, capabilities: can }) => [...new Set(capabilities.flatMap((each) => (can[each].supported ? [] : (can[each].note ?? []))))].map((note) => ({ name, note })));
  if (notes.length + refusals.length > 0) print(shell);
  notes.forEach((note, index) => print(shell, `(${index + 1}) ${note}`));
  for (const { name, note } of refusals) print(shell, `no for ${name}: ${note}`);
}
