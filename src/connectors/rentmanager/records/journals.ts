import type { RecordOf } from '../../../model/records.ts';
import { day, idText, markedText, readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { sourceReader, type Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';

type JournalLine = RecordOf<'journal_entry'>['lines'][number];

/** The reference of a journal that takes another one back: it carries the other one's number. */
export const REVERSAL = 'REV-';

export const JOURNAL_ENTRY = mapping(
  'journal_entry',
  { wire: 'Journal', changes: 'poll', freshness_seconds: 900, evidence: 'inferred' },
  [
    { field: 'id', wire: 'Journal.JournalID', as: idText, always: true },
    { field: 'property_id', wire: 'property_id', as: text, called: 'Details.PropertyID' },
    { field: 'date', wire: 'Journal.TransactionDate', as: day, always: true },
    { field: 'memo', wire: 'Journal.Comment', as: markedText, note: 'a marker of ours stands at its end' },
    {
      field: 'lines',
      wire: 'lines',
      as: readBy((raw) => raw),
      called: 'Details',
      note: 'a line has one amount; `journal_debits` of the connection says which sign a debit has',
    },
    { field: 'reverses_id', wire: 'reverses_id', as: text, called: 'Reference', note: `${REVERSAL} and the number` },
    { field: 'reversed_by_id', wire: 'reversed_by_id', as: text, called: 'Reference of the reversal, or ReversalDate' },
  ],
);

/** The number that a debit's amount is multiplied with, by what the company has looked up. */
export function debitSign(vendor: Vendor): 1 | -1 {
  return vendor.settings.journal_debits === 'negative' ? -1 : 1;
}

function linesOf({ Details = [] }: wire.Journal, sign: number): JournalLine[] {
  return Details.flatMap(({ GLAccountID, Amount = 0, Comment }) => {
    const cents = Math.round(Amount * 100) * sign;
    if (GLAccountID === undefined) return [];
    return [
      {
        gl_account_id: String(GLAccountID),
        debit: Math.max(0, cents),
        credit: Math.max(0, -cents),
        ...(Comment && { memo: Comment }),
      },
    ];
  });
}

function reversedId({ Reference = '' }: wire.Journal): string | undefined {
  return /^REV-([1-9]\d{0,9})$/.exec(Reference)?.[1];
}

export function journalReader(vendor: Vendor): Reader<'journal_entry'> {
  return sourceReader<'journal_entry', wire.Journal>(vendor, {
    kind: 'journal_entry',
    resource: 'Journals',
    embeds: ['Details'],
    async read(rows, signal) {
      if (rows.length === 0) return [];
      const reversals = await vendor.client.all<wire.Journal>(
        'Journals',
        { filters: [['Reference', 'sw', REVERSAL]] },
        signal,
      );
      const reversedBy = new Map(reversals.map((one) => [reversedId(one), String(one.JournalID)]));
      return rows.flatMap((row) => {
        const Journal = { Comment: row.Reference ?? '', ...row };
        const property = row.Details?.find(({ PropertyID }) => PropertyID)?.PropertyID;
        const reverses_id = reversedId(row);
        // Where a person took it back there, it is a date on the journal, which names the journal itself.
        const itself = row.ReversalDate === undefined ? undefined : String(row.JournalID);
        const reversed_by_id = reversedBy.get(String(row.JournalID)) ?? itself;
        const whole = {
          ...{ Journal, lines: linesOf(row, debitSign(vendor)) },
          ...(property !== undefined && { property_id: String(property) }),
          ...(reverses_id !== undefined && { reverses_id }),
          ...(reversed_by_id !== undefined && { reversed_by_id }),
        };
        return readRecord(JOURNAL_ENTRY, whole, vendor.circumstances) ?? [];
      });
    },
  });
}
