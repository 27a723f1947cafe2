import type { GuestCard } from '../../../../src/model/records.ts';
import type { PhoneNumber, Task } from '../wire.ts';
import { namesOf, phonesOf, type Loading } from './context.ts';

/** States of a guest card in which there is an application: those are applicants. */
const APPLIED: ReadonlySet<GuestCard['status']> = new Set(['applied', 'approved', 'denied', 'leased']);

function statusOf({ status }: GuestCard): Task['TaskStatus'] {
  if (status === 'new') return 'New';
  return status === 'lost' ? 'Closed' : 'InProgress';
}

/** The first number of each kind that a contact has a place for. */
function numbersOf(phones: readonly PhoneNumber[]) {
  const first = (type: PhoneNumber['Type']) => phones.find(({ Type }) => Type === type)?.Number ?? null;
  return { Home: first('Home'), Work: first('Office'), Mobile: first('Cell') };
}

function loadRequest({ id, next, tables, portfolio }: Loading, card: GuestCard): void {
  const manager = portfolio.staff.find(({ roles, is_active }) => is_active && roles.includes('manager'));
  const unit = card.unit_ids[0];
  const task = tables.tasks.insert(
    {
      ...{ Id: next('task'), TaskType: 'ContactRequest', Title: `Inquiry through ${card.source}`.slice(0, 127) },
      ...{ Description: card.touches[0]?.message ?? null, CategoryId: null, SubCategoryId: null },
      ...{ PropertyId: id('rental', card.property_id), UnitId: unit === undefined ? null : id('unit', unit) },
      ...{ UnitAgreementId: null, RequestedById: null },
      ContactDetail: {
        ...namesOf(card.name ?? 'Unknown Caller'),
        ...{ Email: card.emails[0] ?? null, PhoneNumbers: numbersOf(phonesOf(card.phones)) },
      },
      ...{ AssignedToUserId: id('user', manager?.id ?? ''), TaskStatus: statusOf(card), Priority: 'Normal' },
      DueDate: card.follow_up_on ?? null,
      ...{ IsEntryPermittedByResident: null, DoesResidentHavePets: null, ResidentEntryNotes: null },
    },
    { created: Date.parse(card.created_at) },
  );
  const { Id: TaskId, TaskStatus, Priority, AssignedToUserId, DueDate } = task;
  for (const Message of [null, ...card.notes.map(({ text }) => text)])
    tables.history.insert({
      ...{ Id: next('history'), TaskId, TaskStatus, Priority, AssignedToUserId, DueDate, Message },
      SharedWith: [],
    });
}

/** Prospects who have asked and not applied. */
export function loadContactRequests(loading: Loading): void {
  for (const card of loading.portfolio.guest_card) if (!APPLIED.has(card.status)) loadRequest(loading, card);
}
