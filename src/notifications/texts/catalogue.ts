import type { Language } from '../../model/messages.js';

type Text = Readonly<Record<Language, string>>;

/** What messages say beside what releases say of themselves. `{name}` stands for an argument. */
export const catalogue = {
  // Titles.
  beganTitle: { en: '{name}: release began', zh: '{name}：发布开始' },
  waitsForApprovalTitle: { en: '{name}: waits for approval', zh: '{name}：等待批准' },
  promotedTitle: { en: '{name}: promoted', zh: '{name}：已转为稳定版本' },
  takenBackTitle: { en: '{name}: taken back', zh: '{name}：已撤回' },
  stuckTitle: { en: '{name}: stuck', zh: '{name}：停滞' },
  imageWaitsTitle: { en: '{name}: new image waits for approval', zh: '{name}：新镜像等待批准' },
  digestTitle: { en: '{count} messages', zh: '{count} 条消息' },
  more: { en: 'and {count} more', zh: '以及另外 {count} 条' },
  // What happened, where a release has no words of its own on record.
  began: { en: 'Release of {canary} started; {stable} stays in front of users.', zh: '开始发布 {canary}；用户仍由 {stable} 服务。' },
  promoted: { en: '{canary} is stable now; {requests} requests met it during the release, {failures} failed.', zh: '{canary} 已成为稳定版本；发布期间它处理了 {requests} 个请求，失败 {failures} 个。' },
  takenBack: { en: '{canary} was taken back; {requests} requests met it, {failures} failed.', zh: '{canary} 已撤回；它处理了 {requests} 个请求，失败 {failures} 个。' },
  reason: { en: 'Taken back: {reason}.', zh: '已撤回：{reason}。' },
  waits: { en: 'It waits until people have agreed.', zh: '等待人工批准。' },
  goesOn: { en: 'No answer is needed any more.', zh: '已不再需要答复。' },
  imageWaits: { en: 'Image policy {policy} would release {image}.', zh: '镜像策略 {policy} 将发布 {image}。' },
  imageWaitsFrom: { en: 'Image policy {policy} would release {image} in place of {from}.', zh: '镜像策略 {policy} 将发布 {image}，替换 {from}。' },
  imageApproved: { en: 'Approved by {users}.', zh: '已由 {users} 批准。' },
  imageRejected: { en: 'Rejected by {user}.', zh: '已被 {user} 拒绝。' },
  imageEnded: { en: 'No answer is needed any more ({phase}).', zh: '已不再需要答复（{phase}）。' },
  // Fields.
  version: { en: 'Version', zh: '版本' },
  inFront: { en: 'In front of users', zh: '当前版本' },
  share: { en: 'Share', zh: '流量' },
  step: { en: 'Step', zh: '步骤' },
  beforeBegin: { en: 'before it begins', zh: '开始之前' },
  stepOf: { en: '{step} of {steps}', zh: '{step}/{steps}' },
  who: { en: 'Who may approve', zh: '可批准者' },
  anyone: { en: 'anyone who may create Approvals', zh: '有权创建 Approval 的任何人' },
  anyoneImage: { en: 'anyone who may create ImageApprovals', zh: '有权创建 ImageApproval 的任何人' },
  group: { en: 'group {group}', zh: '用户组 {group}' },
  wanted: { en: '{count} from {who}', zh: '{count} 人：{who}' },
  image: { en: 'Image', zh: '镜像' },
  // Buttons and links.
  open: { en: 'Open', zh: '打开' },
  approve: { en: 'Approve', zh: '批准' },
  reject: { en: 'Reject', zh: '拒绝' },
  abort: { en: 'Abort', zh: '中止' },
  cancel: { en: 'Go back', zh: '返回' },
  sure: { en: 'Are you sure?', zh: '确定吗？' },
  approveRelease: { en: 'The release goes on, and more users may meet {canary}.', zh: '发布将继续，更多用户可能会使用 {canary}。' },
  rejectRelease: { en: '{canary} is taken back; all users get {stable}. It cannot be undone.', zh: '{canary} 将被撤回；所有用户由 {stable} 服务。此操作无法撤销。' },
  approveImage: { en: 'A release of {image} begins.', zh: '将开始发布 {image}。' },
  rejectImage: { en: '{image} is not released.', zh: '不会发布 {image}。' },
  // Answers to buttons.
  unknownUser: { en: 'Nobody on the cluster stands for you ({chat}): have yourself added under users of the channel.', zh: '集群中没有与您（{chat}）对应的用户：请将您加入通道的 users。' },
  untrusted: { en: 'Buttons of namespace {namespace} do not count: an administrator has to annotate the Namespace with {annotation}: "true".', zh: '命名空间 {namespace} 的按钮无效：管理员需为该 Namespace 添加注解 {annotation}: "true"。' },
  elsewhere: { en: 'This channel speaks for namespace {namespace} alone.', zh: '此通道仅适用于命名空间 {namespace}。' },
  received: { en: 'Received; it is being carried out.', zh: '已收到，正在执行。' },
  unreadable: { en: 'This button is of another version; use the page or the command line.', zh: '此按钮属于其他版本；请使用网页或命令行。' },
} as const satisfies Record<string, Text>;

export type TextCode = keyof typeof catalogue;

/** Puts arguments in; one that is missing is left as `{name}`. */
export const filled = (text: string, args: Readonly<Record<string, string>>): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => args[name] ?? whole);

/** A text in one language. */
export const say = (code: TextCode, language: Language, args: Readonly<Record<string, string>> = {}): string => filled(catalogue[code][language], args);
