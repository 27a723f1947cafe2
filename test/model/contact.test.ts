import { expect, test } from 'vitest';
import { isRelayAddress, normaliseEmail, normalisePhone } from '../../src/model/contact.ts';

test.each([
  ['(512) 555-0143', { number: '+15125550143' }],
  ['512.555.0143', { number: '+15125550143' }],
  ['15125550143', { number: '+15125550143' }],
  ['+1 512 555 0143', { number: '+15125550143' }],
  ['512-555-0143 ext. 12', { number: '+15125550143', extension: '12' }],
  ['512-555-0143 x12', { number: '+15125550143', extension: '12' }],
  ['+44 20 7946 0958', { number: '+442079460958' }],
  ['555', undefined],
  ['call me', undefined],
  ['', undefined],
  ['1'.repeat(100), undefined],
])('phone %j', (text, key) => {
  expect(normalisePhone(text)).toEqual(key);
});

test.each([
  [' Ana@Example.COM ', 'ana@example.com'],
  ['a.b+c@mail.example.com', 'a.b+c@mail.example.com'],
  ['ana@example', undefined],
  ['ana example.com', undefined],
  ['a@b@example.com', undefined],
  ['a..b@example.com', undefined],
  ['<ana@example.com>', undefined],
  ['', undefined],
])('e-mail %j', (text, key) => {
  expect(normaliseEmail(text)).toBe(key);
});

test.each([
  ['x@convo.zillow.com', true],
  ['x@hous.craigslist.org', true],
  ['x@example.com', false],
  ['x@notzillow.com', false],
  ['zillow.com@example.com', false],
])('%s is a relay: %s', (email, relay) => {
  expect(isRelayAddress(email)).toBe(relay);
});
