import type { Pod } from '../../../../kubernetes/generated/core-v1.js';
import { column, NONE, wideColumn } from '../columns.js';
import { ageSince } from '../duration.js';
import type { TableColumn } from '../kind.js';
import { podSummary } from './pod-summary.js';

export const podColumns: readonly TableColumn[] = [
  column<Pod>('Ready', 'The aggregate readiness state of this pod for accepting traffic.', (pod) => {
    const { ready, containers } = podSummary(pod);
    return `${ready}/${containers}`;
  }),
  column<Pod>('Status', 'The aggregate status of the containers in this pod.', (pod) => podSummary(pod).reason),
  column<Pod>('Restarts', 'How often its containers were restarted, and when the last one was.', (pod, now) => {
    const { restarts, lastRestart } = podSummary(pod);
    return restarts === 0 || lastRestart === undefined ? String(restarts) : `${restarts} (${ageSince(lastRestart, now)} ago)`;
  }),
];

export const podWideColumns: readonly TableColumn[] = [
  wideColumn<Pod>('IP', 'Address of the Pod.', ({ status }) => status?.podIPs?.[0]?.ip || NONE),
  wideColumn<Pod>('Node', 'Node that it runs on.', ({ spec }) => spec?.nodeName || NONE),
  wideColumn<Pod>('Nominated Node', 'Node where room is being made for it.', ({ status }) => status?.nominatedNodeName || NONE),
  wideColumn<Pod>('Readiness Gates', 'Conditions that hold of those that must.', ({ spec, status }) => {
    const gates = spec?.readinessGates ?? [];
    if (gates.length === 0) return NONE;
    const holds = (wanted: string): boolean => status?.conditions?.find(({ type }) => type === wanted)?.status === 'True';
    return `${gates.filter(({ conditionType }) => holds(conditionType)).length}/${gates.length}`;
  }),
];
