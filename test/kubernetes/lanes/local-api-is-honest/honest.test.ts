import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRecord } from '../../../../src/kubernetes/json.js';
import { Asking, type CaseAnswer } from '../../../../src/local/api/conformance/testing/asking.js';
import { newPlaces, readPlaces, recordPlaces } from '../../../../src/local/api/conformance/testing/differing-places.js';
import { knownDifferences } from '../../../../src/local/api/conformance/testing/known-differences.js';
import { LocalCaseServer } from '../../../../src/local/api/conformance/testing/local-case-server.js';
import { differences, normalForm } from '../../../../src/local/api/conformance/testing/normal-form.js';
import { pauses } from '../../../../src/local/api/conformance/testing/preparations.js';
import { recordedCases } from '../../../../src/local/api/conformance/testing/recorded-case.js';
import { Translation } from '../../../../src/local/api/conformance/testing/translation.js';
import { systemClock } from '../../../../src/ports/clock.js';
import { startControlPlane, type ControlPlane } from '../../lab/control-plane.js';
import { networks } from '../../lab/networks.js';
import { controlPlanePrograms } from '../../lab/programs.js';
import { realPause } from './real-pauses.js';
import { serinCases } from './serin-cases.js';
import { RealCaseServer } from './real-case-server.js';

/** Where the two differ in cases that are known; written anew with SERIN_RECORD_PLACES=1. */
const PLACES = new URL('differing-places.json', import.meta.url);

describe('the local API beside a real one', () => {
  const cases = [...recordedCases(), ...serinCases];
  const found = new Map<string, string[]>();
  let plane: ControlPlane;
  let real: RealCaseServer;
  let local: LocalCaseServer;

  beforeAll(async () => {
    plane = await startControlPlane(
      {
        programs: controlPlanePrograms('kubernetes'),
        // As when the cases were recorded.
        network: { ...networks.honest, services: '10.96.0.0/16' },
        withoutAdmissionPlugins: ['ServiceAccount'],
        controllers: ['deployment-controller', 'replicaset-controller', 'garbage-collector-controller', 'endpointslice-controller', 'disruption-controller', 'horizontal-pod-autoscaler-controller', 'namespace-controller'],
        scheduler: false,
      },
      AbortSignal.timeout(120_000),
    );
    real = await RealCaseServer.of(plane);
    local = new LocalCaseServer(Math.floor(systemClock.now() / 1000) * 1000);
    await local.start();
    const [theirs, ours] = [new Asking(real), new Asking(local)];
    await theirs.prepare(cases);
    await ours.prepare(cases);
    const pairs = new Translation();
    for (const each of cases) {
      const one = await theirs.ask({ ...each, pause: realPause(each.id, each.pause ?? pauses[each.id]) }).catch((error: unknown) => String(error));
      if (typeof one !== 'string') local.timeOf(one.body);
      const other = await ours.ask(each).catch((error: unknown) => String(error));
      found.set(each.id, typeof one === 'string' || typeof other === 'string' ? [String(one), String(other)] : compare(one, other, pairs));
    }
  }, 300_000);

  afterAll(async () => {
    if (process.env['SERIN_RECORD_PLACES'] === '1') recordPlaces(PLACES, found, known);
    await local?.close();
    await real?.close();
    await plane?.stop();
  });

  const known = new Set(knownDifferences().flatMap(({ cases: ids, live = [] }) => [...ids, ...live]));

  it.each(cases.map(({ id, title }) => ({ id, title })))('$id $title', ({ id }) => {
    const lines = found.get(id) ?? ['was not asked'];
    if (!known.has(id)) expect(lines).toEqual([]);
    else expect(newPlaces(readPlaces(PLACES), id, lines), 'differs in more than is known').toEqual([]);
  });

  it('every difference that is known only from here is still there, and of a case that there is', () => {
    const live = knownDifferences().filter(({ place }) => place === 'server').flatMap((each) => each.live ?? []);
    expect(live.filter((id) => (found.get(id) ?? []).length === 0)).toEqual([]);
  });
});

/** Where our answer differs from the real one. */
function compare(theirs: CaseAnswer, ours: CaseAnswer, pairs: Translation): string[] {
  pairs.learn(theirs.body, ours.body);
  const type = (text: string): string => text.replaceAll(' ', '');
  return [
    ...(ours.status === theirs.status ? [] : [`status: the real one ${theirs.status}, ours ${ours.status}`]),
    ...(type(ours.contentType) === type(theirs.contentType) ? [] : [`content type: the real one ${theirs.contentType}, ours ${ours.contentType}`]),
    ...(ours.warning === theirs.warning ? [] : [`warning: the real one ${theirs.warning}, ours ${ours.warning}`]),
    ...differences(normalForm(withoutVersion(theirs.body), new Map()), normalForm(withoutVersion(ours.body), pairs.names), false),
  ];
}

/** Whether the version of a list is that of its newest item depends on who else writes. */
function withoutVersion(body: unknown): unknown {
  return isRecord(body) && Array.isArray(body['items']) && isRecord(body['metadata']) ? { ...body, metadata: { ...body['metadata'], resourceVersion: 'of the list' } } : body;
}
