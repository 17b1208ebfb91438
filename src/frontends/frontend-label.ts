/** On objects that a front end of Serin makes: which one. */
export const FRONTEND_LABEL = 'serin.dev/frontend';
