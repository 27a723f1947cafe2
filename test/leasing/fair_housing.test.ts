import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mentionsAccommodation, stripProtected } from '../../src/leasing/fair_housing.ts';

describe('stripProtected', () => {
  test.each([
    ['2-bed, support dog', '2-bed', ['disability']],
    ['Moving in December with 2 kids and a cat', 'Moving in December and a cat', ['familial_status']],
    ['Section 8 voucher, needs 2 bedrooms by March 1.', 'needs 2 bedrooms by March 1.', ['source_of_income']],
    ['Do you accept Section 8? I need 2 beds.', 'I need 2 beds.', ['source_of_income']],
    ['Income: SSDI $1200/month plus a job', 'Income: $1200/month plus a job', ['source_of_income']],
    ['No kids. No pets.', 'No pets.', ['familial_status']],
    ['Family of four, rent up to $1,800.00', '4 occupants, rent up to $1,800.00', ['familial_status']],
    ['2 adults and two children, 1 small dog', '4 occupants, 1 small dog', ['familial_status']],
    ['Needs a place with her son aged 12 by May', 'Needs a place by May', ['age', 'familial_status']],
    ['Family with three kids aged 3, 5 and 9, from Dallas', 'from Dallas', ['age', 'familial_status']],
    ['Wife is Mexican. Wants 305.', 'Wants 305.', ['marital_status', 'national_origin']],
    ['His wife is black, wants 305', 'wants 305', ['marital_status', 'race_or_color']],
    ['Blind, wants 305', 'wants 305', ['disability']],
    ['Vietnam vet, wants 305', 'wants 305', ['military_status']],
    ['I’m pregnant and I’m divorced', '', ['familial_status', 'marital_status']],
    ['My husband wants parking', 'wants parking', ['marital_status']],
    ['Single mom, wants to see 305', 'wants to see 305', ['familial_status', 'marital_status']],
    [
      'She is black. Wants white walls and black appliances.',
      'Wants white walls and black appliances.',
      ['race_or_color'],
    ],
    ['She’s black, wants parking', 'wants parking', ['race_or_color']],
    ['White guy, call after 5', 'call after 5', ['race_or_color', 'sex_or_gender']],
    ['Hispanic family, wants 305', 'wants 305', ['race_or_color']],
    ['Is originally from Mexico. Moving from Dallas.', 'Moving from Dallas.', ['national_origin']],
    ['U.S. citizen. Great credit.', 'Great credit.', ['national_origin']],
    ['Muslim, wants parking', 'wants parking', ['religion']],
    ['Practicing Christian, wants parking', 'wants parking', ['religion']],
    [
      '2-bed, I have a Section 8 voucher, two kids and an emotional support dog, I am pregnant',
      '2-bed',
      ['disability', 'familial_status', 'source_of_income'],
    ],
    ['Gay couple; wants parking', 'wants parking', ['sex_or_gender']],
    ['In a wheelchair, wants ground floor', 'wants ground floor', ['disability']],
    ['Has an emotional  support\ndog, wants 305', 'wants 305', ['disability']],
    ['She is deaf, text only', 'text only', ['disability']],
    ['65-year-old, wants 305', 'wants 305', ['age']],
    ['Disabled veteran, wants 305', 'wants 305', ['disability', 'military_status']],
  ])('%j becomes %j', (text, kept, removed) => {
    expect(stripProtected(text)).toEqual({ text: kept, removed });
  });

  test.each([
    'White walls, black appliances, brown carpet',
    'Single bathroom is fine, likes the family room, a single-family home or multifamily',
    '3 occupants, 2 adults, move in 2026-12-15, up to $1,800.00 a month',
    'Building is 20 years old; has a 10 year old dog',
    'Works at Baptist Hospital near Church Street, then Temple University',
    'Christian Lopez called about Indian Creek Apartments',
    'French doors, Spanish tile, German shepherd (male dog)',
    'Expecting to move on May 1; no pets',
    'Minor repairs, blinds broken, dog walker comes daily',
    'Social security number is on file; has a gift voucher from the store',
    'A couple of questions about the handyman and the man cave',
    'Shared partnership interest, young trees, old carpet, senior engineer',
    'Engaged an agent, separated bedrooms, mother-in-law suite',
    '',
    '   ',
  ])('leaves %j as it is', (text) => {
    expect(stripProtected(text)).toEqual({ text, removed: [] });
  });

  const words = fc.constantFrom(
    ...'single person black woman family of four kids with two and a white walls she is expecting section 8 senior . , ( ) \n near the church 65 year old dog she’s from mexico emotional support wants parking foster'.split(
      ' ',
    ),
  );

  test('what it gives has nothing left to take out', () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 40 }), (list) => {
        const once = stripProtected(list.join(' '));
        expect(stripProtected(once.text)).toEqual({ text: once.text, removed: [] });
      }),
      { numRuns: 500 },
    );
  });

  test('it returns any text unchanged, or says what it took out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const answer = stripProtected(text);
        expect(answer.text === text).toBe(answer.removed.length === 0);
      }),
    );
  });

  test('a text built to bring protected words together again and again comes to an end', () => {
    const nested = 'single '.repeat(6000) + 'person '.repeat(6000);
    expect(stripProtected(nested)).toEqual({ text: '', removed: ['marital_status'] });
  });
});

describe('mentionsAccommodation', () => {
  test.each([
    'I have an emotional support dog',
    'It is not a service animal',
    'Her ESA is a cat',
    'needs a wheelchair ramp',
    'asking for a reasonable accommodation',
    'letter from my doctor: doctor’s note attached',
    'Do you have an accessible unit?',
    'grab bars in the shower',
  ])('%j', (text) => {
    expect(mentionsAccommodation(text)).toBe(true);
  });

  test.each([
    'One small dog, 20 pounds',
    'Is the service good? Customer support was kind to my dog',
    'accessible by bus',
    'Looking for accommodation in May',
    '',
  ])('not %j', (text) => {
    expect(mentionsAccommodation(text)).toBe(false);
  });
});
