/** A number of Pods, or a part of them in per cent. A text may hold the number, which no API server minds. */
export const podAmount = (value: number | string): number | string => (typeof value === 'string' && !value.endsWith('%') ? Number(value) : value);
