import { describeConformance } from '../conformance.ts';

/** Ids of tasks begin above those of applicants. */
const FIRST_TASK = 800_001;

/** The suite for each form of guest card that Buildium itself holds; kept beside it they are in the suite of all. */
for (const form of ['applicant', 'contact_request'])
  describeConformance({
    pms: 'buildium',
    settings: { guest_card_as: form },
    reads: (kind, { id }) => kind !== 'guest_card' || Number(id) >= FIRST_TASK === (form === 'contact_request'),
    not_in_lists: { work_order: ['notes'], guest_card: ['notes'] },
    derived: { ledger_entry: ['charge_code_id'] },
    derived_kinds: ['charge_code'],
    idOf: (kind, record) => (kind === 'ledger_entry' ? `${String(record['lease_id'])}.${record.id}` : record.id),
  });
