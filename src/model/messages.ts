import type { LogEntry } from './release.js';

/** Languages that texts exist in. */
export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

type Text = Readonly<Record<Language, string>>;

/**
 * Everything that a release says about itself, by code. `{name}` stands for an argument. Codes are stable: they are the
 * reasons of Events and conditions.
 */
const texts = {
  // What happened.
  ReleaseStarted: { en: 'Release of {canary} started; {stable} stays in front of users.', zh: '开始发布 {canary}；用户仍由 {stable} 服务。' },
  StepStarted: { en: 'Step {step} of {steps} started: {what}.', zh: '开始第 {step} 步（共 {steps} 步）：{what}。' },
  ShareAsked: { en: 'Asked for {share} of the traffic for the canary ({why}).', zh: '请求将 {share} 的流量交给金丝雀版本（{why}）。' },
  MatchesAsked: { en: 'Asked for these requests to go to the canary: {what}.', zh: '请求将以下流量交给金丝雀版本：{what}。' },
  MirrorAsked: { en: 'Asked for copies of {share} of the requests for the canary.', zh: '请求将 {share} 的流量复制给金丝雀版本。' },
  MirrorsAsked: { en: 'Asked for copies of some requests for the canary: {what}.', zh: '请求将部分流量复制给金丝雀版本：{what}。' },
  PreviewAsked: { en: 'The canary can be previewed: {where}.', zh: '可以预览金丝雀版本：{where}。' },
  JobSucceeded: { en: 'Job {job} succeeded.', zh: 'Job {job} 已成功。' },
  AnalysisPassed: { en: 'The analysis passed: {metrics}.', zh: '分析已通过：{metrics}。' },
  AnalysisUndecided: { en: 'The analysis was undecided after {limit} ({metrics}); goes on, since nothing speaks against the canary.', zh: '分析在 {limit} 后仍无定论（{metrics}）；没有不利于金丝雀版本的证据，继续发布。' },
  GateOpened: { en: 'The gate {url} is open.', zh: '网关检查 {url} 已放行。' },
  ApprovalTimeOver: { en: 'Nobody decided within {limit}; goes on, as the policy says for then.', zh: '{limit} 内无人决定；按策略继续。' },
  ApprovalOutdated: { en: 'The approval by {user} does not count any more, because {what} is not what was shown then. It has to be given again.', zh: '{user} 的批准不再有效：{what}与当时所见不同，需要重新批准。' },
  AsksAgain: { en: 'The image of the new version was pushed again: Pods run {digests} in place of what was approved. That has to be approved, too, before anything goes on.', zh: '新版本的镜像被重新推送：有 Pod 运行的是 {digests}，不是已批准的内容。必须再次批准后才会继续。' },
  SeenPlan: { en: 'the plan', zh: '计划' },
  SeenImages: { en: 'the image of the new version', zh: '新版本的镜像' },
  LetThrough: { en: 'Let through the freeze window {window} by {users}.', zh: '已由 {users} 允许在冻结窗口 {window} 内发布。' },
  Approved: { en: 'Approved by {users}.', zh: '已由 {users} 批准。' },
  ShareAccepted: { en: 'The router accepted {share} for the canary.', zh: '路由已生效：金丝雀版本 {share}。' },
  Promoting: { en: 'All steps passed; the canary becomes stable.', zh: '所有步骤已通过；金丝雀版本将成为稳定版本。' },
  HandingOver: { en: 'The old version has drained; its ReplicaSets go back to {owner}.', zh: '旧版本已排空；ReplicaSet 交还给 {owner}。' },
  LeavesOld: { en: 'The old version has no traffic any more; its size is left to others.', zh: '旧版本已没有流量；其规模交由他人管理。' },
  Completed: { en: '{canary} is stable now; {requests} requests met it during the release, {failures} failed.', zh: '{canary} 已成为稳定版本；发布期间它处理了 {requests} 个请求，失败 {failures} 个。' },
  Aborting: { en: 'Taking the canary back: {why}.', zh: '正在撤回金丝雀版本：{why}。' },
  Aborted: { en: '{canary} was taken back; {requests} requests met it, {failures} failed.', zh: '{canary} 已撤回；它处理了 {requests} 个请求，失败 {failures} 个。' },
  LettingGo: { en: 'The workload was taken out of our hands: {why}; routes are put back.', zh: '工作负载已不受控制：{why}；正在恢复路由。' },
  FirstFailed: { en: 'The first version did not pass its checks: {why}. It is left to run.', zh: '首个版本未通过检查：{why}。它将继续运行。' },
  PausedByUser: { en: 'Paused by a person; shares stay as they are.', zh: '已被人工暂停；流量比例保持不变。' },
  ResumedByUser: { en: 'Resumed by a person.', zh: '已被人工恢复。' },
  RoutesOverwrittenOnce: { en: '{place}: {problem}. It is written once more at {until}. To end it: {remedy}.', zh: '{place}：{problem}。将于 {until} 再写入一次。处理方法：{remedy}。' },
  RoutesWrittenAgain: { en: '{place} is written once more; if it is overwritten again, the release holds until someone goes on.', zh: '{place} 将再写入一次；若再次被覆盖，发布将停住，等待人工继续。' },
  RoutesOverwritten: { en: '{place}: {problem}. To end it: {remedy}.', zh: '{place}：{problem}。处理方法：{remedy}。' },
  WriteRefused: { en: 'The API server refuses a write again and again: {detail}. It is tried again at growing intervals.', zh: 'API 服务器反复拒绝写入：{detail}。将以递增的间隔重试。' },
  // What an Application says.
  WorkflowStarted: { en: 'The run {run} of the workflow started.', zh: '工作流运行 {run} 已开始。' },
  WorkflowSuperseded: { en: 'The run {run} ended where it stood: the Application asks for another one.', zh: '工作流运行 {run} 已在当前位置结束：应用要求新的运行。' },
  WorkflowSuspended: { en: 'The workflow is suspended at {steps}; goes on with: serin app resume {app}.', zh: '工作流已在 {steps} 处挂起；继续请执行：serin app resume {app}。' },
  WorkflowResumed: { en: 'The workflow goes on.', zh: '工作流继续执行。' },
  WorkflowSucceeded: { en: 'All steps of the workflow are done.', zh: '工作流的所有步骤已完成。' },
  WorkflowFailed: { en: 'The workflow failed: {why}', zh: '工作流失败：{why}' },
  WorkflowTerminated: { en: 'Somebody ended the run of the workflow; everything stays as it is.', zh: '工作流运行已被人工终止；所有对象保持不变。' },
  ApplicationRefused: { en: 'Nothing was touched: {problems}', zh: '未做任何更改：{problems}' },
  ApplicationElsewhere: { en: 'Left alone: {other}', zh: '不予处理：{other}' },
  // What an AnalysisRun says.
  AnalysisRunSuccessful: { en: 'The analysis ended: Successful.', zh: '分析已结束：Successful。' },
  AnalysisRunFailed: { en: 'The analysis ended: Failed. {why}', zh: '分析已结束：Failed。{why}' },
  AnalysisRunError: { en: 'The analysis ended: Error. {why}', zh: '分析已结束：Error。{why}' },
  AnalysisRunInconclusive: { en: 'The analysis ended: Inconclusive. {why}', zh: '分析已结束：Inconclusive。{why}' },
  MetricSuccessful: { en: 'Metric {metric} ended: Successful.', zh: '指标 {metric} 已结束：Successful。' },
  MetricFailed: { en: 'Metric {metric} ended: Failed.', zh: '指标 {metric} 已结束：Failed。' },
  MetricError: { en: 'Metric {metric} ended: Error.', zh: '指标 {metric} 已结束：Error。' },
  MetricInconclusive: { en: 'Metric {metric} ended: Inconclusive.', zh: '指标 {metric} 已结束：Inconclusive。' },
  // What it waits for.
  WaitsForPods: { en: 'Waits for canary Pods to become ready: {ready} of {wanted}{trouble}.', zh: '等待金丝雀 Pod 就绪：{ready}/{wanted}{trouble}。' },
  WaitsForStablePods: { en: 'Waits for stable Pods to become ready: {ready} of {wanted}.', zh: '等待稳定版本 Pod 就绪：{ready}/{wanted}。' },
  WaitsForRouter: { en: 'Waits for the router: {what}.', zh: '等待路由：{what}。' },
  WaitsForOwners: { en: 'Waits until ReplicaSets have changed hands.', zh: '等待 ReplicaSet 归属变更完成。' },
  WaitsForPause: { en: 'Pauses until {until}.', zh: '暂停至 {until}。' },
  WaitsForPerson: { en: 'Pauses until someone goes on: serin resume {release}.', zh: '暂停中，等待人工继续：serin resume {release}。' },
  WaitsForResume: { en: 'Paused by a person; goes on with: serin resume {release}.', zh: '已被人工暂停；继续请执行：serin resume {release}。' },
  WaitsForAnalysis: { en: 'Watches the canary until {until}.', zh: '观察金丝雀版本至 {until}。' },
  WaitsForMetric: { en: 'Watches the canary until {until} at the latest; {problems}waits for {metric}: {says}.', zh: '观察金丝雀版本，最晚至 {until}；{problems}等待 {metric}：{says}。' },
  Unsampled: { en: 'No samples of {metrics}.', zh: '缺少样本：{metrics}。' },
  WaitsForEvidence: { en: 'The analysis is over its time; waits for {wanted} canary requests, or goes on with: serin promote {release} ({problems}so far {seen}).', zh: '分析已超时；等待 {wanted} 个金丝雀请求，或执行：serin promote {release}（{problems}目前 {seen} 个）。' },
  HoldsUndecided: { en: 'The analysis is undecided after its time; waits for {metric}, or goes on with: serin promote {release} ({problems}{says}).', zh: '分析超时仍无定论；等待 {metric}，或执行：serin promote {release}（{problems}{says}）。' },
  AsksUndecided: { en: 'The analysis is undecided; waits for {metric}, or for somebody to decide: serin approve {release} ({problems}{says}).', zh: '分析仍无定论；等待 {metric}，或由人决定：serin approve {release}（{problems}{says}）。' },
  WaitsForJob: { en: 'Waits for Job {job}, until {until} at the latest.', zh: '等待 Job {job}，最晚至 {until}。' },
  WaitsForGate: { en: 'Waits for {url} to agree, until {until} at the latest (last answer: {detail}).', zh: '等待 {url} 放行，最晚至 {until}（最近的应答：{detail}）。' },
  WaitsForApproval: { en: 'Waits for approval, {given} of {wanted}{from}: serin approve {release}.', zh: '等待批准（{given}/{wanted}）{from}：serin approve {release}。' },
  WaitsForApprovalUntil: { en: 'Waits for approval, {given} of {wanted}{from}, until {until}, when {fate}: serin approve {release}.', zh: '等待批准（{given}/{wanted}）{from}，最晚至 {until}，届时{fate}：serin approve {release}。' },
  WaitsForApprovalToBegin: { en: 'Has not begun: waits for approval, {given} of {wanted}{from}: serin approve {release}.', zh: '尚未开始：等待批准（{given}/{wanted}）{from}：serin approve {release}。' },
  WaitsForApprovalToBeginUntil: { en: 'Has not begun: waits for approval, {given} of {wanted}{from}, until {until}, when {fate}: serin approve {release}.', zh: '尚未开始：等待批准（{given}/{wanted}）{from}，最晚至 {until}，届时{fate}：serin approve {release}。' },
  WaitsForApprovalAgain: { en: 'Waits for approval of an image that was pushed again, {given} of {wanted}{from}: serin approve {release}.', zh: '镜像被重新推送，等待再次批准（{given}/{wanted}）{from}：serin approve {release}。' },
  WaitsForApprovalOverdue: { en: 'Nobody decided until {until}; still waits for approval, {given} of {wanted}{from}: serin approve {release}.', zh: '至 {until} 无人决定；仍在等待批准（{given}/{wanted}）{from}：serin approve {release}。' },
  WaitsForAuthor: { en: 'Nobody can approve it: its author may not, and nothing says who that is. Put the annotation {annotation} on the Pod template, which starts a new release, or take this one back: serin abort {release}.', zh: '无人可以批准：作者不得批准，但没有说明作者是谁。请在 Pod 模板上设置注解 {annotation}（会开始新的发布），或撤回：serin abort {release}。' },
  FateReject: { en: 'it is taken back', zh: '将撤回' },
  FateApprove: { en: 'it goes on', zh: '将继续' },
  FateWait: { en: 'it goes on waiting', zh: '将继续等待' },
  WaitsForFreeze: { en: 'Has not begun: no release begins until {until}, by the freeze window {window} ({why}).', zh: '尚未开始：根据冻结窗口 {window}（{why}），{until} 之前不开始发布。' },
  WaitsForFreezeOrPerson: { en: 'Has not begun: no release begins until {until}, by the freeze window {window} ({why}), unless it is let through{from}: serin approve {release} --window {window}.', zh: '尚未开始：根据冻结窗口 {window}（{why}），{until} 之前不开始发布，除非被允许{from}：serin approve {release} --window {window}。' },
  WaitsForBrokenFreeze: { en: 'Has not begun: the freeze window {window} cannot be read ({why}). Mend or delete it: kubectl edit {kind} {window}.', zh: '尚未开始：无法读取冻结窗口 {window}（{why}）。请修正或删除：kubectl edit {kind} {window}。' },
  WaitsForPlace: { en: 'Has not begun: as many releases are under way as may be at once; waits for one of them to end.', zh: '尚未开始：同时进行的发布已达上限；等待其中之一结束。' },
  WaitsForDrain: { en: 'Lets the {role} version finish its requests until {until}.', zh: '等待 {role} 版本处理完剩余请求，直至 {until}。' },
  WaitsForPodsGone: { en: 'Waits for the Pods of the {role} version to end; {count} left{which}.', zh: '等待 {role} 版本的 {count} 个 Pod 结束{which}。' },
  WaitsForScaleUp: { en: 'The workload is scaled to 0; waits for it to be scaled up.', zh: '工作负载已缩容至 0；等待扩容。' },
  WaitsForRollout: { en: 'Waits for the Deployment to finish the roll-out that someone started.', zh: '等待 Deployment 完成他人启动的滚动更新。' },
  WaitsForWorkload: { en: 'Waits for the Deployment controller to take notice.', zh: '等待 Deployment 控制器处理变更。' },
  WaitsForPausing: { en: 'Waits for the Deployment to be paused.', zh: '等待 Deployment 暂停。' },
  // Why it was taken back.
  AbortedByUser: { en: 'someone asked for it', zh: '人工要求' },
  TooManyFailures: { en: '{metric}: {says}', zh: '{metric}：{says}' },
  TooSlow: { en: '{metric}: {says}', zh: '{metric}：{says}' },
  AnalysisFailed: { en: '{metric}: {says}', zh: '{metric}：{says}' },
  Undecided: { en: 'the analysis was still undecided after {limit} ({metric}: {says})', zh: '分析在 {limit} 后仍无定论（{metric}：{says}）' },
  JobFailed: { en: 'Job {job} failed: {detail}', zh: 'Job {job} 失败：{detail}' },
  GateRefused: { en: '{url} refused: {detail}', zh: '{url} 拒绝放行：{detail}' },
  GateUnanswered: { en: '{url} did not agree within {limit} (last answer: {detail})', zh: '{url} 在 {limit} 内未放行（最近的应答：{detail}）' },
  ApprovalRefused: { en: '{user} refused{comment}', zh: '{user} 拒绝批准{comment}' },
  ApprovalExpired: { en: 'nobody decided within {limit} ({given} of {wanted} approvals)', zh: '{limit} 内无人决定（批准 {given}/{wanted}）' },
  CanaryCrashed: { en: 'canary Pod {pod} keeps crashing: {detail}', zh: '金丝雀 Pod {pod} 反复崩溃：{detail}' },
  CanaryNotReady: { en: 'canary Pods were not ready within {limit}{trouble}', zh: '金丝雀 Pod 未能在 {limit} 内就绪{trouble}' },
  CanaryGone: { en: 'the Deployment or ReplicaSet of the canary was deleted', zh: '金丝雀版本的 Deployment 或 ReplicaSet 已删除' },
  Superseded: { en: 'a newer version arrived', zh: '出现了更新的版本' },
  Restored: { en: 'it came back from a backup without its status', zh: '从备份恢复，且没有状态' },
  RestoredFromBackup: { en: 'Came back from a backup without its status.', zh: '从备份恢复，且没有状态。' },
  Reverted: { en: "the workload asks for the stable version again", zh: '工作负载恢复为稳定版本' },
  PolicyDeleted: { en: 'its policy was deleted', zh: '发布策略已删除' },
  ReleaseDeleted: { en: 'the release was deleted', zh: '发布已删除' },
  TakenOver: { en: 'someone un-paused the Deployment in the middle of the release, so it rolls out by itself', zh: '有人在发布中途恢复了 Deployment，它将自行滚动更新' },
  WorkloadGone: { en: 'the workload was deleted', zh: '工作负载已删除' },
  // Why a share is asked for.
  PlanAsks: { en: 'the plan', zh: '计划' },
  NoReadyCanary: { en: 'no canary Pod is ready', zh: '没有就绪的金丝雀 Pod' },
  NoReadyStable: { en: 'no stable Pod is ready', zh: '没有就绪的稳定版本 Pod' },
  StableCanCarry: { en: 'ready stable Pods carry the rest', zh: '其余由就绪的稳定版本 Pod 承担' },
} as const satisfies Record<string, Text>;

export type MessageCode = keyof typeof texts;

/** A message as data: told apart by its code, put into words by `describe`. */
export interface Message {
  readonly code: MessageCode;
  readonly arguments: Readonly<Record<string, string>>;
}

export function message(code: MessageCode, args: Readonly<Record<string, string | number>> = {}): Message {
  return { code, arguments: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, String(value)])) };
}

/** All codes there are. */
export const messageCodes = Object.keys(texts) as MessageCode[];

export const isMessageCode = (code: string): code is MessageCode => Object.hasOwn(texts, code);

/** A message whose argument `name` is another message: both share their arguments. */
export function messageAbout(code: MessageCode, name: string, inner: Message): Message {
  return { code, arguments: { ...inner.arguments, [name]: `@${inner.code}` } };
}

/** Puts a message into words; an argument that is missing is left as `{name}`, `@Code` stands for another message. */
export function describe({ code, arguments: args }: Message, language: Language = 'en'): string {
  return texts[code][language].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = args[name];
    const inner = value?.startsWith('@') ? value.slice(1) : '';
    return isMessageCode(inner) && inner !== code ? describe({ code: inner, arguments: args }, language) : (value ?? whole);
  });
}

/** Puts an entry of a release's log into words. */
export function describeEntry(entry: Pick<LogEntry, 'code' | 'arguments'>, language: Language = 'en'): string {
  return isMessageCode(entry.code) ? describe({ code: entry.code, arguments: entry.arguments }, language) : entry.code;
}

/** The text of a code with its arguments left as `{name}`. */
export const templateOf = (code: MessageCode, language: Language): string => texts[code][language];
