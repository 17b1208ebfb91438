import { quantityAsNumber } from '../../../../kubernetes/quantity.js';
import { column } from '../columns.js';
import type { TableColumn } from '../kind.js';
import type { NodeMetrics, PodMetrics, Usage } from './metrics-kinds.js';

/** What `kubectl get` shows of PodMetrics. */
export const podColumns: readonly TableColumn[] = [
  column<PodMetrics>('cpu', 'What its containers use together.', ({ containers }) => sum((containers ?? []).map(({ usage }) => usage), 'cpu')),
  column<PodMetrics>('memory', 'What its containers use together.', ({ containers }) => sum((containers ?? []).map(({ usage }) => usage), 'memory')),
  column<PodMetrics>('Window', 'Over how long it was measured.', ({ window }) => window ?? ''),
];

/** What `kubectl get` shows of NodeMetrics. */
export const nodeColumns: readonly TableColumn[] = [
  column<NodeMetrics>('cpu', 'What it uses.', ({ usage }) => sum([usage ?? {}], 'cpu')),
  column<NodeMetrics>('memory', 'What it uses.', ({ usage }) => sum([usage ?? {}], 'memory')),
  column<NodeMetrics>('Window', 'Over how long it was measured.', ({ window }) => window ?? ''),
];

/** CPU in thousandths of a core, memory in KiB. */
function sum(usages: readonly Usage[], resource: 'cpu' | 'memory'): string {
  const total = usages.reduce((all, usage) => all + quantityAsNumber(usage[resource] ?? 0), 0);
  return resource === 'cpu' ? `${Math.round(total * 1000)}m` : `${Math.round(total / 1024)}Ki`;
}
