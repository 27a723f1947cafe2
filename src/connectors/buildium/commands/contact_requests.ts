import type { CommandOf } from '../../../model/commands.ts';
import { VendorError, type RecordRef, type StepContext } from '../../connector.ts';
import { cutTo, withMarker } from '../../kit/markers.ts';
import { path } from '../../kit/rest.ts';
import { wordFor } from '../../kit/value_tables.ts';
import type { Operation, Plan } from '../../kit/vendor.ts';
import { inOrder, nameParts, onlyEmail, placesOf } from '../contact.ts';
import { LENGTHS } from '../limits.ts';
import { contactRequest } from '../records/contact_requests.ts';
import { idOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { idIn } from './answers.ts';
import { inquiryText } from './inquiry.ts';
import { locateMessage } from './messages.ts';
import { locateNewTask } from './new_tasks.ts';
import { locateWholePut } from './unchanged.ts';

/*
 * Guest cards as contact requests: made with what was asked as description, changed by a PUT of the whole.
 */

type Create = CommandOf<'create_guest_card'>;
type Update = CommandOf<'update_guest_card'>;
type Body = Record<string, unknown>;

const ADDRESS = 'v1/tasks/contactrequests';

const refTo = (id: string): RecordRef => ({ kind: 'guest_card', scope: '', id });

/** What is defined of a body, in its order. */
function defined(body: Body): Body {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined && value !== null));
}

export function createContactRequest(vendor: Vendor): Plan<'create_guest_card'> {
  return (command) => {
    contactOf(command);
    return [
      {
        name: 'create_contact_request',
        retry: 'marker',
        makes_record: true,
        operation: 'create_contact_request',
        prepare: (context) => ({
          body: newBody(vendor, command, context),
          asked_at: new Date(vendor.clock()).toISOString(),
        }),
        locate: (request, context, signal) => locateNewTask(vendor, ADDRESS, request, context, refTo, signal),
      },
    ];
  };
}

function newBody({ settings, tables }: Vendor, command: Create, { marker }: StepContext): Body {
  const { name, touch, unit_ids = [], property_id } = command;
  const unit = unit_ids[0];
  return {
    Title: cutTo(`${name ?? 'Somebody'}: inquiry through ${touch.source}`, LENGTHS.task_title),
    Description: withMarker(inquiryText(command), marker, LENGTHS.task_text),
    TaskStatus: wordFor(tables, 'guest_card_status', 'new'),
    Priority: 'Normal',
    AssignedToUserId: idOf(settings.defaults['assigned_to'] ?? '', 'user'),
    PropertyId: idOf(property_id, 'property'),
    ...(unit !== undefined && { UnitId: idOf(unit, 'unit') }),
    ContactDetail: contactOf(command),
  };
}

/** Who somebody is and how they are reached. Throws `unsupported` where there is no room for all of it. */
function contactOf({ name, phones = [], emails = [] }: Pick<Create, 'name' | 'phones' | 'emails'>): Body {
  const Email = onlyEmail(emails);
  return defined({ ...nameParts(name), Email, PhoneNumbers: placesOf(phones) });
}

/** Whether anything of an update has a place there; the rest is kept beside the record. */
function hasPlace(command: Update): boolean {
  const { name, phones, emails, status, assigned_to, follow_up_on, note } = command;
  return [name, phones, emails, status, assigned_to, follow_up_on, note].some((one) => one !== undefined);
}

export function updateContactRequest(vendor: Vendor): Plan<'update_guest_card'> {
  return (command) => {
    if (!hasPlace(command)) return [];
    contactOf({ phones: command.phones, emails: command.emails });
    const { guest_card_id: id, note } = command;
    return [
      {
        name: 'update_contact_request',
        retry: note === undefined ? 'set_value' : 'marker',
        operation: 'update_contact_request',
        async prepare({ marker }) {
          const task = await contactRequest(vendor, id);
          if (task === undefined)
            throw new VendorError('not_found', 'Buildium has no such contact request. Nothing was changed.');
          const was = unchanged(task);
          const message = note && { Message: withMarker(note.text, marker, LENGTHS.task_text) };
          return { id, was, body: { ...changedBody(vendor, was, command), ...message } };
        },
        async locate(request, { marker }, signal) {
          if (note !== undefined) return locateMessage(vendor, refTo(id), marker, signal);
          const task = await contactRequest(vendor, id, signal);
          return locateWholePut(request, task && unchanged(task), refTo(id));
        },
      },
    ];
  };
}

/** The PUT that leaves a request as it is: everything that it would empty by not saying it. */
function unchanged(task: wire.ContactRequest): Body {
  const { Title, TaskStatus, Priority, AssignedToUserId, Category, DueDate, Property, UnitId, ContactDetail } = task;
  const { FirstName, LastName, Email, PhoneNumbers } = ContactDetail ?? {};
  return defined({
    ...{ Title, TaskStatus, Priority, AssignedToUserId, DueDate: DueDate?.slice(0, 10) },
    ...{ CategoryId: Category?.Id, SubCategoryId: Category?.SubCategory?.Id, PropertyId: Property?.Id, UnitId },
    ContactDetail: defined({ FirstName, LastName, Email, PhoneNumbers: inOrder(PhoneNumbers ?? {}) }),
  });
}

function changedBody({ tables }: Vendor, was: Body, command: Update): Body {
  const { name, phones, emails, status, assigned_to, follow_up_on } = command;
  const contact = was['ContactDetail'] as Body;
  const { FirstName, LastName } = name === undefined ? contact : nameParts(name);
  return defined({
    ...was,
    ...(status !== undefined && { TaskStatus: wordFor(tables, 'guest_card_status', status) }),
    ...(assigned_to !== undefined && { AssignedToUserId: idOf(assigned_to, 'user') }),
    ...(follow_up_on !== undefined && { DueDate: follow_up_on }),
    ContactDetail: defined({
      ...{ FirstName, LastName, Email: emails === undefined ? contact['Email'] : onlyEmail(emails) },
      PhoneNumbers: phones === undefined ? contact['PhoneNumbers'] : placesOf(phones),
    }),
  });
}

export function contactRequestOperations({ client }: Vendor): Record<string, Operation> {
  const address = 'v1/tasks/contactrequests';
  return {
    async create_contact_request({ body }, signal) {
      const { body: made } = await client.send('POST', address, body, { signal });
      return { record: refTo(idIn(made)) };
    },
    async update_contact_request({ id, body }, signal) {
      await client.send('PUT', path`v1/tasks/contactrequests/${String(id)}`, body, { signal });
      return { record: refTo(String(id)) };
    },
  };
}
