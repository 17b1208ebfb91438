/**
 * A CEL expression: how many of the fields are there. A sum, because an API server refuses a definition whose rules could cost
 * too much, and lists cost more.
 */
export const howMany = (fields: readonly string[]): string => fields.map((field) => `(has(self.${field}) ? 1 : 0)`).join(' + ');
