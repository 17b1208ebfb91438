import type { Template } from './recogniser.js';

const step = (id: string, en: string, zh: string): Template => ({ id: `step.${id}`, en, zh });

/** What steps do, in the words of `describeStep` (src/engine/formatting.ts). */
export const stepSentences: readonly Template[] = [
  step('weight', '{share} % to the canary', '{share}% 流量到金丝雀版本'),
  step('pauseEndless', 'pause until told to go on', '暂停，等待人工继续'),
  step('pause', 'pause {time}', '暂停 {time}'),
  step('watch', 'watch for {time}', '观察 {time}'),
  step('analyze', 'analyze', '分析'),
  step('noMatches', 'no requests by match', '不按匹配分流'),
  step('route', '{matches} to the canary', '{matches} 的请求到金丝雀版本'),
  step('mirrorEnd', 'end the copies', '停止复制流量'),
  step('mirrorShare', 'copy {share} of the requests to the canary', '将 {share} 的请求复制到金丝雀版本'),
  step('mirrorSome', 'copy {what} to the canary', '将 {what} 复制到金丝雀版本'),
  step('size', 'size the canary {amount}', '金丝雀规模：{amount}'),
  step('batchShare', 'replace {amount}, {share} to the canary', '替换 {amount}，{share} 流量到金丝雀版本'),
  step('batch', 'replace {amount}', '替换 {amount}'),
  step('job', 'run a Job, {time} at most', '运行 Job，最长 {time}'),
  step('gate', 'ask {url}', '询问 {url}'),
  step('approval', 'wait for an approval', '等待一次批准'),
  step('approvals', 'wait for {count} approvals', '等待 {count} 次批准'),
  step('within', '{what}, for {time} at most, {then}', '{what}，最长 {time}，{then}'),
  step('notAuthor', '{what}, not by the author', '{what}，作者不得批准'),
  step('thenReject', 'then it is taken back', '逾期则撤回'),
  step('thenApprove', 'then it goes on', '逾期则继续'),
  step('thenWait', 'then it goes on waiting', '逾期则继续等待'),
  step('promote', 'promote', '成为稳定版本'),
  step('asNeeded', 'as its weight needs', '按其流量比例'),
  step('pod', '{count} Pod', '{count} 个 Pod'),
  step('pods', '{count} Pods', '{count} 个 Pod'),
  step('partOfPods', '{share} of the Pods', '{share} 的 Pod'),
  step('requestsWith', 'requests with {what}', '带有 {what} 的请求'),
];
