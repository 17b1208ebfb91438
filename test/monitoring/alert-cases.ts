import { abortReasons, type AbortReason } from '../../src/model/release.js';
import { at, during, eachMinute, together, type Play, type Stage } from './stage.js';

/** An alert that is expected. */
export interface ExpectedAlert {
  /** Besides that of its severity. */
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** What one alert is for, and what it is not for. */
export interface AlertCases {
  readonly severity: 'critical' | 'warning';
  /** By this minute it fires, and at no scrape before. */
  readonly fires: readonly { readonly when: string; readonly play: Play; readonly minute: number; readonly alerts: readonly ExpectedAlert[] }[];
  /** What comes near to it, for so many minutes. */
  readonly silent: readonly { readonly when: string; readonly play: Play; readonly minutes: number }[];
}

const one = (summary: string, labels: ExpectedAlert['labels'] = {}): ExpectedAlert[] => [{ labels, summary }];
const takenBack = (reason: AbortReason): ExpectedAlert => ({ labels: { reason }, summary: `Three releases within an hour were taken back: ${reason}.` });
/** Reasons of a person, of a newer version, or of what is gone. */
const WANTED: readonly AbortReason[] = ['AbortedByUser', 'ApprovalRefused', 'ApprovalExpired', 'Superseded', 'Reverted', 'PolicyDeleted', 'ReleaseDeleted', 'TakenOver', 'WorkloadGone', 'Restored'];
const UNWANTED = abortReasons.filter((reason) => !WANTED.includes(reason));

const bringOther = at(0, ({ other }) => void (other.isUp = true));
const goAll = (stage: Stage): void => void (stage.leader.isUp = stage.standby.isUp = false);
/** Each of these reasons so many times, at minute 10. */
const takeBack = (reasons: readonly AbortReason[], times: number): Play => at(10, ({ leader }) => reasons.flatMap((reason) => Array.from({ length: times }, () => reason)).forEach((reason) => leader.ended(reason)));

/** By the name of the alert. */
export const alertCases: Readonly<Record<string, AlertCases>> = {
  SerinNoLeader: {
    severity: 'critical',
    fires: [
      { when: 'none of the controllers leads', play: at(10, ({ leader }) => void (leader.leads = false)), minute: 12, alerts: one('No controller of Serin leads.') },
      { when: 'there is no controller any more', play: at(10, goAll), minute: 12, alerts: one('No controller of Serin leads.') },
      { when: 'there never was one', play: at(0, goAll), minute: 2, alerts: one('No controller of Serin leads.') },
      {
        when: 'controllers come and go, and none leads',
        play: together(at(10, ({ leader }) => void (leader.leads = false)), during(10, 12, (stage) => void (stage.leader.isUp = stage.standby.isUp = !stage.leader.isUp))),
        minute: 12, alerts: one('No controller of Serin leads.'),
      },
      {
        when: 'that of one of two installations does not lead',
        play: together(bringOther, at(10, ({ other }) => void (other.leads = false))),
        minute: 12, alerts: one('No controller of Serin leads in shop.', { namespace: 'shop' }),
      },
      {
        when: 'that of one of two installations is gone',
        play: together(bringOther, at(10, ({ other }) => void (other.isUp = false))),
        minute: 12, alerts: one('No controller of Serin leads in shop.', { namespace: 'shop' }),
      },
      { when: 'two installations are without one', play: together(bringOther, at(10, (stage) => void (stage.leader.leads = stage.other.leads = false))), minute: 12, alerts: one('No controller of Serin leads.') },
    ],
    silent: [
      { when: 'the lead passes on within a minute and a half', play: together(at(10, ({ leader }) => void (leader.leads = false)), at(11.5, ({ standby }) => void (standby.leads = true))), minutes: 20 },
      { when: 'the leader goes, and another one leads within a minute and a half', play: together(at(10, ({ leader }) => void (leader.isUp = false)), at(11.5, ({ standby }) => void (standby.leads = true))), minutes: 20 },
      { when: 'one that stood by is gone', play: at(10, ({ standby }) => void (standby.isUp = false)), minutes: 20 },
      { when: 'two installations have one each', play: bringOther, minutes: 20 },
    ],
  },
  SerinNotReady: {
    severity: 'warning',
    fires: [{ when: 'one that stands by is not ready', play: at(10, ({ standby }) => void (standby.ready = false)), minute: 20, alerts: one('A controller of Serin cannot fill its caches.') }],
    silent: [{ when: 'it takes one nine and a half minutes to get ready', play: together(at(10, ({ standby }) => void (standby.ready = false)), at(19.5, ({ standby }) => void (standby.ready = true))), minutes: 30 }],
  },
  SerinReconcileFails: {
    severity: 'warning',
    fires: [
      // No delay of the queue is longer than a minute. The first failure begins the series: only the second one is a rise.
      { when: 'a release fails each minute', play: eachMinute(10, 21, ({ leader }) => leader.metrics.passed('release', 'failed', 0.1)), minute: 21, alerts: one('Serin fails again and again at a release.', { kind: 'release' }) },
    ],
    silent: [
      { when: 'a release fails for four minutes', play: eachMinute(10, 14, ({ leader }) => leader.metrics.passed('release', 'failed', 0.1)), minutes: 40 },
      {
        when: 'others write first, or lead, all the time',
        play: during(10, 40, ({ leader }) => {
          leader.metrics.passed('release', 'conflict', 0.1);
          leader.metrics.passed('policy', 'not-leading', 0.1);
        }),
        minutes: 40,
      },
    ],
  },
  SerinForbidden: {
    severity: 'warning',
    fires: [
      // An informer asks again within 30 seconds.
      { when: 'a list is refused again and again', play: during(10, 30, ({ leader }) => leader.ask(403, { method: 'GET', path: '/api/v1/pods' })), minute: 25.5, alerts: one('Serin may not list pods.', { verb: 'list', resource: 'pods' }) },
    ],
    silent: [
      { when: 'a request is refused now and then', play: together(...[5, 30, 60].map((minute) => at(minute, ({ leader }) => leader.ask(403, { method: 'GET', path: '/api/v1/pods' })))), minutes: 90 },
      {
        when: 'requests are refused for other reasons',
        play: during(10, 40, async ({ leader }) => {
          for (const answer of [401, 404, 409, 422]) await leader.ask(answer, { method: 'GET', path: '/api/v1/pods' });
        }),
        minutes: 40,
      },
    ],
  },
  SerinApiErrors: {
    severity: 'warning',
    fires: [
      {
        when: '6 % of the requests fail',
        play: during(0, 20, async ({ leader }) => {
          for (const answer of [429, 503, 'none'] as const) await leader.ask(answer);
        }),
        minute: 10.5, alerts: one('More than 5 % of the requests of Serin to the API server fail.'),
      },
      { when: 'the API server does not answer any more', play: at(10, ({ leader }) => void (leader.answer = 'none')), minute: 20.5, alerts: one('More than 5 % of the requests of Serin to the API server fail.') },
    ],
    silent: [
      {
        when: '4 % of the requests fail',
        play: during(0, 40, async ({ leader }) => {
          for (const answer of [429, 503]) await leader.ask(answer);
        }),
        minutes: 40,
      },
      { when: 'the API server does not answer for four minutes', play: together(at(10, ({ leader }) => void (leader.answer = 'none')), at(14, ({ leader }) => void (leader.answer = 200))), minutes: 40 },
      { when: 'what is asked for is not there', play: at(10, ({ leader }) => void (leader.answer = 404)), minutes: 40 },
      { when: 'nothing is asked', play: at(10, ({ leader }) => void (leader.answer = 'not asked')), minutes: 40 },
    ],
  },
  SerinReleasesTakenBack: {
    severity: 'warning',
    fires: [
      {
        when: 'three were taken back within 40 minutes, whatever their strategies',
        play: together(...([[10, 'canary'], [30, 'blueGreen'], [50, 'canary']] as const).map(([minute, strategy]) => at(minute, ({ leader }) => leader.ended('AnalysisFailed', strategy)))),
        minute: 50, alerts: [takenBack('AnalysisFailed')],
      },
      {
        when: 'one controller took back two, and the next one the third',
        play: together(
          at(10, ({ leader }) => leader.ended('TooSlow')),
          at(11, ({ leader }) => leader.ended('TooSlow')),
          at(12, (stage) => void ([stage.leader.isUp, stage.standby.leads] = [false, true])),
          at(30, ({ standby }) => standby.ended('TooSlow')),
        ),
        minute: 30, alerts: [takenBack('TooSlow')],
      },
      { when: 'there are three of each reason that nobody wanted', play: takeBack(UNWANTED, 3), minute: 10, alerts: UNWANTED.map(takenBack) },
    ],
    silent: [
      { when: 'there are two of each reason that nobody wanted', play: takeBack(UNWANTED, 2), minutes: 80 },
      { when: 'there are three of each reason that somebody wanted', play: takeBack(WANTED, 3), minutes: 80 },
      { when: 'the third comes an hour after the first', play: together(...[10, 40, 71].map((minute) => at(minute, ({ leader }) => leader.ended('JobFailed')))), minutes: 90 },
      { when: 'many are completed', play: during(10, 40, ({ leader }) => leader.ended()), minutes: 80 },
    ],
  },
  SerinPoliciesRefused: {
    severity: 'warning',
    fires: [{ when: 'one is refused', play: at(10, ({ leader }) => void (leader.refusedPolicies = 1)), minute: 25, alerts: one('Policies cannot be run as they are.') }],
    silent: [{ when: 'one is mended after fourteen and a half minutes', play: together(at(10, ({ leader }) => void (leader.refusedPolicies = 1)), at(24.5, ({ leader }) => void (leader.refusedPolicies = 0))), minutes: 40 }],
  },
  SerinQueueLong: {
    severity: 'warning',
    fires: [{ when: '101 wait', play: at(10, ({ leader }) => void (leader.queueDepth = 101)), minute: 20, alerts: one('Serin does not keep up.') }],
    silent: [
      { when: 'a hundred wait', play: at(10, ({ leader }) => void (leader.queueDepth = 100)), minutes: 40 },
      { when: 'many wait for nine and a half minutes', play: together(at(10, ({ leader }) => void (leader.queueDepth = 1000)), at(19.5, ({ leader }) => void (leader.queueDepth = 0))), minutes: 40 },
    ],
  },
};
