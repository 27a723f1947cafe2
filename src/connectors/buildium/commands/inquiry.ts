import type { CommandOf } from '../../../model/commands.ts';
import { dollars } from '../../../model/money.ts';

type Inquiry = Pick<
  CommandOf<'create_guest_card'>,
  'touch' | 'bedrooms' | 'rent_max' | 'move_in_date' | 'occupants' | 'pets'
>;

/**
 * What a prospect has asked and looks for, for people to read in Buildium, which has no places for it. What is in it is
 * kept beside the record as well, field by field.
 */
export function inquiryText({ touch, bedrooms, rent_max, move_in_date, occupants, pets }: Inquiry): string {
  const wishes = [
    bedrooms !== undefined && (bedrooms === 0 ? 'a studio' : `bedrooms: ${bedrooms}`),
    rent_max !== undefined && `up to ${dollars(rent_max)} a month`,
    move_in_date !== undefined && `from ${move_in_date}`,
    occupants !== undefined && `people: ${occupants}`,
    pets !== undefined && `pets: ${pets}`,
  ].filter((wish) => wish !== false);
  return [
    ...(touch.message === undefined ? [] : [touch.message]),
    `Source: ${touch.source}`,
    ...(wishes.length === 0 ? [] : [`Looks for: ${wishes.join(', ')}`]),
  ].join('\n');
}
