/**
 * Why the store cannot be used just now: `locked` (another process kept it longer than the wait allows), `full` (the
 * disk or the configured size), `corrupt` (the file is damaged or not a database), `closed` (this store was closed),
 * `unreachable` (the folder, the permissions or the database server).
 */
export type StoreTrouble = 'locked' | 'full' | 'corrupt' | 'closed' | 'unreachable';

const MESSAGES: Record<StoreTrouble, string> = {
  locked: 'The store is in use by another process and did not become free in time. Nothing was changed.',
  full: 'The store has no room left. Nothing was changed.',
  corrupt: 'The store is damaged or is not a Caretaker store. Nothing was changed.',
  closed: 'The store is closed. Nothing was changed.',
  // An answer to a commit may be what was lost.
  unreachable: 'The store cannot be opened or reached. What was to be changed now may have been changed, or not.',
};

/**
 * The store could not do what it was asked, for a reason outside of the query. The message names no path, statement or
 * driver; `cause` has the driver's own error for the log of the person who runs Caretaker.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly code: StoreTrouble;

  constructor(code: StoreTrouble, cause?: unknown) {
    super(MESSAGES[code], { cause });
    this.code = code;
  }
}
