const PLAIN_DECIMAL = /^(0|[1-9]\d{0,7})(?:\.(\d{1,2}))?$/;

/** Ten million dollars: no residential posting comes near it, a slip of the decimal point does. */
const MAX_CENTS = 1_000_000_000;

/**
 * Reads an amount as the tools take it: a plain decimal string without sign, currency, separators or exponent, with at
 * most two decimals. "350", "350.0" and "350.00" are the same 35000 cents.
 */
export function parseAmount(amount: string): { cents: number } | { error: string } {
  const match = typeof amount === 'string' ? PLAIN_DECIMAL.exec(amount) : null;
  if (!match) return { error: 'must be a plain decimal string with at most two decimals, like "350.00"' };
  const cents = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
  if (cents > MAX_CENTS) return { error: 'must not be above "10000000.00"' };
  return { cents };
}

/** Cents as the tools give them: "350.00", "-60.00". */
export function formatAmount(cents: number): string {
  const whole = Math.abs(cents);
  return `${cents < 0 ? '-' : ''}${Math.floor(whole / 100)}.${String(whole % 100).padStart(2, '0')}`;
}

const DOLLARS = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** Cents as people read them: "$1,450.00". */
export function dollars(cents: number): string {
  return DOLLARS.format(cents / 100);
}
