/** What stands where a secret stood. */
const BLOT = '***';
/** Most characters of a foreign text that are told. */
const MOST = 300;

/** A text of somebody else, fit to be told: without the secrets in any form in which they may come back, on one line, and short. */
export function blotted(text: string, secrets: readonly string[]): string {
  // Longest first: one secret may be a part of another. Blotted before it is cut, so that no half of one is left.
  const forms = [...new Set(secrets.flatMap(formsOf))].filter((form) => form !== '').sort((a, b) => b.length - a.length);
  const clean = forms.reduce((rest, form) => rest.replaceAll(form, BLOT), text).replace(/\s+/g, ' ').trim();
  return clean.length > MOST ? `${clean.slice(0, MOST)}…` : clean;
}

/** As it is, in a URL, in a form, in JSON, in a header that was encoded. */
function formsOf(secret: string): string[] {
  const trimmed = secret.trim();
  const base64 = Buffer.from(trimmed, 'utf8').toString('base64');
  return [secret, trimmed, encodeURIComponent(trimmed), encodeURI(trimmed), encodeURIComponent(trimmed).replaceAll('%20', '+'), JSON.stringify(trimmed).slice(1, -1), base64, encodeURIComponent(base64), base64.replace(/=+$/, '')];
}
