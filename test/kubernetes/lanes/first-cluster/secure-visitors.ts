import { Agent, request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { systemClock } from '../../../../src/ports/clock.js';

const PATIENCE_MILLISECONDS = 10_000;
const PAUSE_MILLISECONDS = 25;

/** A TLS host, where it is, and whose certificates are trusted. */
export interface SecureHost {
  readonly host: string;
  /** Of the load balancer; used in turn. */
  readonly addresses: readonly string[];
  /** PEM; no other is trusted. */
  readonly authority: string;
}

/** One answer over a connection whose certificate was verified. */
export interface SecureAnswer {
  readonly status: number;
  readonly version: string;
  /** The Node that the answering Pod says it is on. */
  readonly node: string;
  /** Serial number of the certificate. */
  readonly certificate: string;
}

/** Asks once. @param agent false for a connection, and so a handshake, of its own */
export function askSecurely({ host, addresses, authority }: SecureHost, turn = 0, agent: Agent | false = false): Promise<SecureAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: addresses[turn % addresses.length], port: 443, path: '/order', servername: host, ca: authority, agent, headers: { host }, timeout: PATIENCE_MILLISECONDS }, (answer) => {
      const { serialNumber } = (answer.socket as TLSSocket).getPeerCertificate();
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part)).once('error', reject).once('end', () =>
        resolve({ status: answer.statusCode ?? 0, version: String(answer.headers['x-version'] ?? 'none'), node: text.split(' ')[0] ?? '', certificate: serialNumber }));
    });
    sent.once('timeout', () => sent.destroy(new Error('no answer in time'))).once('error', reject).end();
  });
}

/** What visitors met. */
export interface VisitReport {
  readonly answers: readonly SecureAnswer[];
  /** No answer, no proof of being the host, or another status than 200. */
  readonly failures: readonly string[];
}

/** Visitors who come again and again: two with a new connection each time, one who keeps it. */
export class SecureVisitors {
  readonly #host: SecureHost;
  readonly #answers: SecureAnswer[] = [];
  readonly #failures: string[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0 });
  readonly #running: Promise<unknown>;
  #going = true;
  #turn = 0;

  constructor(host: SecureHost) {
    this.#host = host;
    this.#running = Promise.all([this.#visit(false), this.#visit(false), this.#visit(this.#agent)]);
  }

  /** All answers until now. */
  get answers(): readonly SecureAnswer[] {
    return this.#answers;
  }

  async stop(): Promise<VisitReport> {
    this.#going = false;
    await this.#running;
    this.#agent.destroy();
    return { answers: this.#answers, failures: this.#failures };
  }

  async #visit(agent: Agent | false): Promise<void> {
    for (; this.#going; await systemClock.sleep(PAUSE_MILLISECONDS)) {
      // Who keeps a connection stays at the address.
      const turn = agent ? 0 : this.#turn++;
      try {
        const answer = await askSecurely(this.#host, turn, agent);
        this.#answers.push(answer);
        if (answer.status !== 200) this.#failures.push(`status ${answer.status}`);
      } catch (error) {
        this.#failures.push(String(error));
      }
    }
  }
}
