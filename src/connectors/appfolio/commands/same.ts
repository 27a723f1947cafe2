/** Whether a record shows these fields as they were sent. */
export function shows(wire: object, sent: Readonly<Record<string, unknown>>, fields: readonly string[]): boolean {
  return fields.every((field) => sameValue(sent[field], (wire as Record<string, unknown>)[field]));
}

/** Moments with and without fractions of a second are the same. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;
/** An amount; numbers of invoices may look like numbers, and are not the same as others without their zeros. */
const DECIMAL = /^-?(0|[1-9]\d*)(\.\d+)?$/;

const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/**
 * Whether a value that was sent is the one that is shown. Answers spell the same in several ways: nothing as null, as an
 * empty text or not at all, dollars as text or number, a user as id or whole; objects may show more than was sent.
 */
export function sameValue(sent: unknown, shown: unknown): boolean {
  if (isEmpty(sent) || isEmpty(shown)) return isEmpty(sent) && isEmpty(shown);
  if (Array.isArray(sent))
    return (
      Array.isArray(shown) && sent.length === shown.length && sent.every((item, index) => sameValue(item, shown[index]))
    );
  if (typeof sent === 'object') {
    if (typeof shown !== 'object' || shown === null) return false;
    return Object.entries(sent as object).every(([field, value]) =>
      sameValue(value, (shown as Record<string, unknown>)[field]),
    );
  }
  if (typeof shown === 'object') return sent === (shown as { Id?: unknown }).Id;
  const [a, b] = [String(sent), String(shown)];
  if (a === b) return true;
  if (MOMENT.test(a) && MOMENT.test(b)) return Date.parse(a) === Date.parse(b);
  const isAmount = typeof sent === 'number' || typeof shown === 'number' || (a.includes('.') && b.includes('.'));
  return isAmount && DECIMAL.test(a) && DECIMAL.test(b) && Number(a) === Number(b);
}
