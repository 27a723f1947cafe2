import type { CommandOf } from '../../../model/commands.ts';
import { VendorError } from '../../connector.ts';
import type { Plan } from '../../kit/vendor.ts';
import { conversationText } from '../records/communications.ts';
import { residentIds } from '../records/tenants.ts';
import type { Vendor } from '../vendor.ts';
import { noteStep } from './history.ts';

type Conversation = CommandOf<'record_communication'>;

/** In whose history a conversation is entered: of whom it is most about. */
function placeOf({ work_order_id, guest_card_id, resident_id, vendor_id, property_id }: Conversation) {
  if (work_order_id !== undefined) return { resource: 'ServiceManagerIssues', what: 'work order', id: work_order_id };
  if (guest_card_id !== undefined) return { resource: 'Prospects', what: 'guest card', id: guest_card_id };
  if (resident_id !== undefined)
    return { resource: 'Tenants', what: 'resident', id: residentIds(resident_id)?.tenant ?? '' };
  if (vendor_id !== undefined) return { resource: 'Vendors', what: 'vendor', id: vendor_id };
  return property_id === undefined ? undefined : { resource: 'Properties', what: 'property', id: property_id };
}

export function recordCommunication(vendor: Vendor): Plan<'record_communication'> {
  return (command) => {
    const place = placeOf(command);
    if (place === undefined)
      throw new VendorError('unsupported', 'Say whom the conversation was with or about. Nothing was changed.');
    const { resource, what, id } = place;
    return [
      noteStep(vendor, {
        ...{ name: 'add_note', resource, what, at: command.at, property_id: command.property_id },
        text: conversationText(command),
        parent: () => id,
        record: () => ({ kind: 'communication' }),
      }),
    ];
  };
}
