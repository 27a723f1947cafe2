import type { Assumption, Capabilities, PaceLimits } from '../connector.ts';

/**
 * Limits were announced in 2024 and are not published; an operation tells a customer its own. Servers answer slowly, and
 * whoever asks for several properties at once slows down the people who work there.
 */
export const PACE: PaceLimits = { windows: [{ requests: 120, per_ms: 60_000 }], concurrent: 4 };

/** Whole properties come in one answer, and clients in the field wait for minutes. */
export const READ_DEADLINE_MS = 180_000;

/** A write is one record. The lease of a write has to outlast it. */
export const WRITE_DEADLINE_MS = 60_000;

/** Nothing is said of either; servers are slow, and answers are not known to be cached. */
export const SETTLING: Capabilities['settling'] = { late_commit_ms: 300_000, read_lag_ms: 15_000 };

/** Characters of a work order's brief description. */
export const BRIEF_DESCRIPTION = 35;

/** How long the list of properties is believed. */
export const PROPERTIES_FOR_MS = 600_000;

/** How long a customer's contract is kept. */
export const CONTRACT_FOR_MS = 86_400_000;

/**
 * There is no paging, so that closed work orders are read by the date of their request, a stretch at a time, as far back
 * as this. Older ones are still found by their number.
 */
export const CLOSED_STRETCH_DAYS = 183;
export const CLOSED_STRETCHES = 4;

/** A work order that is closed is read again by changes only where it was asked for within so many days. */
export const CLOSED_CHANGES_DAYS = 60;

/** An appointment has a beginning and no end. */
export const APPOINTMENT_MINUTES = 30;

export const ASSUMPTIONS: readonly Assumption[] = [
  {
    about: 'rate limits',
    assumed: '120 requests in a minute and four at a time',
    evidence: 'unknown',
    confirm: 'ask Yardi, or read GetRateLimits of the Common Data interface',
  },
  {
    about: 'when a request that was cut off can still be carried out',
    assumed: `not later than ${SETTLING.late_commit_ms / 1_000} seconds after it was sent`,
    evidence: 'unknown',
    confirm: 'ask Yardi for the longest time that a request is worked on',
  },
  {
    about: 'when a read shows what was written',
    assumed: `within ${SETTLING.read_lag_ms / 1_000} seconds`,
    evidence: 'unknown',
    confirm: 'caretaker connections check --write-test UNIT',
  },
  {
    about: 'order of parameters',
    assumed: "as in other customers' contracts",
    evidence: 'inferred',
    confirm: 'set "wsdl": true for the interface',
  },
  {
    about: 'whether an edit of a work order keeps what it does not name',
    assumed: 'no; the whole work order is sent',
    evidence: 'unknown',
    confirm: 'caretaker connections check --write-test UNIT',
  },
  {
    about: 'whether an import of a guest card keeps what it does not name',
    assumed:
      'names, addresses, numbers and wishes may be lost and go out again as they are shown; roommates, lease dates and ' +
      'the comment, which is shown cut short, do not, and are taken to stay',
    evidence: 'unknown',
    confirm: 'add a note with update_guest_card to a card that has all of these, and look at it in Voyager',
  },
  {
    about: 'whether a guest card takes several desired units, and a floor plan by the name that it shows',
    assumed: 'yes, those that it shows; "send_desired_rent": false leaves the floor plan out as well',
    evidence: 'unknown',
    confirm: 'add a note with update_guest_card to a card that has several, and look at it in Voyager',
  },
  {
    about: 'whether an empty VendorCode takes an assignment back',
    assumed: 'yes; the read-back shows it where it does not',
    evidence: 'inferred',
    confirm: 'caretaker connections check --write-test UNIT --commands update_work_order',
  },
  {
    about: 'length of full descriptions, notes and comments',
    assumed: 'long enough for the text and the mark at its end; the read-back tells where it is not',
    evidence: 'unknown',
    confirm: 'caretaker connections check --write-test UNIT',
  },
  {
    about: 'words for statuses, priorities and categories',
    assumed: 'the standard set; every customer has its own',
    evidence: 'inferred',
    confirm: 'caretaker connections check --propose',
  },
  {
    about: 'element names of vendors and of renewal offers',
    assumed: 'like those of the same things elsewhere in the interfaces; "elements" of the connection names others',
    evidence: 'inferred',
    confirm: 'caretaker connections check',
  },
  {
    about: 'whether the resident ledger lists charges that are paid in full',
    assumed: 'not for certain; closed charges are asked for by themselves before a charge counts as absent',
    evidence: 'unknown',
    confirm: 'compare a resident ledger in Voyager with get_resident_ledger',
  },
  {
    about: 'whether an imported appointment keeps its unit in the type of its id, as shows do',
    assumed: 'yes',
    evidence: 'inferred',
    confirm: 'caretaker connections check --write-test UNIT --commands schedule_tour',
  },
  {
    about: 'first open month of a property',
    assumed: 'AccountsReceivable; books are locked through the day before',
    evidence: 'inferred',
    confirm: 'compare with the post month of the property in Voyager',
  },
];
