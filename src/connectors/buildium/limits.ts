import type { Assumption, Capabilities, PaceLimits } from '../connector.ts';

/** Ten requests in a second, ten at a time, per key; the same in the sandbox (the API's own guide). */
export const PACE: PaceLimits = { windows: [{ requests: 10, per_ms: 1_000 }], concurrent: 10 };

/** The largest page that every version of the documentation allows; more is clamped or refused. */
export const LARGEST_PAGE = 1_000;

/** A query may have 4,096 characters; ids of eight digits with their name take 17 each. */
export const IDS_IN_ONE_QUERY = 200;

/** Accounts that one question to the general ledger names: one of ten digits takes 24 characters of its query. */
export const MOST_ACCOUNTS = 150;

/** Ranges of dates longer than 365 days are refused. */
export const LONGEST_RANGE_DAYS = 365;

/** Nothing is said of how long a request may take. */
export const REQUEST_DEADLINE_MS = 30_000;

/**
 * Nothing is said of when a request that was cut off may still be carried out, nor of when a read shows it. Webhooks come
 * seconds to minutes later, so minutes are waited before absence counts.
 */
export const SETTLING: Capabilities['settling'] = { late_commit_ms: 120_000, read_lag_ms: 10_000 };

/** Characters that a field takes, by its name in the API. */
export const LENGTHS = {
  task_title: 127,
  /** Description of a task, and the message of an update. */
  task_text: 65_500,
  work_order_title: 127,
  charge_memo: 65,
  bill_reference: 40,
  bill_memo: 245,
  bill_line_memo: 240,
  journal_memo: 240,
  /** First and last name of an applicant, each. */
  applicant_name: 127,
  note: 65_535,
} as const;

export const ASSUMPTIONS: readonly Assumption[] = [
  {
    about: 'when a request that was cut off can still be carried out',
    assumed: `not later than ${SETTLING.late_commit_ms / 1_000} seconds after it was sent`,
    evidence: 'unknown',
    confirm: 'ask Buildium for the longest time that a request is worked on',
  },
  {
    about: 'when a read shows what was written',
    assumed: `within ${SETTLING.read_lag_ms / 1_000} seconds`,
    evidence: 'unknown',
    confirm: 'caretaker connections check --write-test UNIT',
  },
  {
    about: 'whether a new task shows its description as it was sent',
    assumed: 'yes; the marker that finds a request again stands at its end',
    evidence: 'inferred',
    confirm: 'caretaker connections check --write-test UNIT',
  },
  {
    about: 'whether the lock date of the books refuses a posting with 422',
    assumed: 'yes, and postings inside it are refused here before they are sent',
    evidence: 'inferred',
    confirm: 'post a charge dated inside the lock in the API sandbox',
  },
  {
    about: 'the sign of amounts in general ledger lines',
    assumed: 'debits are positive, credits negative',
    evidence: 'inferred',
    confirm: 'caretaker connections check --write-test UNIT --commands post_journal_entry',
  },
  {
    about: "the side of a resident's ledger that reversals and refunds are on",
    assumed:
      'reversed payments and refunds are owed again; what is unreversed, and a refund that was reversed, is paid again',
    evidence: 'inferred',
    confirm: 'compare the balance of a resident with a bounced payment with what Buildium shows',
  },
  {
    about: 'the unit of the webhook timestamp',
    assumed: 'seconds since 1970; a number that is too large for that is read as milliseconds',
    evidence: 'inferred',
    confirm: 'look at one delivery in Settings, Developer Tools, Webhooks',
  },
  {
    about: 'whether a webhook that is sent again carries a new timestamp',
    assumed:
      'not; it is taken for two hours after that, the last of three retries coming 71 minutes after the first try',
    evidence: 'unknown',
    confirm: 'answer a delivery with 500 and look at the header of the next one',
  },
];
