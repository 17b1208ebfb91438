import type { Role } from '../../model/version.js';
import { BucketSums } from '../page/bucket-sums.js';
import { unitOf } from '../page/durations.js';
import type { PageLine } from '../page/page-line.js';
import type { PageQuestion } from '../page/page-question.js';
import type { ServedRequests } from '../page/requests-question.js';
import type { GatewayKind } from './gateway-kinds.js';

/** How requests of the two versions are told apart at a gateway. */
export interface GatewayTargets {
  readonly namespace: string;
  /** The Services that lead to one version each. */
  readonly services: Readonly<Record<Role, string>>;
  /** Whose address it is, of a Pod of the release. */
  readonly roleOfAddress: (address: string) => Role | undefined;
}

export type ServedByRole = Readonly<Partial<Record<Role, ServedRequests>>>;

const FAILED = /^(5\d\d|5xx|5|0|000)$/;

class Sums {
  requests = 0;
  failures = 0;
  seen = false;
  readonly durations = new BucketSums();
}

/** What a gateway says of the two versions; nothing of one that had no requests yet. */
export function gatewayQuestion(kind: GatewayKind, targets: GatewayTargets): PageQuestion<ServedByRole> {
  const { name, counter, failures, status, durations, to, serviceOf, addressOf } = kind;
  const { namespace, services } = targets;
  const names = [services.stable, services.canary];
  const roleOf = (values: readonly (string | undefined)[]): Role | undefined => {
    if (addressOf) return targets.roleOfAddress(addressOf(values) ?? '');
    const service = serviceOf?.(values, namespace, names);
    return service === undefined ? undefined : service === services.canary ? 'canary' : 'stable';
  };
  return {
    key: `gateway ${name} ${namespace} ${names.join(' ')}`,
    begin() {
      const sums: Record<Role, Sums> = { stable: new Sums(), canary: new Sums() };
      const labels = status === undefined ? to : [...to, status];
      const count = (line: PageLine): void => {
        const values = line.labels(labels);
        const role = roleOf(values);
        if (role === undefined) return;
        sums[role].seen = true;
        sums[role].requests += line.value;
        if (status !== undefined && FAILED.test(values[to.length] ?? '')) sums[role].failures += line.value;
      };
      const countFailures = (line: PageLine): void => {
        const role = roleOf(line.labels(to));
        if (role !== undefined) sums[role].failures += line.value;
      };
      const time = (role: Role) => (line: PageLine): void => sums[role].durations.add(line, (each) => roleOf(each.labels(to)) === role);
      const [timeStable, timeCanary] = [time('stable'), time('canary')];
      const served = (role: Role): ServedByRole => {
        const { seen, requests, failures: failed, durations: buckets } = sums[role];
        return seen ? { [role]: { counts: { requests, failures: failed, source: name }, buckets: durations === undefined ? undefined : buckets.buckets(unitOf(durations), name) } } : {};
      };
      return {
        readers: {
          [counter]: count,
          ...(failures === undefined ? {} : { [failures]: countFailures }),
          ...(durations === undefined ? {} : { [`${durations}_bucket`]: (line: PageLine) => (timeStable(line), timeCanary(line)) }),
        },
        answer: () => (sums.stable.seen || sums.canary.seen ? { ...served('stable'), ...served('canary') } : undefined),
      };
    },
  };
}
