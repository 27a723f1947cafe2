import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomFillSync,
  type KeyObject,
} from 'node:crypto';

/** The environment variable that holds the ring: `id1:base64key,id2:base64key`, the first one seals. */
const KEYRING_VARIABLE = 'CARETAKER_KEYRING';

/** The id of the key that everybody knows, for the sandbox alone. */
const DEVELOPMENT_ID = 'development';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 128 bits of a keyed hash are enough to tell values apart and cannot be turned back without the key. */
const LOOKUP_BYTES = 16;

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;
const BASE64_KEY = /^[A-Za-z0-9+/_-]{43}=?$/;

/** The key ring is missing or not as it has to be. The message names the variable, never its value. */
export class KeyRingError extends Error {
  override readonly name = 'KeyRingError';

  constructor(problem: string) {
    super(`${KEYRING_VARIABLE} ${problem}`);
  }
}

/** A sealed text could not be opened: its key is missing, it was changed, or it belongs somewhere else. */
export class CannotOpen extends Error {
  override readonly name = 'CannotOpen';
}

/** The keys for one purpose each, all derived from one key of the ring. */
interface Keys {
  id: string;
  seal: KeyObject;
  lookup: KeyObject;
  secret: KeyObject;
}

function deriveKeys(id: string, key: Buffer): Keys {
  // Key objects, because OpenSSL takes several times as long with bare bytes as with a key that it has seen before.
  const derive = (purpose: string) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `caretaker ${purpose}`, KEY_BYTES)));
  return { id, seal: derive('seal'), lookup: derive('lookup'), secret: derive('secret') };
}

function parseEntry(entry: string, position: number): Keys {
  const [id = '', key = '', ...rest] = entry.trim().split(':');
  const which = `has an entry (number ${position}) that`;
  if (!ID.test(id) || rest.length > 0) throw new KeyRingError(`${which} is not "id:base64key"`);
  if (id === DEVELOPMENT_ID) throw new KeyRingError(`${which} uses the id "${DEVELOPMENT_ID}", which is reserved`);
  if (!BASE64_KEY.test(key)) throw new KeyRingError(`${which} is not ${KEY_BYTES} random bytes in base64`);
  return deriveKeys(id, Buffer.from(key, 'base64'));
}

/**
 * What is personal or secret is encrypted with (AES-256-GCM), looked up by (HMAC-SHA-256) and what keys are checked
 * against. The first key of the ring is the current one; the others still open what they sealed, until it is sealed
 * anew.
 */
export class KeyRing {
  readonly #current: Keys;
  readonly #byId: ReadonlyMap<string, Keys>;
  readonly #nonces = Buffer.alloc(NONCE_BYTES * 512);
  #nextNonce = this.#nonces.length;

  private constructor(keys: readonly [Keys, ...Keys[]]) {
    this.#current = keys[0];
    this.#byId = new Map(keys.map((one) => [one.id, one]));
    if (this.#byId.size < keys.length) throw new KeyRingError('names one id twice');
  }

  /**
   * The ring that `CARETAKER_KEYRING` describes. Without it there is a publicly known one, where every connection is
   * the sandbox; else that is a `KeyRingError`, and so is a malformed ring.
   */
  static fromEnvironment(value: string | undefined, options: { sandboxOnly: boolean }): KeyRing {
    if (value !== undefined && value.trim() !== '') {
      const [first, ...others] = value.split(',').map((entry, at) => parseEntry(entry, at + 1));
      if (first) return new KeyRing([first, ...others]);
    }
    if (options.sandboxOnly) {
      // Hides nothing from anybody: it only lets the sandbox run the same code as the real thing.
      return new KeyRing([deriveKeys(DEVELOPMENT_ID, Buffer.alloc(KEY_BYTES, 'publicly known'))]);
    }
    throw new KeyRingError(
      'is not set, and a connection to a real PMS needs it: an id, a colon and 32 random bytes in base64, ' +
        'such as the output of "openssl rand -base64 32". Keep it apart from the backups; without it they cannot be read.',
    );
  }

  /** True where the publicly known key is in use, which protects nothing. */
  get isDevelopment(): boolean {
    return this.#current.id === DEVELOPMENT_ID;
  }

  /**
   * Encrypts `text`. `context` says where it belongs (such as `writes.command:w_123`), is not stored, and has to be
   * the same to open it, so that a sealed text moved to another row does not open there.
   */
  seal(text: string, context: string): string {
    const { id, seal } = this.#current;
    const nonce = this.#takeNonce();
    const cipher = createCipheriv('aes-256-gcm', seal, nonce);
    cipher.setAAD(Buffer.from(context));
    const body = cipher.update(text, 'utf8');
    cipher.final();
    return `v1.${id}.${Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url')}`;
  }

  /** Decrypts what `seal` made with the same context. Throws `CannotOpen`. */
  open(sealed: string, context: string): string {
    const [version, id = '', encoded = '', ...rest] = sealed.split('.');
    if (version !== 'v1' || rest.length > 0) throw new CannotOpen('This is not a sealed text.');
    const keys = this.#byId.get(id);
    if (!keys) throw new CannotOpen(`This was sealed with the key "${id}", which ${KEYRING_VARIABLE} does not have.`);
    const bytes = Buffer.from(encoded, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new CannotOpen('A sealed text is cut short.');
    const tagAt = bytes.length - TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', keys.seal, bytes.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(bytes.subarray(tagAt));
    decipher.setAAD(Buffer.from(context));
    const text = decipher.update(bytes.subarray(NONCE_BYTES, tagAt));
    try {
      decipher.final();
    } catch {
      throw new CannotOpen('A sealed text was changed, or belongs to another record.');
    }
    return text.toString('utf8');
  }

  /** True where the ring has the key that the text says it was sealed with. */
  hasKeyOf(sealed: string): boolean {
    return this.#byId.has(sealed.split('.')[1] ?? '');
  }

  /** True where the text was sealed with another key than the current one. */
  needsReseal(sealed: string): boolean {
    return !sealed.startsWith(`v1.${this.#current.id}.`);
  }

  /**
   * A keyed hash to find a value by without storing it, such as a phone number; 22 characters. `kind` keeps equal
   * values of different kinds apart. The value has to be normalised before.
   */
  lookupHash(kind: string, value: string): string {
    return lookup(this.#current, kind, value);
  }

  /** The hashes under which a value may be stored: the current key's first, then those of the older keys. */
  lookupHashes(kind: string, value: string): string[] {
    return [...this.#byId.values()].map((keys) => lookup(keys, kind, value));
  }

  /** What is stored of an API key. The keys are random, so that a fast keyed hash is enough. */
  hashSecret(secret: string): string {
    return hmac(this.#current.secret, secret).toString('base64url');
  }

  /** The hashes under which an API key may be stored, so that a new key in the ring does not lock everybody out. */
  secretHashes(secret: string): string[] {
    return [...this.#byId.values()].map((keys) => hmac(keys.secret, secret).toString('base64url'));
  }

  /** A nonce must never come twice under one key; taking many random bytes at once is what makes them cheap. */
  #takeNonce(): Buffer {
    if (this.#nextNonce === this.#nonces.length) {
      randomFillSync(this.#nonces);
      this.#nextNonce = 0;
    }
    const nonce = this.#nonces.subarray(this.#nextNonce, this.#nextNonce + NONCE_BYTES);
    this.#nextNonce += NONCE_BYTES;
    return nonce;
  }
}

function hmac(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function lookup(keys: Keys, kind: string, value: string): string {
  return hmac(keys.lookup, `${kind}\0${value}`).subarray(0, LOOKUP_BYTES).toString('base64url');
}
