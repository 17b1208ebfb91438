const KEY = 'serin.return';

/** Keeps where somebody is, who goes to a provider to sign in and comes back to `/`. */
export function rememberPlace(): void {
  try {
    sessionStorage.setItem(KEY, window.location.pathname + window.location.search);
  } catch {
    // Where storage is forbidden they come back to the list, and no more is lost.
  }
}

/** Goes back there, once. Only a path of this page is believed. */
export function returnToPlace(): void {
  try {
    const place = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    if (place !== null && /^\/(?!\/)/.test(place) && window.location.pathname === '/') window.history.replaceState(null, '', place);
  } catch {
    // As above.
  }
}
