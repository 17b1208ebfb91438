import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInformer } from '../../cluster/create-informer.js';
import type { RunningInformer } from '../../cluster/informer.js';
import { runLoad } from '../../local/load/load.js';
import type { LoadReport } from '../../local/load/tally.js';
import { clusterDirectory } from '../../local/supervisor/cluster-files.js';
import { resetCluster } from '../../local/supervisor/stop-cluster.js';
import { describeEntry } from '../../model/messages.js';
import { hasEnded, type Release } from '../../model/release.js';
import { serinResources } from '../../model/resources.js';
import { seededRandom } from '../../ports/random.js';
import { CliError } from '../errors.js';
import { localPage } from '../local/local-page.js';
import { startLocal, type LocalCluster } from '../local/start-local.js';
import { print, type Shell } from '../shell.js';
import { demoAccount, demoKeepHelp, demoPageHelp } from './demo-account.js';
import { applyBookinfo, imageTable, NAMESPACE, setReviews, waitsFor } from './bookinfo.js';
import { createDisplay, type DemoDisplay } from './demo-display.js';
import { LoadCounts, type DemoState, type Happening } from './demo-state.js';

export interface DemoOptions {
  /** Leave the cluster up. */
  readonly keep: boolean;
  readonly plain: boolean;
  /** Requests per second. */
  readonly rate: number;
}

const SEED = 1;
const USERS = 500;
const POLL = 200;
/** A release of the demo that takes longer than this is stuck, in milliseconds. */
const PATIENCE = 80_000;

/** The demo: a good version goes out in steps, a bad one is taken back; both under load. @throws CliError when it does not work */
export async function runDemo(shell: Shell, options: DemoOptions): Promise<void> {
  const directory = options.keep ? clusterDirectory('demo', shell.env) : await mkdtemp(join(tmpdir(), 'serin-demo-'));
  if (options.keep) await resetCluster(directory, shell.clock);
  const demo = new Demo(shell, options, directory);
  try {
    await demo.play();
    if (options.keep) print(shell, demoKeepHelp(demo.cluster.status));
  } finally {
    await demo.stop();
    if (!options.keep) {
      await resetCluster(directory, shell.clock);
      await rm(directory, { recursive: true, force: true });
    }
  }
}

class Demo {
  readonly #shell: Shell;
  readonly #options: DemoOptions;
  readonly #directory: string;
  readonly #display: DemoDisplay;
  readonly #start: number;
  readonly #counts = new LoadCounts();
  readonly #happened: Happening[] = [];
  readonly #ending = new AbortController();
  #cluster: LocalCluster | undefined;
  #releases: RunningInformer<Release> | undefined;
  #load: Promise<LoadReport> | undefined;
  #doing = '';
  #release = '';
  #canary = '';
  #told = 0;

  constructor(shell: Shell, options: DemoOptions, directory: string) {
    this.#shell = shell;
    this.#options = options;
    this.#directory = directory;
    this.#display = createDisplay(shell, options.plain);
    this.#start = shell.clock.monotonic();
  }

  get cluster(): LocalCluster {
    if (!this.#cluster) throw new Error('the demo has no cluster yet');
    return this.#cluster;
  }

  async play(): Promise<void> {
    this.#do('Starting the local cluster.');
    this.#cluster = await startLocal(this.#shell, { name: 'demo', directory: this.#directory, images: [imageTable], bound: !this.#options.keep, dashboard: true });
    const page = await localPage(this.#cluster.status, this.#shell.clock);
    if (page !== undefined) this.#display.say({ second: this.#second(), text: demoPageHelp(page.link, this.#options.keep), tone: 'plain' });
    const { client } = this.#cluster;
    this.#do('Starting bookinfo: productpage calls details and reviews, reviews calls ratings.');
    await applyBookinfo(client);
    await this.#until(async () => {
      const missing = await waitsFor(client);
      this.#doing = missing === undefined ? 'bookinfo is up.' : `Waits for ${missing}.`;
      return missing === undefined;
    }, 'bookinfo did not come up');
    this.#releases = createInformer(client, serinResources.releases, { namespace: NAMESPACE });
    await this.#releases.untilSynced(this.#shell.signal);
    this.#startLoad();
    this.#do(`${this.#options.rate} requests a second from ${USERS} users; reviews v2 (black stars) serves them all.`);
    await this.#pause(3000);
    const good = await this.#releaseVersion('v3', 'reviews v3 (red stars) goes out, a little at a time.', 1);
    await this.#pause(2000);
    const bad = await this.#releaseVersion('v4', 'reviews v4 goes out; it fails 30 % of its requests.', 2);
    await this.#pause(2000);
    this.#ending.abort(new Error('the demo is over'));
    const report = await this.#load;
    this.#display.draw(this.#state());
    this.#display.end();
    if (report) print(this.#shell, demoAccount({ good, bad, report, seconds: this.#second() }));
  }

  async stop(): Promise<void> {
    this.#ending.abort(new Error('the demo is over'));
    await this.#load?.catch(() => undefined);
    this.#display.end();
    await this.#releases?.stop();
    await this.#cluster?.close();
  }

  /** Sets the image and looks on until the release has ended. */
  async #releaseVersion(version: string, text: string, number: number): Promise<Release> {
    this.#do(text);
    this.#canary = version;
    this.#release = `reviews-${number}`;
    this.#told = 0;
    await setReviews(this.cluster.client, version);
    await this.#until(() => {
      this.#tellNews();
      return Promise.resolve(hasEnded(this.#current()?.status?.phase ?? 'Preparing'));
    }, `release ${this.#release} did not end`);
    const release = this.#current();
    if (!release) throw new CliError(`release ${this.#release} is gone`);
    return release;
  }

  #current(): Release | undefined {
    return this.#releases?.get({ namespace: NAMESPACE, name: this.#release });
  }

  /** Tells what the release has written into its log since the last look. */
  #tellNews(): void {
    for (const entry of this.#current()?.status?.log ?? []) {
      if (entry.number <= this.#told) continue;
      this.#told = entry.number;
      this.#happen(describeEntry(entry), entry.code === 'Aborting' ? 'bad' : entry.code === 'Completed' || entry.code === 'Aborted' ? 'good' : 'plain');
    }
  }

  #startLoad(): void {
    const { clock } = this.#shell;
    const port = this.cluster.status.ingressPort;
    if (port === undefined) throw new CliError('the local cluster has no ingress port');
    this.#load = runLoad(
      {
        url: `http://127.0.0.1:${port}/api/v1/products/0/reviews`,
        rate: this.#options.rate,
        arrivals: 'poisson',
        clock,
        random: seededRandom(SEED),
        users: { count: USERS, carrier: { cookie: 'user' } },
        observe: { header: 'x-reviews-version' },
        onSecond: (_second, report) => this.#counts.add(report),
      },
      this.#ending.signal,
    );
  }

  async #until(done: () => Promise<boolean>, otherwise: string): Promise<void> {
    const { clock, signal } = this.#shell;
    for (const end = clock.monotonic() + PATIENCE; !(await done()); await clock.sleep(POLL, signal)) {
      this.#display.draw(this.#state());
      if (clock.monotonic() > end) throw new CliError(`${otherwise} within ${PATIENCE / 1000} s: ${this.#current()?.status?.message ?? this.#doing} Logs: ${this.#directory}`);
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    const { clock, signal } = this.#shell;
    for (const end = clock.monotonic() + milliseconds; clock.monotonic() < end; await clock.sleep(POLL, signal)) this.#display.draw(this.#state());
  }

  #do(text: string): void {
    this.#doing = text;
    this.#happen(text, 'plain');
  }

  #happen(text: string, tone: Happening['tone']): void {
    const what = { second: this.#second(), text, tone };
    this.#happened.push(what);
    this.#display.happened(what);
    this.#display.draw(this.#state());
  }

  #second(): number {
    return Math.round((this.#shell.clock.monotonic() - this.#start) / 1000);
  }

  #state(): DemoState {
    return {
      second: this.#second(), doing: this.#doing, release: this.#current(), canary: this.#canary, happened: this.#happened,
      totals: this.#counts.totals(), recent: this.#counts.recent(), sent: this.#counts.sent, failed: this.#counts.failed,
    };
  }
}
