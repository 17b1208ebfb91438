/** Whether a moment is on the same day as another one, in the browser's time zone. @param now milliseconds since the epoch */
export function isSameDay(at: string, now: number): boolean {
  return new Date(at).toDateString() === new Date(now).toDateString();
}
