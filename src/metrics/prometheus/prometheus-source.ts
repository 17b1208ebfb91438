import { createHash } from 'node:crypto';
import { formatDuration, parseDuration } from '../../model/duration.js';
import type { MetricSource } from '../../model/policy/metric-sources.js';
import { NoReading, type QuerySource, type Reading, type Series } from '../reading.js';
import { blotted } from '../requesting/blotted.js';
import type { Answer, Requester } from '../requesting/requester.js';
import type { SecretKey, SecretReader } from '../requesting/secret-reader.js';
import { QueryRefused, parseQueryAnswer, type QueryAnswer } from './query-answer.js';
import { timed, withTimes } from './sample-times.js';
import type { SharedAnswers } from './shared-answers.js';

export type PrometheusSettings = NonNullable<MetricSource['prometheus']>;

export interface PrometheusOptions {
  readonly settings: PrometheusSettings;
  /** Where its Secrets are. */
  readonly namespace: string;
  readonly requester: Requester;
  readonly secrets: SecretReader;
  /** What others ask as well; absent where nobody else asks. */
  readonly shared?: SharedAnswers | undefined;
}

/** Samples that are older say nothing of now, in milliseconds: as far back as Prometheus itself looks unless it is told otherwise. */
const OLDEST = 5 * 60_000;

/** Asks Prometheus, or what answers in its place, by instant queries. */
export function createPrometheusSource({ settings, namespace, requester, secrets, shared }: PrometheusOptions): QuerySource {
  const url = `${settings.address.replace(/\/+$/, '')}/api/v1/query`;
  /** Queries that do not bear being asked for times as well. */
  const plain = new Set<string>();

  const asker = {};

  const send = async (query: string, { headers, told, ca }: Access, signal: AbortSignal, asOf: number | undefined): Promise<QueryAnswer> => {
    const answer = await requester.ask({
      // A POST, so that long queries fit; Prometheus changes nothing by it.
      url, method: 'POST', headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ query, ...(asOf === undefined ? {} : { time: String(asOf / 1000) }) }).toString(), ca,
      timeout: parseDuration(settings.timeout), within: Math.max(parseDuration(settings.every), parseDuration(settings.timeout)), repeatable: true, secrets: told,
    }, signal);
    doubtRefused(answer, settings, secrets, namespace);
    return parseQueryAnswer(answer.status, answer.text);
  };

  const ask = (query: string, access: Access, signal: AbortSignal, asOf: number | undefined): Promise<QueryAnswer> => {
    // What there was at some other moment is asked for once, by one.
    if (!shared || asOf !== undefined) return send(query, access, signal, asOf);
    // Whoever has other rights may be told other things.
    const key = createHash('sha256').update(JSON.stringify([url, query, access.headers, access.ca, settings.timeout])).digest('base64');
    return shared.ask({ key, asker, within: parseDuration(settings.every), send: (stopping) => send(query, access, stopping, undefined) }, signal);
  };

  return async (query, signal, asOf) => {
    const access = await accessFor(settings, namespace, secrets, signal);
    try {
      if (!plain.has(query)) {
        try {
          return readingOf(await ask(withTimes(query), access, signal, asOf), settings.podLabel ?? 'pod');
        } catch (error) {
          if (!(error instanceof QueryRefused) || (error.type !== 'bad_data' && error.type !== 'execution')) throw error;
        }
      }
      // Scalars have no times, some queries are refused with them; and whoever reads why one is refused knows it without them.
      const answer = await ask(query, access, signal, asOf);
      plain.add(query);
      return readingOf(answer, settings.podLabel ?? 'pod');
    } catch (error) {
      if (!(error instanceof QueryRefused)) throw error;
      const text = error.type === '' ? error.message : `it refuses the query (${error.type}): ${error.message}`;
      throw new NoReading('failed', blotted(`Prometheus at ${settings.address.replace(/\?.*$/, '')}: ${text}`, access.told));
    }
  };
}

/** @throws NoReading where nothing in it says anything of now */
function readingOf({ series, evaluatedAt, warnings }: QueryAnswer, podLabel: string): Reading {
  const beside = warnings.length > 0 ? ` (Prometheus warns: ${blotted(warnings.join('; '), [])})` : '';
  const found = timed(series, evaluatedAt);
  if (found.length === 0) throw new NoReading('waiting', `the query has no result yet${beside}`);
  const numbers = found.filter(({ value }) => !Number.isNaN(value));
  if (numbers.length === 0) throw new NoReading('waiting', `the query gives NaN: there is nothing to divide yet${beside}`);
  const fresh = numbers.filter(({ at }) => at === undefined || at > evaluatedAt - OLDEST);
  if (fresh.length === 0) {
    const newest = Math.max(...numbers.map(({ at }) => at ?? 0));
    throw new NoReading('waiting', `the newest sample is ${formatDuration(evaluatedAt - newest)} old${beside}`);
  }
  const at = fresh.every((each) => each.at !== undefined) ? Math.max(...fresh.map((each) => each.at ?? 0)) : evaluatedAt;
  return { at, series: podLabel === 'pod' ? fresh : fresh.map((each) => withPod(each, podLabel)), ...(warnings.length > 0 ? { warnings } : {}) };
}

function withPod(series: Series, podLabel: string): Series {
  const { pod: _, ...labels } = series.labels;
  const name = series.labels[podLabel];
  return { ...series, labels: name === undefined ? labels : { ...labels, pod: name } };
}

interface Access {
  readonly headers: Readonly<Record<string, string>>;
  readonly ca: string | undefined;
  /** What must never be told. */
  readonly told: readonly string[];
}

async function accessFor({ token, basic, ca }: PrometheusSettings, namespace: string, secrets: SecretReader, signal: AbortSignal): Promise<Access> {
  const read = (key: SecretKey | undefined): Promise<string | undefined> => (key ? secrets.read(namespace, key, signal) : Promise.resolve(undefined));
  const [bearer, username, password, trusted] = await Promise.all([read(token), read(basic?.username), read(basic?.password), read(ca)]);
  const encoded = username === undefined || password === undefined ? undefined : Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
  const authorization = bearer !== undefined ? `Bearer ${bearer}` : encoded !== undefined ? `Basic ${encoded}` : undefined;
  return {
    headers: authorization === undefined ? {} : { authorization },
    ca: trusted,
    told: [bearer, username, password, encoded].filter((each) => each !== undefined),
  };
}

/** Whoever does not take a value may have been given a new one. */
function doubtRefused({ status }: Answer, { token, basic }: PrometheusSettings, secrets: SecretReader, namespace: string): void {
  if (status !== 401 && status !== 403) return;
  for (const key of [token, basic?.username, basic?.password]) if (key) secrets.doubt(namespace, key.secret);
}
