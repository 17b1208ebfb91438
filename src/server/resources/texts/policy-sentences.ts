import type { Template } from '../../../model/recogniser.js';

const policy = (id: string, en: string, zh: string): Template => ({ id: `policy.${id}`, en, zh });

/** What policies say of themselves (src/engine/resting.ts, src/controller/release-places.ts). */
export const policySentences: readonly Template[] = [
  policy('rests', '{version} is stable; waits for a new version.', '{version} 是稳定版本；等待新版本。'),
  policy('staysPaused', 'Deployment {name} stays paused meanwhile: this cluster would not pause it when its template changes.', 'Deployment {name} 在此期间保持暂停：模板变化时本集群不会自动暂停它。'),
  policy('underWay', 'Release {release} is under way.', '发布 {release} 正在进行。'),
  policy('gone', '{name} is gone.', '{name} 已不存在。'),
  policy('takenBack', '{version} was taken back ({reason}); waits for another version.', '{version} 已撤回（{reason}）；等待其他版本。'),
  policy('takenBackAndGone', '{version} was taken back ({reason}) and is gone; waits for another version.', '{version} 已撤回（{reason}）且已不存在；等待其他版本。'),
  policy('paused', 'A new version waits: the policy is paused.', '有新版本在等待：发布策略已暂停。'),
  policy('deploymentPods', 'Waits for Deployment {name} to make its Pods.', '等待 Deployment {name} 创建 Pod。'),
  policy('replicaSet', 'Waits for ReplicaSet {name}.', '等待 ReplicaSet {name}。'),
  policy('starts', 'Starts {version}.', '正在启动 {version}。'),
  policy('comesToRest', 'Waits for Deployment {name} to come to rest: {why}.', '等待 Deployment {name} 稳定下来：{why}。'),
  policy('severalRun', '{count} versions run at once', '有 {count} 个版本同时运行'),
  policy('pausedTemplate', 'it is paused with a template that does not run', '它已暂停，且其模板未在运行'),
  policy('rollOut', 'its roll-out is not finished', '其滚动更新尚未完成'),
  policy('pauses', 'Pauses Deployment {name}, because this cluster would not pause it when its template changes.', '暂停 Deployment {name}，因为模板变化时本集群不会自动暂停它。'),
  policy('firstFailed', '{version} did not pass its checks ({reason}) and there is none to go back to; waits for another version.', '{version} 未通过检查（{reason}），且没有可退回的版本；等待其他版本。'),
  policy('first', 'Puts the first version through the checks: {release}.', '正在检查首个版本：{release}。'),
  policy('givesBack', 'Gives back what it holds.', '正在归还所持有的对象。'),
  policy('fullNamespace', 'A new version waits: {count} releases are under way in namespace {namespace}, which is the limit.', '有新版本在等待：命名空间 {namespace} 中有 {count} 个发布正在进行，已达上限。'),
  policy('fullCluster', 'A new version waits: {count} releases are under way, {limit} is the limit, {ahead} wait before this one.', '有新版本在等待：{count} 个发布正在进行，上限为 {limit}，前面还有 {ahead} 个。'),
  policy('unseen', 'Waits for the controller to take notice.', '等待控制器处理。'),
];
