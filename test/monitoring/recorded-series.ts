/** One series in the notation of promtool, a value for each scrape. */
export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/** Keeps what controllers told each time they were asked, as Prometheus would. */
export class RecordedSeries {
  readonly #values = new Map<string, string[]>();
  #scrapes = 0;

  /** Takes in one scrape of all. @param pages what each that answered told, with the labels of its own */
  add(pages: readonly { readonly labels: Readonly<Record<string, string>>; readonly text: string }[]): void {
    for (const { labels, text } of pages) {
      const own = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
      // What a process tells of itself, and how the times are spread, is of no use to an alert.
      for (const [, name = '', told = '', value = ''] of text.matchAll(/^(serin_\w+?)(?<!_bucket|_sum)(?:\{(.*)\})? (\S+)$/gm)) {
        const series = `${name}{${[...(told === '' ? [] : [told]), ...own].join(',')}}`;
        const values = this.#values.get(series) ?? Array.from({ length: this.#scrapes }, () => '_');
        values.push(value);
        this.#values.set(series, values);
      }
    }
    this.#scrapes += 1;
    // Prometheus ends a series at once when its target goes, and does not take its last value for the present one.
    for (const values of this.#values.values()) if (values.length < this.#scrapes) values.push('stale');
  }

  series(): InputSeries[] {
    return [...this.#values].map(([series, values]) => ({ series, values: values.join(' ') }));
  }
}
