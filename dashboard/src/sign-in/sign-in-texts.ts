import { defineTexts } from '../i18n/catalogue.js';

/** Texts of the page on which people sign in. */
export const signInTexts = defineTexts({
  title: { en: 'Sign in', zh: '登录' },
  lead: { en: 'Releases of your programs, and what they wait for.', zh: '查看程序的发布过程，以及它们在等待什么。' },
  again: { en: 'Your session has ended. Sign in again to go on where you were.', zh: '会话已结束。请重新登录以继续。' },
  oidc: { en: 'Sign in with {name}', zh: '使用 {name} 登录' },
  oidcName: { en: 'single sign-on', zh: '单点登录' },
  or: { en: 'or', zh: '或' },
  token: { en: 'Token of the cluster', zh: '集群令牌' },
  tokenHint: { en: 'The cluster says who you are and what you may do. Get one with:', zh: '您的身份和权限由集群决定。获取令牌：' },
  signIn: { en: 'Sign in', zh: '登录' },
  linkTitle: { en: 'On your own machine', zh: '在本机上' },
  link: { en: 'Open the link that the command printed. It works once; type the command again for another:', zh: '请打开该命令输出的链接。链接只能使用一次；需要新链接时请再次执行：' },
});
