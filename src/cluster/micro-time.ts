/** A Kubernetes MicroTime: `2026-01-01T00:00:00.123000Z`. Kept as text; a `Date` would lose its last three digits. */
export function microTime(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const micros = Math.floor((milliseconds - whole) * 1000);
  return new Date(whole).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
}
