import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deepEqual } from '../../../../src/kubernetes/json.js';
import { serinResources } from '../../../../src/model/resources.js';
import type { CanaryStep } from '../../../../src/model/policy/steps.js';
import { endingOf, goOn, type Ending } from '../../../driver/mid-release/ending.js';
import { A_WHILE, happenings, type Happening } from '../../../driver/mid-release/happenings.js';
import { expectedEnding, outcomes, type Outcome } from '../../../driver/mid-release/outcomes.js';
import { lasting, moments, scenes, type Scene } from '../../../driver/mid-release/scenes.js';
import { readTable } from '../../../driver/mid-release/table.js';
import { patchRelease, policy, setImage } from '../../../driver/program.js';
import { ApiProxy } from '../../lab/api-proxy.js';
import { forAll } from '../../lab/for-all.js';
import { startKwokLab, type KwokLab } from '../../lab/kwok-lab.js';
import type { LabProcess } from '../../lab/lab-process.js';
import { LabStage } from '../../lab/lab-stage.js';
import { networks } from '../../lab/networks.js';
import { inRound } from '../../lab/rounds.js';
import { complaintsOf } from '../../lab/replay.js';
import { startSerinController } from '../../lab/serin-controller.js';
import { StoppingTransport } from './stopping-transport.js';

const ENDS_WITHIN_SECONDS = 300;
const OPENED_AT_ONCE = 12;

/** The plan of the table; who stands at 10 % stands there until told to go on. */
const stepsFor = (scene: Scene): CanaryStep[] => [{ weight: 10 }, { pause: scene === 'At 10 %' ? {} : { for: '1s' } }, { weight: 50 }, { pause: {} }, { weight: 100 }];

/** One cell of the table in docs/mid-release.md, played on a real control plane. */
class Performance {
  readonly stage: LabStage;
  readonly scene: Scene;
  readonly happening: Happening;
  readonly outcome: Outcome;
  said = '';
  failed = false;
  #result: Promise<void> = Promise.resolve();
  #tried: () => readonly string[] = () => [];
  #compared: { readonly states: number; readonly differs: [Ending, Ending] | undefined } | undefined;

  constructor(lab: KwokLab, index: number, scene: Scene, happening: Happening, outcome: Outcome) {
    this.stage = new LabStage(lab, `cell-${index}`);
    this.scene = scene;
    this.happening = happening;
    this.outcome = outcome;
  }

  /** Puts the program there. */
  async open(): Promise<void> {
    await this.stage.open(policy(stepsFor(this.scene)));
    await this.stage.atRest();
  }

  /** Brings the release to its moment. */
  async prepare(controller: StoppingTransport): Promise<void> {
    const { stage, scene } = this;
    this.#tried = () => controller.tried(stage.namespace);
    if (!lasting.has(scene)) controller.stopAt(stage.namespace, moments[scene]);
    await setImage(stage, 'web:v2');
    if (scene !== 'Preparing' && scene !== 'At 10 %') await this.#pass(scene);
    if (!lasting.has(scene)) await stage.until(`the release is ${scene}`, () => controller.hasStopped(stage.namespace));
    else if (scene !== 'Holding') await stage.until(`the release is ${scene}`, () => this.#isAt(scene));
  }

  async #pass(scene: Scene): Promise<void> {
    const { stage } = this;
    await stage.until('the release pauses', () => this.#isAt('At a pause'));
    if (scene === 'Aborting' || scene === 'Holding') await patchRelease(stage, 'web-1', { abort: true });
    else if (scene !== 'At a pause') await patchRelease(stage, 'web-1', { advanceTo: 4 });
    if (scene === 'Holding') await stage.until('the policy holds', () => stage.policy?.status?.phase === 'Holding' && stage.policy.status.concluded === 'web-1');
  }

  #isAt(scene: Scene): boolean {
    const release = this.stage.object(serinResources.releases, { namespace: this.stage.namespace, name: 'web-1' });
    return release?.status !== undefined && moments[scene]({ release, sizes: new Map() });
  }

  /** Lets it happen. */
  async happen(): Promise<void> {
    await this.happening.happen(this.stage);
  }

  /** Leads it to its end, which `check` waits for. */
  conclude(): void {
    this.#end(this.#conclude());
  }

  /** It did not even come to its moment, says `check`. */
  fail(error: unknown): void {
    this.failed = true;
    this.#end(Promise.reject(error));
  }

  #end(result: Promise<void>): void {
    this.#result = result;
    result.catch(() => undefined);
  }

  async #conclude(): Promise<void> {
    const { stage, happening, outcome } = this;
    const message = (): string => stage.object(serinResources.releases, { namespace: stage.namespace, name: 'web-1' })?.status?.message ?? '';
    if (happening.mend) {
      if (outcome.waits) await stage.until(`it says that it waits: ${String(happening.says)}`, () => (happening.says ?? /./).test(message()), ENDS_WITHIN_SECONDS);
      else await stage.pass(A_WHILE);
      this.said = message();
      await happening.mend(stage);
    }
    let going = Promise.resolve();
    let isGoing = false;
    await stage.until('the end', () => {
      if (!isGoing) {
        isGoing = true;
        going = goOn(stage).finally(() => stage.pass(0.5).then(() => (isGoing = false)));
        going.catch(() => undefined);
      }
      return this.#differs() === undefined;
    }, ENDS_WITHIN_SECONDS, () => ({ ...endingOf(stage), said: stage.said })).catch(() => undefined);
    // What it was to bring about is there, or is missed by `check`.
    await going.catch(() => undefined);
  }

  /** All cells ask this all the time, in the process that the controllers' requests go through. */
  #differs(): [Ending, Ending] | undefined {
    const states = this.stage.recorder.states(this.stage.namespace);
    if (this.#compared?.states !== states) this.#compared = { states, differs: this.#compare() };
    return this.#compared.differs;
  }

  #compare(): [Ending, Ending] | undefined {
    const found = endingOf(this.stage);
    const expected = expectedEnding(this.outcome, this.happening.replicas ?? 4, this.happening.routes ?? 'as found', found);
    return deepEqual(found, expected) ? undefined : [found, expected];
  }

  async check(): Promise<void> {
    await this.#result;
    const [found, expected] = this.#differs() ?? [];
    expect(found, `${JSON.stringify(this.stage.said)}\n${this.#tried().join('\n')}`).toEqual(expected);
    const { excuses, racing } = this.happening;
    const own = [excuses, racing].flatMap((each) => (each === undefined ? [] : [each.source]));
    expect(complaintsOf(this.stage.recorder, this.stage.namespace, own.length > 0 ? new RegExp(own.join('|')) : undefined)).toEqual([]);
  }
}

describe('in the middle of a release, on real controllers', () => {
  const wanted = process.env['SERIN_CELLS'];
  const all = readTable(scenes);
  const events = [...new Set(all.map(({ event }) => event))];
  // A moment of each event, another one of the next.
  const table = wanted === undefined
    ? inRound(all, ({ event, scene }) => (events.indexOf(event) + scenes.indexOf(scene)) % 8 === 0)
    : all.filter(({ event, scene }) => new RegExp(wanted).test(`${event} | ${scene}`));
  const performances = new Map<string, Performance>();
  let lab: KwokLab;
  let proxy: ApiProxy;
  let controller: LabProcess;

  beforeAll(async () => {
    const signal = AbortSignal.timeout(900_000);
    lab = await startKwokLab({ name: 'lending-holds', network: networks.lendingHolds, nodes: [{ count: 4 }] }, signal);
    const stopping = new StoppingTransport();
    proxy = await ApiProxy.start(lab.plane, (inner) => stopping.wrap(inner));
    const cluster = { directory: lab.plane.directory, kubeconfig: lab.plane.kubeconfigs.admin, through: proxy.url };
    controller = await startSerinController(cluster, signal);
    const all = table.map(({ event, scene, cell }, index) => {
      const [happening, outcome] = [happenings[event], outcomes[cell]];
      if (!happening || !outcome) throw new Error(`the table says what no test knows: ${event}, ${cell}`);
      const performance = new Performance(lab, index, scene, happening, outcome);
      performances.set(`${event} ${scene}`, performance);
      return performance;
    });
    const each = (some: readonly Performance[], work: (performance: Performance) => Promise<void>, atOnce = some.length): Promise<void> =>
      forAll(some.filter(({ failed }) => !failed), (one) => work(one).catch((error: unknown) => one.fail(error)), atOnce);
    // Services created all at once fight for addresses until the API server gives up on some.
    await each(all, (one) => one.open(), OPENED_AT_ONCE);
    await each(all, async (one) => {
      await one.prepare(stopping);
      if (!lasting.has(one.scene)) return;
      await one.happen();
      one.conclude();
    });
    // What passes in no time: the controller is dead when it happens, and another one comes after.
    await controller.kill();
    await each(all.filter(({ scene }) => !lasting.has(scene)), (one) => one.happen());
    stopping.goOn();
    await lab.client.delete({ group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', namespaced: true }, { namespace: 'serin-system', name: 'serin' }).catch(() => undefined);
    controller = await startSerinController(cluster, signal, { name: 'serin-after' });
    for (const one of all) if (!lasting.has(one.scene) && !one.failed) one.conclude();
  }, 900_000);
  afterAll(async () => {
    await controller?.stop();
    await proxy?.stop();
    await lab?.stop();
  });

  it.concurrent.each(table)('$event | $scene -> $cell', ({ event, scene }) => performances.get(`${event} ${scene}`)?.check(), ENDS_WITHIN_SECONDS * 3000);
});
