import { createHash } from 'node:crypto';

/**
 * The vendor's own ids for a portfolio that was laid out under others: the same for the same seed and the same order of
 * asking. What is entered later goes on counting.
 */
export class Numbering {
  readonly #seed: number;
  readonly #given = new Map<string, Map<string, number>>();
  readonly #last = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The number of a record, from `first` upwards in the order of asking. */
  int(kind: string, canonicalId: string, first = 1): number {
    const numbers = this.#given.get(kind) ?? new Map<string, number>();
    this.#given.set(kind, numbers);
    const number = numbers.get(canonicalId) ?? this.next(kind, first);
    numbers.set(canonicalId, number);
    return number;
  }

  /** A number that no record of the kind has yet. */
  next(kind: string, first = 1): number {
    const number = (this.#last.get(kind) ?? first - 1) + 1;
    this.#last.set(kind, number);
    return number;
  }

  /** A UUID (version 4 by its form) that depends on nothing but seed, kind and id. */
  uuid(kind: string, canonicalId: string): string {
    const hex = createHash('sha256').update(`${this.#seed}/${kind}/${canonicalId}`).digest('hex');
    const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
    const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`];
    return [...parts, hex.slice(20, 32)].join('-');
  }

  /** A UUID that no record of the kind has yet. */
  nextUuid(kind: string): string {
    return this.uuid(kind, `new ${this.next(`uuid ${kind}`)}`);
  }

  /** A code such as `t0000007`: a prefix and the record's number, filled up with zeros. */
  code(kind: string, canonicalId: string, prefix: string, width: number): string {
    return prefix + String(this.int(kind, canonicalId)).padStart(width, '0');
  }

  /** A code that no record of the kind has yet. */
  nextCode(kind: string, prefix: string, width: number): string {
    return prefix + String(this.next(kind)).padStart(width, '0');
  }
}
