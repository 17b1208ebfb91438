import { RecordedSeries, type InputSeries } from './recorded-series.js';
import { ScrapedController } from './scraped-controller.js';

/** Seconds between scrapes, as the ServiceMonitor asks for. */
export const EVERY = 30;
/** Requests of a leader between two scrapes: 3 more are 6 % of all, and 2 more are 4 %. */
const REQUESTS = 47;

/** Controllers that do their work, unless something is done to them. */
export class Stage {
  readonly leader = new ScrapedController({ namespace: 'serin-system', pod: 'serin-1', leads: true });
  readonly standby = new ScrapedController({ namespace: 'serin-system', pod: 'serin-2', leads: false });
  /** The controller of another installation on the same cluster, for one namespace alone; there only where it is brought up. */
  readonly other = new ScrapedController({ namespace: 'shop', pod: 'serin-1', leads: true });
  readonly #recorded = new RecordedSeries();

  constructor() {
    this.other.isUp = false;
  }

  /** What all that are up do until the next scrape, and that. */
  async goOn(): Promise<void> {
    const up = [this.leader, this.standby, this.other].filter(({ isUp }) => isUp);
    for (const controller of up.filter(({ leads }) => leads)) {
      controller.metrics.passed('policy', 'done', 0.01);
      controller.metrics.passed('release', 'done', 0.01);
      if (controller.answer === 'not asked') continue;
      for (let request = 0; request < REQUESTS; request += 1) await controller.ask(controller.answer);
    }
    this.#recorded.add(await Promise.all(up.map(async ({ labels, metrics }) => ({ labels, text: await metrics.text() }))));
  }

  /** All that was scraped. */
  series(): InputSeries[] {
    return this.#recorded.series();
  }
}

/** What happens on a stage, asked before each scrape. @param minute since the beginning; halves, too */
export type Play = (stage: Stage, minute: number) => void | Promise<void>;

type Act = (stage: Stage) => void | Promise<void>;

/** At this minute alone. */
export const at = (when: number, act: Act): Play => (stage, minute) => (minute === when ? act(stage) : undefined);
/** Before each scrape of these minutes, the last one left out. */
export const during = (from: number, to: number, act: Act): Play => (stage, minute) => (from <= minute && minute < to ? act(stage) : undefined);
/** The same, but at whole minutes only. */
export const eachMinute = (from: number, to: number, act: Act): Play => (stage, minute) => (Number.isInteger(minute) ? during(from, to, act)(stage, minute) : undefined);
/** One play after the other. */
export const together = (...plays: readonly Play[]): Play => async (stage, minute) => {
  for (const play of plays) await play(stage, minute);
};

/** What Prometheus has after so many minutes of a play. */
export async function scrapesOf(play: Play, minutes: number): Promise<InputSeries[]> {
  const stage = new Stage();
  for (const minute of scrapeMinutes(minutes)) {
    await play(stage, minute);
    await stage.goOn();
  }
  return stage.series();
}

/** The minutes of all scrapes, the first and the last one too. */
export const scrapeMinutes = (minutes: number): number[] => Array.from({ length: (minutes * 60) / EVERY + 1 }, (_, index) => (index * EVERY) / 60);
