// Written by dashboard/generate-types.mjs from docs/reference/openapi.json; not by hand.

export type SignInMethod = 'link' | 'token' | 'oidc';

export interface SignInMethods {
  methods: SignInMethod[];
  /** What the button that leads to the provider says. */
  oidcName?: string;
}

export interface Session {
  /** The name that the cluster knows this person by. */
  user: string;
  groups: string[];
  method: SignInMethod;
  /** With a cookie, every change carries this in the header X-Serin-CSRF. Empty for bearer tokens, which need none. */
  csrf: string;
  /** When to sign in again. For a bearer token, until when the cluster is not asked about it again. */
  expiresAt: string;
  /** Of this server. */
  version: string;
}

/** One version of the program. */
export interface Version {
  /** What runs it. */
  replicaSet: string;
  /** Tells its Pods apart. */
  hash: string;
  /** Images of its containers. */
  images: string[];
  /** What people call it: its images, and what runs it. */
  name: string;
}

/** What a release waits for. */
export interface WaitsFor {
  /** What sort of thing it is. */
  kind: WaitsForKind;
  /** In one sentence. */
  text: string;
  /** The same in Chinese. */
  textZh: string;
  /** When it ends by itself, or what comes otherwise happens. */
  until?: string;
  /** Whose consent is wanted, and how much of it there is. */
  approvals?: { given: string[]; wanted: number; users: string[]; groups: string[] };
}

/** What sort of thing it is. */
export type WaitsForKind = 'approval' | 'person' | 'pause' | 'analysis' | 'pods' | 'router' | 'job' | 'gate' | 'freeze' | 'drain' | 'other';

/** Requests, and how many of them failed. */
export interface Count {
  requests: number;
  failures: number;
}

/** Whether it is under way, or how it ended. */
export type Outcome = 'running' | 'completed' | 'aborted';

export type ReleasePhase = 'Preparing' | 'Progressing' | 'Promoting' | 'HandingOver' | 'Aborting' | 'LettingGo' | 'Completed' | 'Aborted';

export type AbortReason = 'AbortedByUser' | 'TooManyFailures' | 'TooSlow' | 'AnalysisFailed' | 'Undecided' | 'JobFailed' | 'GateRefused' | 'GateUnanswered' | 'ApprovalRefused' | 'ApprovalExpired' | 'CanaryCrashed' | 'CanaryNotReady' | 'CanaryGone' | 'Superseded' | 'Reverted' | 'PolicyDeleted' | 'ReleaseDeleted' | 'TakenOver' | 'WorkloadGone' | 'Restored';

/** One release, in short. */
export interface ReleaseSummary {
  /** namespace/name. */
  id: string;
  namespace: string;
  name: string;
  /** The policy that it is a run of. */
  policy: string;
  /** Tells it apart from an earlier release of its name. */
  uid: string;
  strategy?: 'canary' | 'blueGreen' | 'rolling' | 'ab';
  phase: ReleasePhase;
  /** Whether it is under way, or how it ended. */
  outcome: Outcome;
  abortReason?: AbortReason;
  /** In one sentence what it does, waits for, or came to. */
  message: string;
  /** The same in Chinese. */
  messageZh: string;
  /** The canary's accepted share, in per mille. */
  share: number;
  step: { index: number; count: number; what: string; whatZh: string };
  /** When it began. */
  startedAt?: string;
  /** When it ended. */
  endedAt?: string;
  /** One version of the program. */
  stable: Version;
  /** One version of the program. */
  canary: Version;
  waitsFor: WaitsFor | null;
  /** Whether it waits for an approval that the asking person may give and has not given. */
  waitsForMe: boolean;
  /** Since the release began. */
  requests: { stable: Count; canary: Count };
  /** Whether a person paused it. */
  paused: boolean;
  /** Another one means that something of it changed. */
  revision: string;
}

/** Releases under way first, then the newest. */
export interface ReleaseList {
  items: ReleaseSummary[];
  /** How many match, on all pages. */
  total: number;
  /** Asks for the next page; absent on the last one. */
  cursor?: string;
}

/** Shares of both versions, in per mille. */
export interface Split {
  stable: number;
  canary: number;
}

/** One stage of the way that a release goes; the first one is its beginning, the last one its promotion or abort. */
export interface Stage {
  /** Counts from 0, the beginning. */
  index: number;
  /** The step of the plan, counted from 1; absent for the beginning and an abort. */
  step?: number;
  kind: 'begin' | 'weight' | 'route' | 'mirror' | 'scale' | 'batch' | 'pause' | 'analyze' | 'job' | 'gate' | 'approve' | 'promote' | 'abort';
  /** What it does. */
  what: string;
  /** The same in Chinese. */
  whatZh: string;
  /** skipped: it was not finished, and will not be. */
  state: 'done' | 'now' | 'todo' | 'skipped';
  /** weight, batch, mirror: the share, in per mille. */
  share?: number;
  /** When it began, as far as that is on record. */
  startedAt?: string;
  /** When it ended, as far as that is on record. */
  endedAt?: string;
  /** What a release waits for. */
  waitsFor?: WaitsFor;
}

export interface PodView {
  name: string;
  ready: boolean;
  /** Its phase, or Ending. */
  phase: string;
  node?: string;
  restarts: number;
  /** What waiting alone does not mend. */
  trouble?: string;
  /** What it was told to run. */
  image: string;
  /** What it runs, with its digest; empty before it does. */
  imageId: string;
}

/** A version with its Pods. */
export interface VersionDetail {
  role: 'stable' | 'canary';
  /** What runs it. */
  replicaSet: string;
  /** Tells its Pods apart. */
  hash: string;
  /** Images of its containers. */
  images: string[];
  /** What people call it: its images, and what runs it. */
  name: string;
  /** Empty for who may not see Pods. */
  pods: PodView[];
  desired: number;
  ready: number;
}

export interface ReleaseEvent {
  /** Counts what happened to the release, from 1. */
  number?: number;
  /** When it happened. */
  time: string;
  /** The same in one stable word. */
  code: string;
  /** What happened. */
  text: string;
  /** The same in Chinese. */
  textZh: string;
  type: 'Normal' | 'Warning';
}

export interface SaidApproval {
  /** Counts from 1; 0: before it begins. */
  step: number;
  approved: boolean;
  user: string;
  /** Groups of that person that count for it. */
  groups: string[];
  comment: string;
  /** When. */
  at?: string;
  /** False where it is about another plan or image, or from somebody whose word does not count. */
  counts: boolean;
  via?: string;
  /** The freeze window that it lets the release through. */
  freezeWindow?: string;
}

export type MetricOutcome = 'pass' | 'fail' | 'undecided';

export interface MetricSide {
  /** Requests, or Pods. */
  count?: number;
  /** How many of them were bad. */
  bad?: number;
  /** latency: milliseconds; saturation: the mean. */
  value?: number;
}

export interface MetricPoint {
  /** Its end. */
  at: string;
  /** How long it is. */
  seconds: number;
  stable?: MetricSide;
  canary?: MetricSide;
  /** condition: what was measured. */
  value?: number;
}

export interface MetricVerdict {
  /** When it came to that. */
  at: string;
  outcome: MetricOutcome;
  says: string;
  saysZh: string;
}

export interface MetricView {
  name: string;
  kind: 'errorRate' | 'latency' | 'saturation' | 'condition';
  /** It decides nothing. */
  dryRun?: boolean;
  outcome: MetricOutcome;
  /** The same as a sentence. */
  says: string;
  /** The same in Chinese, but for the words of conditions. */
  saysZh: string;
  /** Why there are no samples at the moment. */
  problem?: string;
  /** How many counted. */
  samples: number;
  /** How sure the test is of what it leans to: 1 is certainty. */
  confidence?: number;
  points: MetricPoint[];
  verdicts: MetricVerdict[];
}

export type Verb = 'approve' | 'reject' | 'promote' | 'promoteFull' | 'pause' | 'resume' | 'abort' | 'retry' | 'rollback';

export interface Action {
  verb: Verb;
  /** Whether state and rights allow it at the moment. */
  allowed: boolean;
  /** Why it cannot be done at the moment. */
  why?: string;
  /** The same in Chinese. */
  whyZh?: string;
  /** What happens to users. */
  consequence: string;
  /** The same in Chinese. */
  consequenceZh: string;
  /** rollback: the version that it leads to. */
  to?: string;
}

export interface Deed {
  /** When. */
  time: string;
  /** Who: the user, or the tool that wrote it where the cluster knows no more. */
  user: string;
  /** What. */
  what: string;
  /** The same in Chinese. */
  whatZh: string;
  /** By which door, such as a chat. */
  via?: string;
}

/** A header or cookie and its value; without a value it only has to be there. */
export interface ValueMatch {
  /** Its name; of headers in any case. */
  name: string;
  /** The whole value. */
  exact?: string;
  /** How the value begins. */
  prefix?: string;
  /** A regular expression (RE2) that the whole value matches. */
  regex?: string;
}

/** Requests that carry all of this. */
export interface Match {
  /** Names the route that is made for it, where users keep a list of such; matches of one name share a route. */
  name?: string;
  /** Headers, all of them. */
  headers?: ValueMatch[];
  /** Cookies, all of them. */
  cookies?: ValueMatch[];
}

export interface Audience {
  /** False: Pods share the work by their number, and no request is steered. */
  router: boolean;
  /** Requests that go to the canary whatever its share. */
  matches: Match[];
  /** The part of the requests, in per mille, that the canary gets a copy of. */
  mirror?: number;
  sticky?: { cookie: string; maxAgeSeconds: number };
  /** Where the canary can be seen before users meet it. */
  preview?: { path?: string; host?: string; service?: string };
}

/** What a person who approves has in front of them; the approval counts for nothing else. */
export interface Seen {
  /** A hash of the plan. */
  plan: string;
  /** Digests of the images. */
  images: string[];
}

/** Everything that is known of one release. */
export interface ReleaseDetail {
  /** namespace/name. */
  id: string;
  namespace: string;
  name: string;
  /** The policy that it is a run of. */
  policy: string;
  /** Tells it apart from an earlier release of its name. */
  uid: string;
  strategy?: 'canary' | 'blueGreen' | 'rolling' | 'ab';
  phase: ReleasePhase;
  /** Whether it is under way, or how it ended. */
  outcome: Outcome;
  abortReason?: AbortReason;
  /** In one sentence what it does, waits for, or came to. */
  message: string;
  /** The same in Chinese. */
  messageZh: string;
  /** The canary's accepted share, in per mille. */
  share: number;
  step: { index: number; count: number; what: string; whatZh: string };
  /** When it began. */
  startedAt?: string;
  /** When it ended. */
  endedAt?: string;
  /** One version of the program. */
  stable: Version;
  /** One version of the program. */
  canary: Version;
  waitsFor: WaitsFor | null;
  /** Whether it waits for an approval that the asking person may give and has not given. */
  waitsForMe: boolean;
  /** Since the release began. */
  requests: { stable: Count; canary: Count };
  /** Whether a person paused it. */
  paused: boolean;
  /** Another one means that something of it changed. */
  revision: string;
  stages: Stage[];
  shares: { asked: Split | null; written: Split | null; accepted: Split | null; counted: Split | null };
  versions: VersionDetail[];
  /** Whether you may not see Pods and ReplicaSets of the namespace, so that versions are told without them. */
  podsHidden: boolean;
  /** Newest first. */
  events: ReleaseEvent[];
  /** Newest first. */
  approvals: SaidApproval[];
  metrics: MetricView[];
  actions: Action[];
  /** Who wrote the new version, as CI says. */
  author?: string;
  /** Newest first. */
  deeds: Deed[];
  audience?: Audience;
  /** What a person who approves has in front of them; the approval counts for nothing else. */
  seen?: Seen;
  /** Why it goes out without being judged. */
  hotfix?: string;
  /** Jobs that tried it and succeeded. */
  tested: string[];
  /** The highest share that was asked for, in per mille. */
  reached: number;
}

/** What was seen in one stretch of time: counts of that stretch, not running totals. */
export interface HistoryPoint {
  /** Its end. */
  at: string;
  /** How long it is; 0 where only a share changed and its counts say nothing. */
  seconds: number;
  /** The canary's share that the plan asked for at its end, in per mille. */
  asked: number;
  /** The one that the routing product had taken over. */
  accepted: number;
  /** The one that real requests showed. */
  counted?: number;
  /** One number for each version. */
  requests: { stable: number; canary: number };
  /** One number for each version. */
  failures: { stable: number; canary: number };
  /** Latency in milliseconds, at the percentile of the first metric of latency. */
  p99?: { stable?: number; canary?: number };
}

/** A release over time. */
export interface ReleaseHistory {
  /** From first to last. */
  points: HistoryPoint[];
  /** Of the latency; 99 when absent. */
  percentile?: number;
}

/** One object that a release wrote or changed. */
export interface WrittenObject {
  kind: string;
  name: string;
  namespace: string;
  /** As it is now, without the bookkeeping of the server. */
  yaml: string;
  /** What is put back at the end: as much of it as was found and recorded. */
  before?: string;
  /** Lines of yaml that Serin wrote, counted from 1. */
  changed: number[];
}

/** Objects that a release wrote, those that the asking person may see. */
export interface ReleaseObjects {
  items: WrittenObject[];
}

export interface ActionBody {
  /** Of what is meant: another one of the same name is refused. */
  uid: string;
  /** Why; goes on record. */
  comment?: string;
  /** The step that is meant, counted from 1 (0: before it begins); refused where a promotion or a resumption finds the release at another one. */
  step?: number;
  /** What a person who approves has in front of them; the approval counts for nothing else. */
  seen?: Seen;
  /** rollback: the version that it was to lead to; refused where it leads to another one by now. */
  to?: string;
  /** approve: the freeze window that the release is to be let through. */
  freezeWindow?: string;
}

export interface ActionResult {
  /** What was done. */
  done: string;
  /** The same in Chinese. */
  doneZh: string;
  /** What comes next. */
  next: string;
  /** The same in Chinese. */
  nextZh: string;
  /** One release, in short. */
  release: ReleaseSummary;
}

/** The four delivery metrics, of the releases that are on record. */
export interface Delivery {
  /** How many ended. */
  releases: number;
  /** How many became stable, a week. */
  perWeek: number;
  /** From the beginning of a release to its end, of those that became stable. */
  medianSeconds?: number;
  /** How many were taken back because of what they were; newer versions and changed minds do not count. */
  takenBack: number;
  /** The same as a part of those that went either way. */
  takenBackShare?: number;
  /** Requests that failed on new versions. */
  usersHurt: number;
  /** From the decision to take one back until nothing of it was left. */
  medianRecoverySeconds?: number;
  /** From when on they are counted: what is still on record. */
  since: string;
}

/** One policy, in short. */
export interface PolicySummary {
  /** namespace/name. */
  id: string;
  namespace: string;
  name: string;
  uid: string;
  phase: 'Adopting' | 'Resting' | 'Releasing' | 'Holding' | 'Refused';
  /** In one sentence what it does or waits for. */
  message: string;
  /** The same in Chinese. */
  messageZh: string;
  /** Whose versions are released. */
  workload: string;
  strategy?: 'canary' | 'blueGreen' | 'rolling' | 'ab';
  /** The version that users rely on. */
  stable?: { replicaSet: string; hash: string };
  /** The version that was taken back last. */
  rejected?: { replicaSet: string; release: string; reason: string };
  /** Its last release. */
  release?: string;
  /** The four delivery metrics, of the releases that are on record. */
  delivery: Delivery;
  /** The freeze window that keeps releases from beginning. */
  frozen?: { window: string; why: string; until: string };
}

export interface PolicyList {
  items: PolicySummary[];
}

/** One policy with its releases. */
export interface PolicyDetail {
  /** namespace/name. */
  id: string;
  namespace: string;
  name: string;
  uid: string;
  phase: 'Adopting' | 'Resting' | 'Releasing' | 'Holding' | 'Refused';
  /** In one sentence what it does or waits for. */
  message: string;
  /** The same in Chinese. */
  messageZh: string;
  /** Whose versions are released. */
  workload: string;
  strategy?: 'canary' | 'blueGreen' | 'rolling' | 'ab';
  /** The version that users rely on. */
  stable?: { replicaSet: string; hash: string };
  /** The version that was taken back last. */
  rejected?: { replicaSet: string; release: string; reason: string };
  /** Its last release. */
  release?: string;
  /** The four delivery metrics, of the releases that are on record. */
  delivery: Delivery;
  /** The freeze window that keeps releases from beginning. */
  frozen?: { window: string; why: string; until: string };
  /** Newest first. */
  releases: ReleaseSummary[];
  /** As it is written. */
  spec: Record<string, unknown>;
  /** The spec as YAML. */
  yaml: string;
}

/** One image that a policy took up. */
export interface ImageUpdateView {
  /** namespace/name. */
  id: string;
  namespace: string;
  name: string;
  uid: string;
  /** The ImagePolicy. */
  policy: string;
  /** The repository. */
  image: string;
  tag: string;
  digest?: string;
  /** The image that ran when word of it came. */
  from?: string;
  source: 'native' | 'dockerHub' | 'harbor' | 'github' | 'quay' | 'azure' | 'jfrog' | 'registry' | 'poll' | 'cli';
  /** Who sent it. */
  by?: string;
  /** When word of it came. */
  receivedAt: string;
  phase: 'Pending' | 'WaitingForApproval' | 'Applied' | 'Reported' | 'Rejected' | 'Expired' | 'Superseded' | 'Refused';
  /** What became of it. */
  message: string;
  /** The same in Chinese. */
  messageZh: string;
  /** The release that it led to. */
  release?: string;
}

export interface ImageUpdateList {
  /** The newest first. */
  items: ImageUpdateView[];
}

export interface ReleaseWaiting {
  kind: 'release';
  /** One release, in short. */
  release: ReleaseSummary;
  /** Counts from 1; 0: before it begins. */
  step: number;
  /** How many people are wanted. */
  wanted: number;
  /** Who approved so far. */
  given: string[];
  /** Who may, by name; anyone with the right where both lists are empty. */
  users: string[];
  /** Who may, by group. */
  groups: string[];
  /** Until when people may decide. */
  until?: string;
  /** Whether the asking person may decide and has not. */
  mine: boolean;
}

export interface ImageWaiting {
  kind: 'image';
  /** One image that a policy took up. */
  update: ImageUpdateView;
  /** How many people are wanted. */
  wanted: number;
  /** Who approved so far. */
  given: string[];
  /** Who may, by name; anyone with the right where both lists are empty. */
  users: string[];
  /** Who may, by group. */
  groups: string[];
  /** Until when people may decide. */
  until?: string;
  /** Whether the asking person may decide and has not. */
  mine: boolean;
}

export type Waiting = ReleaseWaiting | ImageWaiting;

/** Everything that waits for people, what the asking person may decide first. */
export interface WaitingList {
  items: Waiting[];
}
