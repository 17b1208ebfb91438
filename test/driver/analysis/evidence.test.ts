import { describe, expect, it } from 'vitest';
import type { FaultPort } from '../../../src/ports/fault-port.js';
import type { ApiRequest } from '../../../src/ports/transport.js';
import { serinResources } from '../driver.js';
import { namespace, setImage, untilPhase } from '../program.js';
import { errorsAlone, judging, tooFew } from './judged.js';

const make = judging();
const release = { namespace, name: 'web-1' };
const isEvidence = ({ path }: ApiRequest): boolean => path.includes('/evidence');

describe('the evidence of a release', () => {
  it('is an object of its own that says what was seen, and goes with the release', async () => {
    const judged = make();
    await judged.begin([{ weight: 20 }, { pause: {} }]);
    await judged.until('samples are on record', () => judged.samples('errors') > 20, 60);
    const { metadata, spec } = judged.evidence ?? {};
    expect(metadata).toMatchObject({ labels: { 'serin.dev/policy': 'web' }, ownerReferences: [{ kind: 'Release', name: 'web-1', uid: judged.release?.metadata.uid, blockOwnerDeletion: false }] });
    expect(spec).toMatchObject({ release: 'web-1', canary: judged.release?.spec.canary.hash, metrics: [{ name: 'errors', kind: 'errorRate' }, { name: 'latency', kind: 'latency' }] });
    const points = judged.metric('errors')?.points ?? [];
    // Stable is watched before the canary has any requests.
    expect(points[0]?.canary?.count).toBe(0);
    expect(points[0]?.stable?.count).toBeGreaterThan(0);
    expect(points.at(-1)?.canary?.count).toBeGreaterThan(0);
  });

  it('is written every 15 seconds while there is news, and not without requests', async () => {
    const judged = make();
    judged.driver.traffic.requestsPerSecond = 10;
    await judged.begin([{ weight: 20 }, { pause: {} }], errorsAlone);
    await judged.until('it pauses', () => judged.release?.status?.message?.startsWith('Pauses') === true);
    await judged.driver.pass(60);
    const times = judged.evidenceWrites();
    expect(times.length).toBeGreaterThanOrEqual(4);
    for (const [index, at] of times.slice(1).entries()) expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(15_000);
    judged.driver.traffic.requestsPerSecond = 0;
    await judged.driver.pass(20);
    const before = judged.evidenceWrites().length;
    await judged.driver.pass(60);
    expect(judged.evidenceWrites()).toHaveLength(before);
  });

  it('of a verdict is written at once, and after the abort that it led to', async () => {
    const judged = make();
    await judged.begin([{ weight: 20 }, { pause: {} }], errorsAlone);
    await judged.until('it pauses', () => judged.release?.status?.message?.startsWith('Pauses') === true);
    await judged.until('it was just written', () => judged.driver.clock.now() - (judged.evidenceWrites().at(-1) ?? 0) < 1000);
    judged.driver.traffic.failing.canary = 1;
    await untilPhase(judged.driver, ['Aborting', 'Aborted']);
    await judged.driver.pass(1);
    const aborting = judged.writes.findIndex(({ object }) => 'status' in object && object.status?.phase === 'Aborting');
    const failed = judged.writes.findIndex(({ object }) => object.kind === 'Evidence' && JSON.stringify(object.spec).includes('"outcome":"fail"'));
    expect(aborting).toBeGreaterThan(0);
    expect(failed).toBeGreaterThan(aborting);
    expect((judged.writes[failed]?.at ?? 0) - (judged.writes[aborting]?.at ?? 0)).toBeLessThanOrEqual(1000);
  });

  it('is written once more when the release has ended, and then left alone', async () => {
    const judged = make();
    await judged.begin([{ weight: 50 }, { analyze: { for: '20s' } }]);
    await untilPhase(judged.driver, ['Completed']);
    await judged.driver.pass(2);
    const { writtenAt = '' } = judged.evidence?.spec ?? {};
    expect(Date.parse(writtenAt)).toBeGreaterThanOrEqual(Date.parse(judged.release?.status?.startedAt ?? '') + 20_000);
    const before = judged.evidenceWrites().length;
    await judged.driver.pass(60);
    expect(judged.evidenceWrites()).toHaveLength(before);
  });

  it('is written when the controller is stopped in good order, and not when it leads no more', async () => {
    for (const orderly of [true, false]) {
      const judged = make();
      await judged.begin([{ weight: 20 }, { pause: {} }], errorsAlone);
      await judged.until('it pauses', () => judged.release?.status?.message?.startsWith('Pauses') === true);
      await judged.until('it was just written', () => judged.driver.clock.now() - (judged.evidenceWrites().at(-1) ?? 0) < 500);
      await judged.driver.pass(8);
      const before = judged.samples('errors');
      await (orderly ? judged.driver.stopController() : judged.driver.killController());
      if (orderly) expect(judged.samples('errors')).toBeGreaterThan(before + 5);
      else expect(judged.samples('errors')).toBe(before);
    }
  });

  it('somebody deletes it: it comes again, whole', async () => {
    const judged = make();
    await judged.begin([{ weight: 20 }, { pause: {} }], errorsAlone);
    await judged.until('samples are on record', () => judged.samples('errors') > 10, 60);
    const before = judged.samples('errors');
    await judged.driver.run(() => judged.driver.client.delete(serinResources.evidence, release));
    await judged.until('it is there again', () => judged.samples('errors') > before, 60);
  });

  it('of a controller without the right to it is not kept, and the version is judged all the same', async () => {
    const refused = { status: 403, headers: {}, body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Forbidden', code: 403, message: 'evidence is forbidden' }) };
    const judged = make({ controllerTransport: (inner) => ({ stream: (request) => inner.stream(request), request: async (request) => (isEvidence(request) ? refused : inner.request(request)) }) });
    judged.driver.traffic.failing.canary = 1;
    await judged.begin([{ weight: 20 }, { pause: {} }]);
    await untilPhase(judged.driver, ['Aborted']);
    expect(judged.evidence).toBeUndefined();
    // Once, not with every sample.
    expect(judged.driver.errors.filter((error) => error.includes('evidence of')).length).toBeLessThanOrEqual(2);
  });
});

describe('another controller', () => {
  it('goes on from what is on record: what was counted is not lost, and nothing counts twice', async () => {
    const judged = make();
    judged.driver.samples.set('errors', tooFew);
    await judged.begin([{ weight: 20 }, { pause: {} }], errorsAlone);
    await judged.until('samples are on record', () => judged.samples('errors') > 40, 120);
    await judged.driver.pass(5);
    await judged.driver.killController();
    const before = judged.samples('errors');
    await judged.driver.pass(10);
    await judged.driver.startController();
    const started = judged.driver.clock.now();
    await judged.until('it goes on', () => judged.samples('errors') > before, 60);
    // At most one sample a second since, on top of what was on record.
    expect(judged.samples('errors') - before).toBeLessThanOrEqual(Math.ceil((judged.driver.clock.now() - started) / 1000) + 1);
    expect(judged.release?.status?.evidence?.canary.requests ?? 0).toBeGreaterThanOrEqual(before - 1);
  });

  it.each([0.3, 2, 8])('comes to the same verdict when the first is killed %s s after a checkpoint', async (seconds) => {
    const judged = make();
    await judged.begin([{ weight: 20 }, { pause: {} }], errorsAlone);
    await judged.until('samples are on record', () => judged.samples('errors') > 20, 60);
    judged.driver.traffic.failing.canary = 0.3;
    await judged.driver.pass(seconds);
    await judged.driver.killController();
    await judged.driver.startController();
    expect((await untilPhase(judged.driver, ['Aborted'])).status?.abortReason).toBe('TooManyFailures');
    await judged.driver.pass(2);
    expect(judged.metric('errors')?.outcome).toBe('fail');
  });

  it('one that is killed between the verdict and its record leaves the version taken back', async () => {
    let dies = false;
    const faults: FaultPort = { reach: (boundary) => (dies && boundary === 'controller.evidence.before' ? Promise.reject(new Error('killed')) : Promise.resolve()) };
    const judged = make({ faults });
    await judged.begin([{ weight: 20 }, { pause: {} }], errorsAlone);
    await judged.until('samples are on record', () => judged.samples('errors') > 5, 60);
    dies = true;
    judged.driver.traffic.failing.canary = 1;
    await judged.until('it is taken back', () => judged.log.includes('Aborting'));
    await judged.driver.killController();
    dies = false;
    await judged.driver.startController();
    expect((await untilPhase(judged.driver, ['Aborted'])).status?.abortReason).toBe('TooManyFailures');
  });

  it('waits with its samples until it knows what is on record', async () => {
    let slow = false;
    const judged = make({
      controllerTransport: (inner) => ({
        stream: (request) => inner.stream(request),
        request: async (request) => {
          if (slow && isEvidence(request) && request.method === 'GET') await judged.driver.clock.sleep(20_000);
          return inner.request(request);
        },
      }),
    });
    let asked = 0;
    judged.driver.samples.set('errors', (now) => (asked++, tooFew(now)));
    await judged.begin([{ weight: 20 }, { pause: {} }], errorsAlone);
    await judged.until('samples are on record', () => judged.samples('errors') > 40, 120);
    await judged.driver.killController();
    const before = judged.samples('errors');
    slow = true;
    asked = 0;
    await judged.driver.startController();
    const started = judged.driver.clock.now();
    await judged.driver.pass(10);
    // The first one waits to be judged, and no other is taken meanwhile.
    expect(asked).toBe(1);
    await judged.until('it goes on', () => judged.samples('errors') > before, 90);
    expect(judged.driver.clock.now() - started).toBeGreaterThanOrEqual(20_000);
    expect(judged.samples('errors')).toBeGreaterThan(before);
  });

  it('one that was frozen and believes to lead takes nothing off the record of the next', async () => {
    let thaw = (): void => undefined;
    let frozen: Promise<void> | undefined;
    const judged = make({ faults: { reach: () => frozen ?? Promise.resolve() } });
    await judged.begin([{ weight: 20 }, { pause: {} }], errorsAlone);
    await judged.until('samples are on record', () => judged.samples('errors') > 5, 60);
    frozen = new Promise((resolve) => (thaw = resolve));
    await judged.driver.pass(20);
    await judged.driver.startController({ reach: () => Promise.resolve() }, { besideOthers: true });
    judged.driver.traffic.failing.canary = 1;
    await judged.until('the next one takes it back', () => judged.release?.status?.phase === 'Aborted');
    await judged.until('it is on record', () => judged.metric('errors')?.outcome === 'fail');
    const version = judged.evidence?.metadata.resourceVersion;
    frozen = undefined;
    thaw();
    await judged.driver.pass(40);
    expect(judged.evidence?.metadata.resourceVersion).toBe(version);
  });

  it('evidence of an earlier version under the same name counts for nothing', async () => {
    const judged = make();
    judged.driver.samples.set('errors', tooFew);
    await judged.begin([{ weight: 20 }, { pause: {} }], errorsAlone);
    await judged.until('samples are on record', () => judged.samples('errors') > 20, 120);
    await judged.driver.killController();
    const found = judged.evidence;
    if (!found) throw new Error('no evidence');
    await judged.driver.run(() => judged.driver.client.replace(serinResources.evidence, { ...found, spec: { ...found.spec, canary: 'another' } }));
    await judged.driver.startController();
    await judged.until('it begins anew', () => judged.evidence?.spec.canary === judged.release?.spec.canary.hash, 60);
    expect(judged.samples('errors')).toBeLessThan(20);
  });

  it('the next release has evidence of its own', async () => {
    const judged = make();
    await judged.begin([{ weight: 50 }, { analyze: { for: '5s' } }]);
    await untilPhase(judged.driver, ['Completed']);
    await setImage(judged.driver, 'web:v3');
    await untilPhase(judged.driver, ['Completed'], 'web-2');
    await judged.driver.pass(2);
    expect(judged.driver.objects(serinResources.evidence, namespace).map(({ spec }) => spec.release).sort()).toEqual(['web-1', 'web-2']);
  });
});
