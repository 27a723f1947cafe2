import type { Assumption, Capabilities, PaceLimits } from '../connector.ts';

/**
 * A company has 500 requests in any minute, all its integrations together (seen in the answers' own headers). Without a
 * word in the settings a fifth of it is left to the others.
 */
export const REQUESTS_PER_MINUTE = { most: 500, usual: 400 } as const;

/** Nothing is said of requests at a time; a few keep the vendor's own screens quick. */
const CONCURRENT = 6;

export function pace(requests_per_minute: number): PaceLimits {
  return { windows: [{ requests: requests_per_minute, per_ms: 60_000 }], concurrent: CONCURRENT };
}

/** Without a word of the caller the vendor cuts at 1,000; more was honoured, and is not needed. */
export const LARGEST_PAGE = 1_000;

/** Ids in one list of a filter: 100 of seven digits keep an address below the 2,048 characters that every server takes. */
export const IDS_IN_ONE_FILTER = 100;

/** Households whose whole ledgers come in one answer; a ledger of ten years has some hundred lines. */
export const LEDGERS_IN_ONE_ANSWER = 25;

/** Lines that a ledger has at least, about: a short page asks for few ledgers. */
export const LINES_OF_A_LEDGER = 20;

/** Nothing is said of how long a request may take. */
export const REQUEST_DEADLINE_MS = 30_000;

/** Nothing is said of late commits, nor of when a read shows what was written: minutes are waited before absence counts. */
export const SETTLING: Capabilities['settling'] = { late_commit_ms: 120_000, read_lag_ms: 10_000 };

/** A token lives 24 hours, and 15 minutes without a request (seen). It is renewed when it is refused. */
export const TOKEN_LIFE_MS = 23.5 * 60 * 60_000;

/** Refused credentials are not tried again for so long: the vendor locks users out who fail too often. */
export const REFUSED_SIGN_IN_MS = 10 * 60_000;

/** At most ten tokens of one user live at a time (seen); an idle one makes room after 15 minutes. */
export const FULL_HOUSE_WAIT_MS = 60_000;

/** The vendor takes Eastern time where neither the property nor the location has a zone (seen). */
export const VENDOR_TIME_ZONE = 'America/New_York';

/** Wall-clock times without offset come twice in autumn; a watermark goes back by this so that none is passed over. */
export const WATERMARK_OVERLAP_MS = 60 * 60_000;

export const ASSUMPTIONS: readonly Assumption[] = [
  {
    about: 'when a request that was cut off can still be carried out',
    assumed: `not later than ${SETTLING.late_commit_ms / 1_000} seconds after it was sent`,
    evidence: 'unknown',
    confirm: 'ask Rent Manager for the longest time that a request is worked on',
  },
  {
    about: 'when a read shows what was written',
    assumed: `within ${SETTLING.read_lag_ms / 1_000} seconds`,
    evidence: 'unknown',
    confirm: 'caretaker connections check --write-test UNIT',
  },
  {
    about: 'whether lists without a filter leave out closed or inactive rows',
    assumed: 'no; service issues are looked for among the closed ones as well',
    evidence: 'unknown',
    confirm: 'compare X-Total-Results of GET Vendors with that of GET Vendors?filters=IsActive,eq,false',
  },
  {
    about: 'the order of lists, which cannot be asked for',
    assumed: 'by primary key, ascending, so that pages do not overlap while they are read',
    evidence: 'inferred',
    confirm: 'GET Units?pageSize=5 twice, after a unit was changed',
  },
  {
    about: 'the names under which types of telephone, types of contact and rent charge types are linked',
    assumed: 'PhoneNumberType, ContactType and PropertyRentChargeTypes, as in an older client',
    evidence: 'inferred',
    confirm: 'caretaker connections check',
  },
  {
    about: 'how many locations one user can serve',
    assumed: 'nine: each location is a connection with a token of its own, of which a user may have ten',
    evidence: 'inferred',
    confirm: 'give every nine locations a user, and share the 500 requests a minute out by requests_per_minute',
  },
  {
    about: 'the time zone of times without offset',
    assumed: 'that of the property in `time_zones`, else the default there, else Eastern',
    evidence: 'inferred',
    confirm: 'compare the CreateDate of a service issue made now with the clock',
  },
  {
    about: 'where notes are entered',
    assumed: 'POST {Resource}/HistoryNotes with ParentID, as it is known of service issues',
    evidence: 'inferred',
    confirm: 'caretaker connections check --write-test UNIT',
  },
  {
    about: 'that the unit, the property or the tenant of a service issue is named in the query of the Link actions',
    assumed: 'POST ServiceManagerIssues/{id}/LinkUnit?unitID={id}, as in a published client',
    evidence: 'inferred',
    confirm: 'caretaker connections check --write-test UNIT',
  },
  {
    about: 'whether null clears a field',
    assumed: 'yes: an assignment, a visit and a notice are taken back by it',
    evidence: 'inferred',
    confirm: 'caretaker connections check --write-test UNIT',
  },
  {
    about: 'the lines of a bill (BillDetails)',
    assumed: 'GLAccountID, PropertyID, UnitID, Amount and Comment, as in the lines of a journal',
    evidence: 'inferred',
    confirm: 'caretaker connections check --write-test UNIT --commands post_bill',
  },
  {
    about: 'how a credit is tied to the charge that it takes back',
    assumed: 'an entry in Allocations with ChargeID and Amount',
    evidence: 'inferred',
    confirm: 'caretaker connections check --write-test UNIT --commands reverse_charge',
  },
  {
    about: 'how a payment that bounced, or was taken back, is shown',
    assumed:
      'it stays in the list with a ReversalDate, and counts as undone from that day on; of credits nothing is known',
    evidence: 'inferred',
    confirm: "compare a tenant's balance on the screen, of one who had a payment bounce, with get_resident_ledger",
  },
  {
    about: 'how often a recurring charge comes',
    assumed: 'every month where its Frequency is 1 or is not shown; anything else is no rent',
    evidence: 'unknown',
    confirm: 'compare the rent of some leases on the screen with list_leases',
  },
  {
    about: 'the sign of the lines of a journal (Details.Amount)',
    assumed:
      'nothing: `journal_debits` of the connection says it, and without it journals are neither read nor written',
    evidence: 'unknown',
    confirm: 'compare one journal on the screen with GET Journals?embeds=Details',
  },
  {
    about: 'what a webhook calls events of contacts, service issues and their history',
    assumed: 'the name of the event without blanks: TenantContact_Edit, ServiceIssueHistory_Add',
    evidence: 'inferred',
    confirm: 'look at one delivery of each kind',
  },
];
