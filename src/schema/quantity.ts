/** An amount of a resource, exact to a nano unit. */
export interface Quantity {
  /** In billionths of the unit. */
  readonly nano: bigint;
  /** Which suffixes its text has: k, M, G; Ki, Mi, Gi; or e3, e6. */
  readonly format: 'DecimalSI' | 'BinarySI' | 'DecimalExponent';
}

const NANO = 1_000_000_000n;
const DECIMAL: readonly (readonly [string, number])[] = [
  ['E', 18],
  ['P', 15],
  ['T', 12],
  ['G', 9],
  ['M', 6],
  ['k', 3],
  ['', 0],
  ['m', -3],
  ['u', -6],
  ['n', -9],
];
const BINARY: readonly (readonly [string, number])[] = [
  ['Ei', 6],
  ['Pi', 5],
  ['Ti', 4],
  ['Gi', 3],
  ['Mi', 2],
  ['Ki', 1],
];
const PATTERN = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([numkMGTPE]|[KMGTPE]i)?|[eE]([+-]?\d{1,3}))$/;

/**
 * Reads a quantity such as `100m`, `1.5Gi` or `2e3`. What is finer than a billionth is rounded away from zero.
 * @throws Error in Kubernetes' words
 */
export function parseQuantity(text: string | number): Quantity {
  const [matched, sign = '', digits = '', suffix = '', exponent] = PATTERN.exec(String(text)) ?? [];
  if (matched === undefined) {
    throw new Error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  }
  const [whole = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(`${whole}${fraction}` || '0');
  const binary = BINARY.find(([name]) => name === suffix);
  const power = exponent === undefined ? (DECIMAL.find(([name]) => name === suffix)?.[1] ?? 0) : Number(exponent);
  const scaled = binary
    ? divideUp(mantissa * 1024n ** BigInt(binary[1]) * NANO, 10n ** BigInt(fraction.length))
    : shift(mantissa, power + 9 - fraction.length);
  const format = exponent !== undefined ? 'DecimalExponent' : binary ? 'BinarySI' : 'DecimalSI';
  return { nano: sign === '-' ? -scaled : scaled, format };
}

/** Whether a text is a quantity. */
export function isQuantity(text: string | number): boolean {
  return PATTERN.test(String(text));
}

/** The canonical text, as a server hands it back: `1000m` is `1`, `1024Mi` is `1Gi`. @throws Error as `parseQuantity` */
export function canonicalQuantity(quantity: string | number | Quantity): string {
  const { nano, format } = typeof quantity === 'object' ? quantity : parseQuantity(quantity);
  if (nano === 0n) return '0';
  const size = nano < 0n ? -nano : nano;
  if (format === 'BinarySI' && size >= 1024n * NANO && nano % NANO === 0n) {
    for (const [suffix, power] of BINARY) {
      const unit = 1024n ** BigInt(power) * NANO;
      if (nano % unit === 0n) return `${nano / unit}${suffix}`;
    }
    return `${nano / NANO}`;
  }
  for (const [suffix, power] of DECIMAL) {
    const unit = 10n ** BigInt(power + 9);
    if (nano % unit === 0n) return `${nano / unit}${format === 'DecimalExponent' && power !== 0 ? `e${power}` : suffix}`;
  }
  return `${nano}n`;
}

/** Below 0 when `a` is less than `b`, 0 when equal, above 0 otherwise. @throws Error as `parseQuantity` */
export function compareQuantities(a: string | number | Quantity, b: string | number | Quantity): number {
  const [left, right] = [toQuantity(a).nano, toQuantity(b).nano];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The sum, in the format of the first. @throws Error as `parseQuantity` */
export function addQuantities(a: string | number | Quantity, b: string | number | Quantity): Quantity {
  const left = toQuantity(a);
  return { nano: left.nano + toQuantity(b).nano, format: left.format };
}

/** The amount as a float: `100m` is 0.1. @throws Error as `parseQuantity` */
export function quantityAsNumber(quantity: string | number | Quantity): number {
  const { nano } = toQuantity(quantity);
  const whole = nano / NANO;
  return Number(whole) + Number(nano - whole * NANO) / 1e9;
}

/** The amount as an integer, rounded up (away from zero). @throws Error as `parseQuantity` */
export function quantityAsInteger(quantity: string | number | Quantity): bigint {
  const { nano } = toQuantity(quantity);
  return nano < 0n ? -divideUp(-nano, NANO) : divideUp(nano, NANO);
}

const toQuantity = (quantity: string | number | Quantity): Quantity => (typeof quantity === 'object' ? quantity : parseQuantity(quantity));

const divideUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by;

const shift = (value: bigint, power: number): bigint =>
  power >= 0 ? value * 10n ** BigInt(power) : divideUp(value, 10n ** BigInt(-power));
