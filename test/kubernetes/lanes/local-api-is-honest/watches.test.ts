import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpTransport, type HttpTransport } from '../../../../src/cluster/http-transport.js';
import { recordedWatches, WatchReplay, type WatchResult } from '../../../../src/local/api/conformance/testing/watch-replay.js';
import { systemClock } from '../../../../src/ports/clock.js';
import { startControlPlane, type ControlPlane } from '../../lab/control-plane.js';
import { networks } from '../../lab/networks.js';
import { controlPlanePrograms } from '../../lab/programs.js';
import { tokenOf } from '../../lab/users.js';

/** Why a real server answers a case otherwise today than when it was recorded. */
const KNOWN: Readonly<Record<string, string>> = {
  W11: 'In the recording somebody else had written before its bookmark.',
};

/** How many bookmarks there are is a matter of time. */
const withoutRepetition = ({ events, ...rest }: WatchResult): WatchResult => ({ ...rest, events: events.filter((line, index) => !line.startsWith('BOOKMARK') || events.indexOf(line) === index) });

describe('recorded watches, on a real server', () => {
  const results = new Map<string, { readonly found: WatchResult; readonly recorded: WatchResult }>();
  let plane: ControlPlane;
  let transport: HttpTransport;

  beforeAll(async () => {
    plane = await startControlPlane({ programs: controlPlanePrograms('kubernetes'), network: networks.watches, withoutAdmissionPlugins: ['ServiceAccount'], controllers: ['namespace-controller'], scheduler: false }, AbortSignal.timeout(120_000));
    transport = createHttpTransport({ server: plane.server, ca: plane.authority, token: await tokenOf(plane.kubeconfigs.admin) });
    const version = async (): Promise<string> => JSON.parse((await transport.request({ method: 'GET', path: '/api/v1/configmaps', query: new URLSearchParams({ limit: '1' }) })).body).metadata.resourceVersion;
    const replay = await WatchReplay.prepare({ transport, pass: (milliseconds, end = systemClock.sleep(milliseconds)) => Promise.race([end, systemClock.sleep(milliseconds)]), version });
    for (const each of recordedWatches) results.set(each.id, await replay.play(each));
  }, 300_000);
  afterAll(async () => {
    await transport?.stop();
    await plane?.stop();
  });

  it.each(recordedWatches.map(({ id, title }) => ({ id, title })))('$id $title', ({ id }) => {
    const { found, recorded } = results.get(id) ?? {};
    if (KNOWN[id] === undefined) expect(found && withoutRepetition(found)).toEqual(recorded);
    else expect(found, 'matches now: take it off the list').not.toEqual(recorded);
  });
});
