import { defineTexts } from '../i18n/catalogue.js';

/** Texts of the components that all pages share. */
export const componentTexts = defineTexts({
  canaryShare: { en: 'Canary gets', zh: '金丝雀获得' },
  cancel: { en: 'Cancel', zh: '取消' },
  close: { en: 'Close', zh: '关闭' },
  comment: { en: 'Comment, for the record', zh: '备注（将被记录）' },
  commentOptional: { en: 'Comment, for the record (optional)', zh: '备注（可选，将被记录）' },
  forUsers: { en: 'What happens to users', zh: '对用户的影响' },
  copy: { en: 'Copy', zh: '复制' },
  copied: { en: 'Copied', zh: '已复制' },
  tryAgain: { en: 'Try again', zh: '重试' },
  requestId: { en: 'Request {id}', zh: '请求 {id}' },
  untilIn: { en: '{duration} left', zh: '剩余 {duration}' },
  untilOver: { en: 'due now', zh: '已到期' },
  loading: { en: 'Loading…', zh: '正在加载…' },
  unreachable: { en: 'The server cannot be reached; check that it runs and that this machine is connected.', zh: '无法连接服务器；请检查服务器是否在运行、本机是否联网。' },
});
