import type { CommandOf } from '../../../model/commands.ts';
import { VendorError, type Located } from '../../connector.ts';
import { carries, withMarker } from '../../kit/markers.ts';
import type { Plan, PlannedStep } from '../../kit/vendor.ts';
import { debitSign, REVERSAL } from '../records/journals.ts';
import { idOf } from '../transport.ts';
import { onDay, type Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { ABSENT, found, OPERATIONS, post, postingAddress } from './post.ts';

const JOURNALS = 'Journals';

/** What a journal is found by: it has no account of its own, so that the day and the marker have to do. */
function locateOn(vendor: Vendor, date: string): PlannedStep['locate'] {
  return async (_request, { marker }, signal): Promise<Located> => {
    const rows = await vendor.client.all<wire.Journal>(JOURNALS, { filters: onDay('TransactionDate', date) }, signal);
    const own = rows.find(({ Comment }) => carries(Comment, marker));
    return own === undefined ? ABSENT : found('journal_entry', String(own.JournalID));
  };
}

/** One line; its one amount is a debit or a credit by its sign, which the settings give. */
function detailOf(
  vendor: Vendor,
  property_id: string,
  { gl_account_id, debit, credit, unit_id, memo }: CommandOf<'post_journal_entry'>['lines'][number],
): wire.JournalDetail {
  if (unit_id !== undefined)
    throw new VendorError(
      'unsupported',
      "The lines of Rent Manager's journals name a property, not a unit. Leave the unit out, or name it in the line's " +
        'memo. Nothing was changed.',
      { field: 'lines' },
    );
  return {
    GLAccountID: idOf(gl_account_id, 'GL account'),
    PropertyID: idOf(property_id, 'property'),
    Amount: ((debit - credit) * debitSign(vendor)) / 100,
    ...(memo !== undefined && { Comment: memo }),
  };
}

export function postJournalEntry(vendor: Vendor): Plan<'post_journal_entry'> {
  return (command) => [
    {
      ...{ name: 'post_journal', retry: 'marker', operation: OPERATIONS.post, makes_record: true },
      prepare(context) {
        const { date, memo, lines, property_id } = command;
        const body = {
          TransactionDate: date,
          Comment: withMarker(memo, context.marker),
          Details: lines.map((line) => detailOf(vendor, property_id, line)),
        };
        return post(postingAddress(JOURNALS, context), [body], { kind: 'journal_entry', key: 'JournalID' });
      },
      locate: locateOn(vendor, command.date),
    },
  ];
}

function reversedAlready(): VendorError {
  return new VendorError('conflict', 'The journal entry has been reversed already. Nothing was changed.');
}

/** A journal is taken back by one with every amount the other way round, whose reference names it. */
export function reverseJournalEntry(vendor: Vendor): Plan<'reverse_journal_entry'> {
  return ({ journal_entry_id: id, date, reason }) => [
    {
      ...{ name: 'post_reversal', retry: 'marker', operation: OPERATIONS.post, makes_record: true },
      async prepare(context) {
        const { client } = vendor;
        const journal = await client.one<wire.Journal>(JOURNALS, idOf(id, 'journal entry'), ['Details']);
        if (journal === undefined)
          throw new VendorError('not_found', 'Rent Manager does not have the journal entry. Nothing was changed.');
        if (journal.ReversalDate !== undefined) throw reversedAlready();
        const before = await client.all<wire.Journal>(JOURNALS, { filters: [['Reference', 'eq', REVERSAL + id]] });
        if (before.length > 0) throw reversedAlready();
        const body = {
          TransactionDate: date,
          // A journal of one set of books alone is taken back in that one.
          ...(journal.Basis !== undefined && { Basis: journal.Basis }),
          Reference: REVERSAL + id,
          Comment: withMarker(reason, context.marker),
          Details: (journal.Details ?? []).map(({ GLAccountID, PropertyID, Amount = 0, Comment }) => ({
            ...{ GLAccountID, PropertyID, Amount: -Amount },
            ...(Comment !== undefined && { Comment }),
          })),
        };
        return post(postingAddress(JOURNALS, context), [body], { kind: 'journal_entry', key: 'JournalID' });
      },
      locate: locateOn(vendor, date),
    },
  ];
}
