import type { Command } from 'commander';
import type { Shell } from '../shell.js';

type Register = (program: Command, shell: Shell) => void;

/** Commands that are defined in one file. */
export interface CommandFile {
  /** What each is for, by its name. */
  readonly commands: Readonly<Record<string, string>>;
  /** Reads the file, and all that its commands need to run. */
  readonly load: () => Promise<Register>;
}

/** All commands, in the order in which help lists them. A file is read when one of its commands is asked for: together they take most of a second. */
export const catalogue: readonly CommandFile[] = [
  {
    commands: { demo: 'A release and a roll-back on this machine, with real processes and real requests.' },
    load: async () => (await import('./demo.js')).registerDemo,
  },
  {
    commands: { local: 'A small cluster on this machine: API, workloads, Pods as processes, gateway, Serin.' },
    load: async () => (await import('./local.js')).registerLocal,
  },
  {
    commands: { dashboard: 'Show releases on a web page on this machine, to follow, approve and abort them with your own rights.' },
    load: async () => (await import('./dashboard.js')).registerDashboard,
  },
  {
    commands: { apply: 'Create or change objects from manifests; nothing is changed when one of them cannot work.' },
    load: async () => (await import('./apply.js')).registerApply,
  },
  {
    commands: { lint: 'Check manifests without a cluster: syntax, fields, values, and whether what they name is among them.' },
    load: async () => (await import('./lint.js')).registerLint,
  },
  {
    commands: { convert: 'Turn Rollouts of Argo, Canaries of Flagger and Applications of KubeVela into policies, with a note on each thing that has no equal.' },
    load: async () => (await import('./convert.js')).registerConvert,
  },
  {
    commands: { plan: 'Show the steps that a policy would run and the objects that it would write, step by step, without doing anything.' },
    load: async () => (await import('./plan.js')).registerPlan,
  },
  {
    commands: { get: 'List policies or releases.' },
    load: async () => (await import('./get.js')).registerGet,
  },
  {
    commands: { status: 'Show where a release stands: steps, versions and Pods, shares, requests, and what it waits for.' },
    load: async () => (await import('./status.js')).registerStatus,
  },
  {
    commands: { explain: 'Say in plain words what a release does and waits for, who meets it, which Pods there are, and what an abort would do.' },
    load: async () => (await import('./explain.js')).registerExplain,
  },
  {
    commands: { evidence: 'Draw what a release is judged by: each metric of canary and stable over time, what it says, and how it came to that.' },
    load: async () => (await import('./evidence.js')).registerEvidence,
  },
  {
    commands: { history: 'Show the releases of a policy, newest first: how each ended and why, how long it took, who met it.' },
    load: async () => (await import('./history.js')).registerHistory,
  },
  {
    commands: { wait: 'Wait until a release has ended as wanted; for scripts.' },
    load: async () => (await import('./wait.js')).registerWait,
  },
  {
    commands: { calibrate: 'Hold stable against itself: how often it would be taken back by the metrics of a policy, and which margin its traffic needs.' },
    load: async () => (await import('./calibrate.js')).registerCalibrate,
  },
  {
    commands: { routers: 'Show what each router can do, and how.' },
    load: async () => (await import('./routers.js')).registerRouters,
  },
  {
    commands: {
      promote: 'Go on to the next step now, without waiting for the end of a pause or an analysis.',
      pause: 'Hold a release: no share rises and no step starts until it is resumed.',
      resume: 'Let a release go on that is paused, by a person or by a pause in its plan.',
      abort: 'Take a release back: users return to the stable version at once.',
    },
    load: async () => (await import('./steering.js')).registerSteering,
  },
  {
    commands: {
      approve: 'Approve the step that a release waits at, in your own name.',
      reject: 'Refuse the step that a release waits at, in your own name: the canary is taken back.',
    },
    load: async () => (await import('./approving.js')).registerApproving,
  },
  {
    commands: { approvals: 'List what waits for an approval and by whom, and what was approved or rejected.' },
    load: async () => (await import('./approvals.js')).registerApprovals,
  },
  {
    commands: { images: 'List which images workloads follow, what runs, the latest that was heard of, and what waits.' },
    load: async () => (await import('./images.js')).registerImages,
  },
  {
    commands: {
      retry: 'Try the version that was taken back last once more, from the first step.',
      restart: 'Replace all Pods by new ones of the same version, as a release of its own.',
      hotfix: 'Let the next release out without judging it; say so before the new version arrives.',
    },
    load: async () => (await import('./requests.js')).registerRequests,
  },
  {
    commands: { rollback: 'Go back one version, or to any in the history: abort the release under way, or release the earlier version.' },
    load: async () => (await import('./rollback.js')).registerRollback,
  },
  {
    commands: { app: 'KubeVela Applications: where they stand; resume, suspend, terminate and restart their workflows; go back.' },
    load: async () => (await import('./app.js')).registerApp,
  },
  {
    commands: { adopt: 'Take a running Rollout of Argo or Canary of Flagger over without a gap: a policy, and a Deployment that serves.' },
    load: async () => (await import('./adopt.js')).registerAdopt,
  },
  {
    commands: { eject: 'Take Serin away from a workload: routes, Services, owners and pausing go back, the policy and its releases go.' },
    load: async () => (await import('./eject.js')).registerEject,
  },
  {
    commands: { install: 'Put Serin on a cluster, or bring it up to date: kinds, admission policies, roles, controllers.' },
    load: async () => (await import('./install.js')).registerInstall,
  },
  {
    commands: { migrate: "Write the objects of Serin's kinds anew that are stored in an older version of their kind." },
    load: async () => (await import('./migrate.js')).registerMigrate,
  },
  {
    commands: { uninstall: 'Take Serin off a cluster. Its kinds, and with them all policies and releases, stay unless they are to go too.' },
    load: async () => (await import('./uninstall.js')).registerUninstall,
  },
  {
    commands: { doctor: 'Say what is missing on a cluster for Serin to work, and what to do about it.' },
    load: async () => (await import('./doctor.js')).registerDoctor,
  },
  {
    commands: { controller: 'Run the controller: reconcile policies and releases until told to stop.' },
    load: async () => (await import('./controller.js')).registerController,
  },
  {
    commands: { server: 'Run the HTTP API and the web page for several people, each with their own rights, until told to stop.' },
    load: async () => (await import('./server.js')).registerServer,
  },
  {
    commands: { completion: 'Print what makes a shell complete commands, options and the names of policies, releases and namespaces.' },
    load: async () => (await import('./completion.js')).registerCompletion,
  },
  {
    commands: { version: 'Print the version of Serin.' },
    load: async () => (await import('./version.js')).registerVersion,
  },
  {
    commands: { help: 'Show the help of a command, or a topic: exit-codes.' },
    load: async () => (await import('./help.js')).registerHelp,
  },
];
