import { expect, it } from 'vitest';
import type { ApiRequest, ApiResponse } from '../../src/ports/transport.js';
import { Driver } from './driver.js';
import { policy, setImage, settle, untilPhase } from './program.js';

const versionOf = (text: string): string | undefined => (JSON.parse(text) as { metadata?: { resourceVersion?: string } }).metadata?.resourceVersion;

/** What a controller asked for while a release was under way. */
class Requests {
  readonly reads: string[] = [];
  /** Looks for kinds that the cluster does not serve yet, as `group/version`. */
  readonly discoveries: string[] = [];
  readonly refused: string[] = [];
  /** Writes that were taken and changed nothing. */
  readonly idle: string[] = [];
  readonly counts = new Map<string, number>();
  readonly #versions = new Map<string, string>();

  note({ method, path, body }: ApiRequest, answer: ApiResponse): void {
    const what = `${method} ${path}`;
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
    const [, version] = /^\/apis\/([^/]+\/[^/]+)$/.exec(path) ?? [];
    if (version !== undefined) this.discoveries.push(version);
    else if (method === 'GET') this.reads.push(what);
    else if (answer.status >= 400) this.refused.push(`${what}: ${answer.status}`);
    else if (method === 'PUT' || method === 'PATCH') {
      const [object, now] = [path.replace(/\/status$/, ''), versionOf(answer.body) ?? ''];
      if (this.#versions.get(object) === now) this.idle.push(`${what}: ${body ?? ''}`);
      this.#versions.set(object, now);
    }
  }

  count(what: RegExp): number {
    return [...this.counts].filter(([each]) => what.test(each)).reduce((sum, [, count]) => sum + count, 0);
  }
}

it('reads nothing, writes nothing twice and nothing that is refused while a release runs', async () => {
  const requests = new Requests();
  let counting = false;
  const driver = new Driver({
    controllerTransport: (inner) => ({
      stream: (request) => inner.stream(request),
      async request(request) {
        const answer = await inner.request(request);
        if (counting) requests.note(request, answer);
        return answer;
      },
    }),
  });
  try {
    await driver.start();
    const given = policy([{ weight: 25 }, { pause: { for: '2s' } }, { weight: 50 }]);
    await settle(driver, { replicas: 3, policy: given });
    counting = true;
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Completed']);
    await driver.clock.advance(5_000);
    counting = false;
    expect(requests).toMatchObject({ reads: [], refused: [], idle: [] });
    // Once a look for each version, however many of its kinds are missing.
    const looks = requests.discoveries.filter((version) => version === 'gateway.networking.k8s.io/v1beta1').length;
    expect(requests.discoveries.filter((version) => version === 'gateway.networking.k8s.io/v1')).toHaveLength(looks);
    // That it began, and how it ended.
    expect(requests.count(/^PUT .*\/releasepolicies\/web\/status$/)).toBe(2);
  } finally {
    await driver.stop();
  }
});
