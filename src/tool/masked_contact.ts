/*
 * Contact data as results show it to callers who only need to recognise it: "the number that ends in 43?" can be
 * answered, and nobody can be called with it.
 */

/** `+15125550143` as `+1 512 *** **43`; what is no US number keeps its country digits and the last two. */
export function maskPhone(number: string): string {
  const digits = number.replace(/\D/g, '');
  const last = digits.length < 5 ? '**' : digits.slice(-2);
  if (/^\+1\d{10}$/.test(number)) return `+1 ${digits.slice(1, 4)} *** **${last}`;
  return number.startsWith('+') ? `+${digits.slice(0, 2)} *** **${last}` : `*** **${last}`;
}

/** `maria@example.com` as `m***@e***.com`. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  const [local, domain] = [email.slice(0, at), email.slice(at + 1)];
  if (at < 1) return '***';
  const dot = domain.lastIndexOf('.');
  return `${[...local][0]}***@${[...domain][0] ?? ''}***${dot < 0 ? '' : domain.slice(dot)}`;
}
