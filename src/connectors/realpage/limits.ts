import type { Assumption, Capabilities, PaceLimits } from '../connector.ts';

/** No rate limit of the gateway is published. Two calls a second is what one careful client makes of that. */
export const PACE: PaceLimits = { windows: [{ requests: 2, per_ms: 1_000 }], concurrent: 4 };

/** A whole site comes in one answer; clients in use wait a minute for it. */
export const REQUEST_DEADLINE_MS = 60_000;

/** Nothing is known of late commits or of lagging reads, so that absence has to last before it counts. */
export const SETTLING: Capabilities['settling'] = { late_commit_ms: 300_000, read_lag_ms: 60_000 };

/** Characters that a field takes. */
export const LENGTHS = {
  /** Of a first and of a last name, each; seen. */
  name: 30,
  /** Not known; what was seen is shorter than this. */
  charge_description: 50,
  /** Not known; the beginning of a longer text is sent. */
  guest_card_comment: 1_000,
  service_request_title: 60,
  service_request_details: 1_000,
} as const;

/** How long a site's own lists are kept: they are ids that hardly ever change. */
export const PICKLIST_LIFE_MS = 6 * 3_600_000;

/** Days within which OneSite itself looks for a guest card of the same person; as seen. */
export const DUPLICATE_CHECK_DAYS = 91;

/** Days around today by which residents and leases are asked for; as many as any client was seen to ask for. */
export const STATUS_HELD_DAYS = 3_650;

/** The status of residents by which leases are asked for: other searches of the gateway take it for any. */
export const ANY_RESIDENT_STATUS = 'ALL';

/** Largest number of records that one page is cut into; the service itself has no pages. */
export const LARGEST_PAGE = 2_000;

export const ASSUMPTIONS: readonly Assumption[] = [
  {
    about: 'how much the gateway lets one licence ask',
    assumed: 'two requests a second, four at a time',
    evidence: 'unknown',
    confirm: 'ask RealPage for the limits of your licence',
  },
  {
    about: 'when a request that was cut off can still be carried out, and when reads show what was written',
    assumed: `within ${SETTLING.late_commit_ms / 1_000} and ${SETTLING.read_lag_ms / 1_000} seconds`,
    evidence: 'unknown',
    confirm: 'caretaker connections check --write-test UNIT',
  },
  {
    about: 'which id a charge is posted to',
    assumed: "the household's, as ledgers are asked for (`charge_residents_as` changes it to the resident's)",
    evidence: 'inferred',
    confirm: 'caretaker connections check --write-test UNIT --commands post_charge',
  },
  {
    about: 'how long the description of a charge may be, and whether the ledger shows it as it was sent',
    assumed: `${LENGTHS.charge_description} characters, and yes: the marker that finds the charge again is in it`,
    evidence: 'inferred',
    confirm: 'caretaker connections check --write-test UNIT --commands post_charge',
  },
  {
    about: 'the sign of amounts in a resident ledger',
    assumed: 'charges are positive, payments and credits negative',
    evidence: 'inferred',
    confirm: 'compare one ledger with OneSite',
  },
  {
    about: 'the codes that service requests are asked for by',
    assumed: 'search type 7 and request status 4, as one client sends them; it may be that 4 means completed',
    evidence: 'unknown',
    confirm: 'take the code tables from your RealPage contract and set `service_requests`',
  },
  {
    about: 'what a change of one wish of a guest card does to the others',
    assumed:
      'those that are not named may be cleared, so that date, occupants and lease term go out together; what no client ' +
      'was seen to send (price range, floor plan) and what no answer shows (rent) stays as it is',
    evidence: 'unknown',
    confirm: 'change the move-in date of one with update_guest_card, and look at its preferences in OneSite',
  },
  {
    about: 'the status of residents that leases are asked for by',
    assumed: `${ANY_RESIDENT_STATUS}, and that it means every status; clients were seen to ask for C alone`,
    evidence: 'inferred',
    confirm: 'caretaker connections check, then caretaker sync --kind lease and a look for a past and a future one',
  },
  {
    about: 'the names of the elements of a service request',
    assumed: 'that they are told by the usual words; the contract of the customer names those that are sent',
    evidence: 'unknown',
    confirm: 'set `wsdl` for the Facilities service, then caretaker connections check',
  },
  {
    about: 'of which site a prospect webhook speaks',
    assumed: 'its payload may not say; every site is then asked for the guest card',
    evidence: 'unknown',
    confirm: 'look at one delivery',
  },
];
