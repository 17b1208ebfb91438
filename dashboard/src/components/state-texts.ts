import { defineTexts } from '../i18n/catalogue.js';

/** States of releases, policies and images as words. */
export const stateTexts = defineTexts({
  running: { en: 'Running', zh: '进行中' },
  waitsForYou: { en: 'Waits for you', zh: '等待您处理' },
  waitsForApproval: { en: 'Waits for approval', zh: '等待批准' },
  waitsForPerson: { en: 'Waits for a person', zh: '等待人工处理' },
  held: { en: 'Frozen', zh: '冻结中' },
  paused: { en: 'Paused', zh: '已暂停' },
  takingBack: { en: 'Being taken back', zh: '正在撤回' },
  promoting: { en: 'Becomes stable', zh: '正在转正' },
  completed: { en: 'Completed', zh: '已完成' },
  takenBack: { en: 'Taken back', zh: '已撤回' },
  adopting: { en: 'Adopting', zh: '接管中' },
  resting: { en: 'Resting', zh: '空闲' },
  releasing: { en: 'Releasing', zh: '发布中' },
  holding: { en: 'Holding', zh: '停住' },
  refused: { en: 'Refused', zh: '已拒绝' },
  imagePending: { en: 'Received', zh: '已收到' },
  imageApplied: { en: 'Applied', zh: '已应用' },
  imageReported: { en: 'Reported', zh: '已报告' },
  imageRejected: { en: 'Rejected', zh: '已拒绝' },
  imageExpired: { en: 'Expired', zh: '已过期' },
  imageSuperseded: { en: 'Superseded', zh: '已被取代' },
});
