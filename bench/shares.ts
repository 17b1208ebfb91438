import { Pool } from 'undici';
import { startMesh } from '../src/local/gateway/testing/mesh.js';
import { destinationRule, virtualService } from '../src/local/gateway/testing/objects.js';
import { percent, wilson99 } from './harness/numbers.js';
import { wholeNumber, type Subject } from './harness/subject.js';

const ASKED = [1, 10, 50];
const CONNECTIONS = 32;

export const shares: Subject = {
  name: 'shares',
  title: 'Counted against asked share',
  about:
    'A fixed number of requests through the local gateway, whose VirtualService gives the asked part to the canary subset; each answer says which version it came from. ' +
    'The interval is Wilson\'s for 99 %: of a hundred such rows of a perfect splitter one lies outside. It says nothing about other gateways, nor about how soon a share is in force.',
  async measure({ owner }) {
    const requests = wholeNumber('SERIN_BENCH_REQUESTS', 30_000);
    const seed = wholeNumber('SERIN_BENCH_SEED', 1 + Math.floor(Math.random() * 1_000_000));
    const mesh = await startMesh(seed);
    owner.defer(() => mesh.stop());
    mesh.openIngress();
    mesh.addService('web', '10.96.0.10');
    await mesh.addPod('web', 'stable');
    await mesh.addPod('web', 'canary');
    const subsets = ['stable', 'canary'].map((name) => ({ name, labels: { version: name } }));
    mesh.informers.destinationRules.remember(destinationRule({ name: 'web' }, { host: 'web', subsets }));
    const rows: string[][] = [];
    for (const asked of ASKED) {
      const weights = { stable: 100 - asked, canary: asked };
      const route = Object.entries(weights).map(([subset, weight]) => ({ destination: { host: 'web', subset }, weight }));
      mesh.informers.virtualServices.remember(virtualService({ name: 'web', generation: asked }, { hosts: ['*'], gateways: ['gw'], http: [{ route }] }));
      await mesh.gateway.settled();
      const hits = await countCanary(mesh.ingressPort(), requests);
      const [low, high] = wilson99(hits, requests);
      const inside = low <= asked / 100 && asked / 100 <= high;
      rows.push([percent(asked / 100), String(requests), percent(hits / requests), `${percent(low)} to ${percent(high)}`, inside ? 'yes' : 'NO', (hits / requests / (asked / 100)).toFixed(3)]);
    }
    return { columns: ['asked', 'requests', 'counted', '99 % interval', 'asked lies in it', 'counted / asked'], rows, findings: [`The seed of the draws was ${seed}; SERIN_BENCH_SEED repeats it.`] };
  },
};

/** How many of so many requests the canary answered. @throws Error for an answer from neither version */
async function countCanary(port: number, requests: number): Promise<number> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS });
  let left = requests;
  let hits = 0;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const { headers, body, statusCode } = await pool.request({ path: '/', method: 'GET' });
      await body.dump();
      const version = headers['x-version'];
      if (version === 'canary') hits++;
      else if (version !== 'stable') throw new Error(`an answer from neither version: status ${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  await pool.close();
  return hits;
}
