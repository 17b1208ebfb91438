/**
 * On a Namespace, `"true"`: its own channels may say who in a chat stands for whom on the cluster. Without it only cluster-wide
 * channels may: whoever may write a channel could speak for everybody otherwise.
 */
export const CHAT_USERS_ANNOTATION = 'serin.dev/chat-users';

/** Kubernetes keeps such names for its own parts and administrators; no chat speaks for those. */
export const isPerson = (name: string): boolean => !name.startsWith('system:');
