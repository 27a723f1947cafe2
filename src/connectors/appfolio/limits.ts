import type { Assumption, Capabilities, PaceLimits } from '../connector.ts';

/** Per credential, all at once (the API's own limits as two integrators give them). */
export const PACE: PaceLimits = {
  windows: [
    { requests: 8, per_ms: 1_000 },
    { requests: 256, per_ms: 60_000 },
    { requests: 4_096, per_ms: 3_600_000 },
  ],
};

/** Default and largest page; the server may cap it lower, so that pages are followed and never counted. */
export const LARGEST_PAGE = 1_000;

/** A UUID with its comma takes 37 characters, and gateways refuse addresses beyond 8,000. */
export const IDS_IN_ONE_QUERY = 100;

/** Properties whose charges are read for one page: each costs a request of its own. */
export const PROPERTIES_IN_ONE_PAGE = 10;

/** Nothing is said of how long a request may take. */
export const REQUEST_DEADLINE_MS = 30_000;

/** Nothing is promised of late commits and of reads after writes; minutes are waited before absence counts. */
export const SETTLING: Capabilities['settling'] = { late_commit_ms: 120_000, read_lag_ms: 30_000 };

/** An `Idempotency-Key` is remembered for 24 hours; an hour of it is left for clocks that differ. */
export const KEY_LIFE_MS = 23 * 3_600_000;

/** How far AppFolio's clock and ours may be apart where a search begins at the moment of a request. */
export const SEARCH_MARGIN_MS = 24 * 3_600_000;

/**
 * One report answers all who ask within so many milliseconds, whichever process they are in: the Reports API takes seven
 * requests in 15 seconds, and its pace is not the one that the Database API's requests are counted by.
 */
export const REPORT_SHARED_MS = 3_000;

/** A visit is at most so long; a later end is refused. */
export const LONGEST_VISIT_MS = 12 * 3_600_000;

/** Characters that a note takes. No other length is known. */
export const NOTE_LENGTH = 65_535;

/** Webhooks come within minutes where they are set up; nothing is said of how long it takes. */
export const WEBHOOK_FRESHNESS_SECONDS = 300;

/** Lists that no webhook tells of are polled. */
export const POLL_FRESHNESS_SECONDS = 900;

/** How long the keys that webhooks are signed with are believed, and how soon an unknown one is asked for again. */
export const JWKS_LIFE_MS = 3_600_000;
export const JWKS_AGAIN_MS = 60_000;

export const ASSUMPTIONS: readonly Assumption[] = [
  {
    about: 'what the answers of the Database API look like',
    assumed: 'fields have the names that requests have; fields that an agreement does not cover are simply absent',
    evidence: 'inferred',
    confirm: 'caretaker connections check',
  },
  {
    about: 'when a request that was cut off can still be carried out',
    assumed: `not later than ${SETTLING.late_commit_ms / 1_000} seconds after it was sent`,
    evidence: 'unknown',
    confirm: 'ask AppFolio for the longest time that a request is worked on',
  },
  {
    about: 'when a read shows what was written',
    assumed: `within ${SETTLING.read_lag_ms / 1_000} seconds`,
    evidence: 'unknown',
    confirm: 'caretaker connections check --write-test UNIT',
  },
  {
    about: 'whether Idempotency-Key keeps a second effect from happening',
    assumed: 'for 23 hours, as AppFolio documents; nobody has published a test of it',
    evidence: 'inferred',
    confirm:
      'send one POST twice with the same key against a database without residents, and look for the second record',
  },
  {
    about: 'whether assigning a vendor tells the vendor or moves the status',
    assumed: 'neither: the status is set with the assignment, and somebody has to call the vendor',
    evidence: 'unknown',
    confirm: 'caretaker connections check --write-test UNIT --commands assign_work_order',
  },
  {
    about: 'which word a unit has for being occupied, vacant or on notice',
    assumed: 'one that contains "vacant", "notice", "occupied" or "current"; else the current occupancy decides',
    evidence: 'inferred',
    confirm: 'caretaker connections check',
  },
  {
    about: 'which units are listed',
    assumed: 'those with a listed rent: about one listing in five does not name its property',
    evidence: 'inferred',
    confirm: 'hold the units that are listed in AppFolio against find_available_units',
  },
  {
    about: 'what a lease costs a month',
    assumed: 'the recurring charges of its occupancy on the rent account (setting defaults.rent_gl_account)',
    evidence: 'inferred',
    confirm: 'hold some leases against the rent roll report',
  },
  {
    about: 'the body of PATCH /leases',
    assumed: 'EndOn, IsMtm and RenewedOn, of which the names alone are known',
    evidence: 'inferred',
    confirm: 'caretaker connections check --write-test UNIT --commands update_lease',
  },
  {
    about: 'whether a lead shows its guest card',
    assumed: 'as GuestCardId; where it does not, notes on guest cards are refused',
    evidence: 'unknown',
    confirm: 'caretaker connections check',
  },
  {
    about: 'whether the header with the developer id is told by upper and lower case',
    assumed: 'it may be: it is sent as X-AppFolio-Developer-ID, or as developer_id_header says',
    evidence: 'unknown',
    confirm: 'caretaker connections check',
  },
  {
    about: 'whether the Reports API has the credentials of the Database API',
    assumed: 'yes, unless reports.client_id and reports.client_secret are set',
    evidence: 'unknown',
    confirm: 'caretaker connections check',
  },
  {
    about: 'which column of the vendor directory has the number that the link of a vendor ends with',
    assumed: 'vendor_id',
    evidence: 'inferred',
    confirm: 'caretaker connections check',
  },
  {
    about: 'whether the client_id in a webhook is that of the API credentials',
    assumed: 'yes, unless webhook_client_id is set; deliveries about others are refused',
    evidence: 'inferred',
    confirm: 'send a test event from Developer Space',
  },
  {
    about: 'how webhooks are signed',
    assumed: 'PS256 over protected header and body, encoded or not as b64 in the protected header says',
    evidence: 'inferred',
    confirm: 'send a test event from Developer Space',
  },
];
