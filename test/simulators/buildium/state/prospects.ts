import type { GuestCard } from '../../../../src/model/records.ts';
import type { Entry } from '../../shared/table.ts';
import { canonicalPhone } from '../load/words.ts';
import type { BuildiumTables } from '../tables.ts';
import type * as Wire from '../wire.ts';

/*
 * Whoever is interested in a unit: applicants, and those who have only asked something. Which of the two a connection
 * takes for guest cards is its own affair.
 */

const STATUS_OF_APPLICANT: Readonly<Record<string, GuestCard['status']>> = {
  Undecided: 'applied',
  Deferred: 'applied',
  Approved: 'approved',
  AddedToDraftLease: 'approved',
  AddedToLease: 'leased',
  Rejected: 'denied',
  Cancelled: 'lost',
};

const moment = (ms: number) => new Date(ms).toISOString();

interface Named {
  FirstName: string;
  LastName: string | null;
}

function common({ FirstName, LastName }: Named, unitId: number | null, email: string | null) {
  const name = [FirstName, LastName].filter((part) => part && part !== '(not given)').join(' ');
  return {
    ...(name !== '' && { name }),
    ...{ emails: email === null ? [] : [email], unit_ids: unitId === null ? [] : [String(unitId)] },
    ...{ source: 'Buildium', consents: [], touches: [] },
  };
}

/** An applicant at a property, with the first day that is known of it. */
export function applicantCard({ notes }: BuildiumTables, entry: Entry<Wire.Applicant>): GuestCard | undefined {
  const { row, updated } = entry;
  if (row.PropertyId === null) return undefined;
  const days = row.Applications.map(({ ApplicationSubmittedDateTime }) => Date.parse(ApplicationSubmittedDateTime));
  return {
    ...{ id: String(row.Id), property_id: String(row.PropertyId), ...common(row, row.UnitId, row.Email) },
    phones: row.PhoneNumbers.filter(({ Type }) => Type !== 'Fax').map(canonicalPhone),
    status: STATUS_OF_APPLICANT[row.Status] ?? 'new',
    notes: notes
      .where('about', `applicants/${row.Id}`)
      .map(({ row: { Note }, updated: at }) => ({ at: moment(at), text: Note, is_public: false })),
    created_at: moment(Math.floor(Math.min(...days, updated) / 1_000) * 1_000),
  };
}

/** A contact request at a property, with what was said in its history. */
export function contactCard({ history }: BuildiumTables, entry: Entry<Wire.Task>): GuestCard | undefined {
  const { row: task, created } = entry;
  const { ContactDetail: contact, PropertyId, TaskStatus } = task;
  if (task.TaskType !== 'ContactRequest' || contact === null || PropertyId === null) return undefined;
  const { Mobile = null, Home = null, Work = null } = (contact.PhoneNumbers ?? {}) as Record<string, string | null>;
  const phones: Wire.PhoneNumber[] = (
    [
      [Mobile, 'Cell'],
      [Home, 'Home'],
      [Work, 'Office'],
    ] as const
  ).flatMap(([Number, Type]) => (Number ? [{ Number, Type }] : []));
  return {
    ...{ id: String(task.Id), property_id: String(PropertyId), ...common(contact, task.UnitId, contact.Email) },
    phones: phones.map(canonicalPhone),
    status: TaskStatus === 'New' ? 'new' : TaskStatus === 'Closed' ? 'lost' : 'contacted',
    ...(task.AssignedToUserId !== null && { assigned_to: String(task.AssignedToUserId) }),
    ...(task.DueDate !== null && { follow_up_on: task.DueDate }),
    notes: history
      .where('task', task.Id)
      .flatMap(({ row: { Message }, created: at }) =>
        Message === null ? [] : [{ at: moment(at), text: Message, is_public: false }],
      ),
    created_at: moment(created),
  };
}
