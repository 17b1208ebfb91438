import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { run } from '../../../started/run.js';
import { findTool, programPath } from '../../lab/programs.js';

/** A Helm repository of charts from tools' modules. */
export interface ChartRepository {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Packages charts as their projects do when they release them, and serves them.
 * @param charts tools, and the version that the chart gets where its project stamps it only then
 * @param directory for the packages
 */
export async function startChartRepository(directory: string, charts: Readonly<Record<string, string | undefined>>): Promise<ChartRepository> {
  for (const [tool, version] of Object.entries(charts)) {
    await helm('package', programPath(tool, 'files'), '--destination', directory, ...(version === undefined ? [] : ['--version', version, '--app-version', version]));
  }
  await helm('repo', 'index', directory);
  const server = createServer((request, response) => {
    readFile(join(directory, basename(request.url ?? ''))).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The version of a tool's module, as `v1.2.3`. */
export function versionOf(tool: string): string {
  const found = findTool(tool);
  if ('missing' in found) throw new Error(`${tool}: ${found.missing}`);
  return found.version;
}

async function helm(...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await run(programPath('helm'), args);
  if (code !== 0) throw new Error(`helm ${args.join(' ')}: ${stdout}${stderr}`);
}
