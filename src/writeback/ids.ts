import { createHash, randomBytes } from 'node:crypto';

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

function base32(bytes: Uint8Array, length: number): string {
  let bits = 0;
  let value = 0;
  let text = '';
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += CROCKFORD[(value >>> bits) & 31];
      value &= (1 << bits) - 1;
    }
    if (text.length >= length) return text.slice(0, length);
  }
  return text;
}

/** Twelve bits: with 48 bits of time they fill twelve characters. */
const MOST_PER_MS = 0xfff;

let lastAt = 0;
let counter = 0;

/** `prefix_` and 22 characters: time first, then 60 random bits; ids made by one process sort in the order of making. */
export function newId(prefix: string, now: number): string {
  counter = now > lastAt ? 0 : counter + 1;
  lastAt = counter > MOST_PER_MS ? lastAt + 1 : Math.max(now, lastAt);
  counter %= MOST_PER_MS + 1;
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, (BigInt(lastAt) << 16n) | (BigInt(counter) << 4n));
  return `${prefix}_${base32(time, 12)}${base32(randomBytes(7), 10)}`;
}

/** Whether a text has the shape of a write id, which may stand for the record that the write creates. */
export function isWriteId(text: string): boolean {
  return /^w_[0-9a-hjkmnp-tv-z]{22}$/.test(text);
}

/** The marker of a write: `ct-` and 13 Crockford characters, for vendor fields that are kept and shown. */
export function markerOf(writeId: string): string {
  return `ct-${base32(createHash('sha256').update(writeId).digest(), 13)}`;
}
