import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyRing } from '../../src/store/keyring.ts';

const key = () => randomBytes(32).toString('base64');
const ring = (value: string) => KeyRing.fromEnvironment(value, { sandboxOnly: false });
const [first, second] = [key(), key()];

describe('sealing', () => {
  const keyring = ring(`one:${first}`);

  it('gives back every text under its own context, and never writes it out', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(text, text, (plain, context) => {
        const sealed = keyring.seal(plain, context);
        expect(sealed).toMatch(/^v1\.one\.[A-Za-z0-9_-]+$/);
        expect(keyring.open(sealed, context)).toBe(plain.toWellFormed());
      }),
    );
  });

  it('never makes the same twice', () => {
    const sealed = Array.from({ length: 2000 }, () => keyring.seal('same', 'same'));
    expect(new Set(sealed).size).toBe(2000);
    expect(new Set(sealed.map((text) => text.slice(7, 7 + 16))).size).toBe(2000);
  });

  it('opens nowhere else, and nothing that was changed anywhere', () => {
    const sealed = keyring.seal('+15125550143', 'residents.phone:7');
    expect(() => keyring.open(sealed, 'residents.phone:8')).toThrow('belongs to another record');
    const body = Buffer.from(sealed.slice(7), 'base64url');
    for (let at = 0; at < body.length; at++) {
      const changed = Buffer.from(body);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => keyring.open(`v1.one.${changed.toString('base64url')}`, 'residents.phone:7')).toThrow('was changed');
    }
  });

  it.each([
    ['', 'not a sealed text'],
    ['plain', 'not a sealed text'],
    ['v2.one.AAAA', 'not a sealed text'],
    ['v1.one.AAAA.x', 'not a sealed text'],
    ['v1.one.AAAA', 'cut short'],
    ['v1.other.AAAA', 'key "other", which CARETAKER_KEYRING does not have'],
  ])('says what is wrong with %j', (sealed, problem) => {
    expect(() => keyring.open(sealed, 'c')).toThrow(expect.objectContaining({ name: 'CannotOpen' }));
    expect(() => keyring.open(sealed, 'c')).toThrow(problem);
  });
});

describe('rotation', () => {
  const before = ring(`one:${first}`);
  const after = ring(`two:${second},one:${first}`);
  const sealed = before.seal('text', 'c');

  it('opens what the older key sealed, and says that it is to be sealed anew', () => {
    expect(after.open(sealed, 'c')).toBe('text');
    expect([before.needsReseal(sealed), after.needsReseal(sealed)]).toEqual([false, true]);
    const anew = after.seal('text', 'c');
    expect(anew).toMatch(/^v1\.two\./);
    expect(after.needsReseal(anew)).toBe(false);
    expect(ring(`two:${second}`).open(anew, 'c')).toBe('text');
  });

  it('names the key that is missing once the older one is gone', () => {
    const later = ring(`two:${second}`);
    expect(later.hasKeyOf(sealed)).toBe(false);
    expect(() => later.open(sealed, 'c')).toThrow('key "one"');
  });

  it('still finds what was stored under the older key', () => {
    expect(after.lookupHashes('phone', '+15125550143')).toEqual([
      after.lookupHash('phone', '+15125550143'),
      before.lookupHash('phone', '+15125550143'),
    ]);
    expect(after.secretHashes('ck_1')).toEqual([after.hashSecret('ck_1'), before.hashSecret('ck_1')]);
  });
});

describe('keyed hashes', () => {
  it('are the same for the same ring, and differ by kind, value, key and purpose', () => {
    const [keyring, same, other] = [ring(`one:${first}`), ring(`one:${first}`), ring(`one:${second}`)];
    const hashes = [
      keyring.lookupHash('phone', 'a'),
      keyring.lookupHash('email', 'a'),
      keyring.lookupHash('phone', 'b'),
      keyring.hashSecret('a'),
      other.lookupHash('phone', 'a'),
      other.hashSecret('a'),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(same.lookupHash('phone', 'a')).toBe(hashes[0]);
    expect(same.hashSecret('a')).toBe(hashes[3]);
    expect(hashes[0]).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(hashes[3]).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});

describe('the environment', () => {
  it('may be without a ring for the sandbox only, which then has one that is known to all', () => {
    for (const value of [undefined, '', '  ']) {
      const [one, two] = [1, 2].map(() => KeyRing.fromEnvironment(value, { sandboxOnly: true }));
      expect(one?.isDevelopment).toBe(true);
      expect(two?.open(one?.seal('text', 'c') ?? '', 'c')).toBe('text');
      expect(one?.seal('text', 'c')).toMatch(/^v1\.development\./);
      expect(() => KeyRing.fromEnvironment(value, { sandboxOnly: false })).toThrow(/^CARETAKER_KEYRING is not set/);
    }
    expect(KeyRing.fromEnvironment(`one:${first}`, { sandboxOnly: true }).isDevelopment).toBe(false);
  });

  it('takes both alphabets of base64, and spaces between entries', () => {
    const bytes = Buffer.alloc(32, 0xfb);
    const sealed = ring(`a:${bytes.toString('base64')} , b:${first}`).seal('text', 'c');
    expect(ring(`a:${bytes.toString('base64url')}`).open(sealed, 'c')).toBe('text');
  });

  const secret = 'c2VjcmV0LXNlY3JldA';
  it.each([
    ['no id', secret],
    ['an empty key', 'one:'],
    ['a short key', `one:${secret}`],
    ['a long key', `one:${randomBytes(33).toString('base64')}`],
    ['a key that is no base64', `one:${'*'.repeat(43)}=`],
    ['an id with a dot', `a.b:${first}`],
    ['a third part', `one:${first}:x`],
    ['an empty entry', `one:${first},`],
    ['one id twice', `one:${first},one:${second}`],
    ['the reserved id', `development:${first}`],
  ])('is refused with %s, naming the variable and not the value', (_what, value) => {
    for (const sandboxOnly of [true, false]) {
      const attempt = () => KeyRing.fromEnvironment(value, { sandboxOnly });
      expect(attempt).toThrow(expect.objectContaining({ name: 'KeyRingError' }));
      expect(attempt).toThrow(/^CARETAKER_KEYRING /);
      expect(attempt).not.toThrow(secret);
      expect(attempt).not.toThrow(first);
    }
  });
});
