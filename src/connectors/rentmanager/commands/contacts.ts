import type { Phone } from '../../../model/values.ts';
import type * as wire from '../wire.ts';

/**
 * What a contact's numbers become: those that are there are overwritten in order, so that they keep their rows; what is
 * more is new. Whether a row that is not sent goes away is not known.
 */
function phoneRows(phones: readonly Phone[], known: readonly wire.PhoneNumber[] = []): object[] {
  return phones.map(({ number }, at) => {
    const { PhoneNumberID } = known[at] ?? {};
    return { ...(PhoneNumberID !== undefined && { PhoneNumberID }), PhoneNumber: number, IsPrimary: at === 0 };
  });
}

/** The fields of a contact for what a command says of how somebody is reached. A contact has one address. */
export function contactFields(
  { phones, emails }: { phones?: readonly Phone[] | undefined; emails?: readonly string[] | undefined },
  known?: wire.Contact,
): Record<string, unknown> {
  return {
    ...(emails !== undefined && { Email: emails[0] ?? null }),
    ...(phones !== undefined && { PhoneNumbers: phoneRows(phones, known?.PhoneNumbers) }),
  };
}
