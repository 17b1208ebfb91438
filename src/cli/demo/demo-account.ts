import type { LoadReport } from '../../local/load/tally.js';
import type { ClusterStatus } from '../../local/supervisor/cluster-status.js';
import { formatDuration } from '../../model/duration.js';
import type { Release } from '../../model/release.js';

/** What the demo came to. */
export interface DemoResult {
  readonly good: Release;
  readonly bad: Release;
  readonly report: LoadReport;
  readonly seconds: number;
}

/** The short account at the end. */
export function demoAccount({ good, bad, report, seconds }: DemoResult): string {
  const v4 = report.observed['v4'] ?? { answered: 0, failed: 0, users: 0 };
  const others = report.failed - v4.failed;
  return [
    '',
    `${outcome(good)} in ${duration(good)}.`,
    `${outcome(bad)} in ${duration(bad)}.`,
    `${report.sent} requests, ${report.failed} failed: ${v4.failed} by v4, ${others} by anything else.`,
    `v4 served ${v4.answered} requests (${percent(v4.answered, report.answered)}) and met ${v4.users} users; half of the requests were answered within ${Math.round(report.latency.p50)} ms, 99 % within ${Math.round(report.latency.p99)} ms.`,
    `The whole took ${seconds} s.`,
  ].join('\n');
}

/** Where the page of a demo is, and what a new user can do there. @param keep whether the demo is left up */
export function demoPageHelp(link: string, keep: boolean): string {
  const page = `The page of the demo, to follow its releases and to abort them, for whoever opens this first: ${link}`;
  return keep ? page : `${page}\n        To approve releases there, too, leave it up: serin demo --keep (make demo KEEP=1).`;
}

/** How to go on with a demo that was left up. */
export function demoKeepHelp({ kubeconfig, ingressPort }: ClusterStatus): string {
  return [
    '',
    'It is still up. In another terminal:',
    `  export KUBECONFIG=${kubeconfig}`,
    '  kubectl -n bookinfo get pods,releases',
    '  npx serin local status --name demo     # a new link to the page',
    `  kubectl -n bookinfo patch releasepolicy reviews --type merge -p '{"spec":{"approval":{}}}'     # from now on releases wait until you approve them on the page`,
    '  kubectl -n bookinfo set image deployment/reviews reviews=bookinfo/reviews:v2     # release another version; on the page you abort it, too',
    '  npx serin status reviews -n bookinfo --watch',
    ...(ingressPort === undefined
      ? []
      : [
          `  curl -s http://127.0.0.1:${ingressPort}/productpage`,
          `  while sleep 0.1; do curl -s -o /dev/null "http://127.0.0.1:${ingressPort}/api/v1/products/0/reviews?[1-10]"; done     # a release is judged by requests`,
        ]),
    'Stop it with:',
    '  npx serin local reset --name demo',
  ].join('\n');
}

function outcome({ metadata, status }: Release): string {
  return status?.phase === 'Completed' ? `${metadata.name} completed` : `${metadata.name} was taken back (${status?.abortReason ?? '?'})`;
}

const duration = ({ status }: Release): string => formatDuration(Date.parse(status?.endedAt ?? '') - Date.parse(status?.startedAt ?? ''));

const percent = (part: number, whole: number): string => `${whole === 0 ? 0 : Math.round((part / whole) * 1000) / 10} %`;
