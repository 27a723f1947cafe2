import type { Command, CommandKind, CommandOf } from '../model/commands.ts';
import type { Lease, RecordKind, RecordOf } from '../model/records.ts';
import { dollars } from '../model/money.ts';
import { writtenDate } from '../model/zoned_time.ts';
import { quoted } from '../tool/untrusted.ts';
import type { OpenWrite } from '../writeback/open_write.ts';

/*
 * What a command does, for the person who decides on it: names before ids, amounts in dollars, dates in words. An entry
 * per kind that people are asked about; the rest is told field by field.
 */

/** Names behind the ids of a write, from the mirror: a decision is not to wait for the PMS. */
export interface Names {
  record<K extends RecordKind>(kind: K, id: string | undefined): Promise<RecordOf<K> | undefined>;
  /** A record by its name, with the id in brackets; the kind and the id where the name is not known. */
  named(kind: RecordKind, id: string): Promise<string>;
  /** An instant as the clock at the property shows it. */
  local(instant: string): string;
}

type Line = [label: string, text: string];
type Lines<K extends CommandKind> = (command: CommandOf<K>, write: OpenWrite, names: Names) => Promise<Line[]>;

/** A line for a record that may not be part of the command. */
async function about(names: Names, label: string, kind: RecordKind, id: string | undefined): Promise<Line[]> {
  return id === undefined ? [] : [[label, await names.named(kind, id)]];
}

async function account(names: Names, id: string): Promise<string> {
  return names.named('gl_account', id);
}

/** The unit and the people of a lease. */
async function leaseLines(names: Names, id: string, known?: Lease): Promise<Line[]> {
  const lease = known ?? (await names.record('lease', id));
  if (lease === undefined) return [['lease', `[${id}]`]];
  const people = await Promise.all(lease.parties.map(({ resident_id }) => names.named('resident', resident_id)));
  return [...(await about(names, 'unit', 'unit', lease.unit_id)), ['lease', `[${id}] of ${people.join(', ')}`]];
}

const TABLE: { readonly [K in CommandKind]?: Lines<K> } = {
  async assign_work_order(
    { work_order_id, vendor_id, technician_id, visit, not_to_exceed, instructions },
    _write,
    names,
  ) {
    const order = await names.record('work_order', work_order_id);
    const end = visit.end === undefined ? '' : ` to ${names.local(visit.end)}`;
    return [
      ['to be done', 'send somebody to a work order'],
      ['work order', await names.named('work_order', work_order_id)],
      ...(await about(names, 'unit', 'unit', order?.unit_id)),
      ...(await about(names, 'vendor', 'vendor', vendor_id)),
      ...(await about(names, 'technician', 'staff', technician_id)),
      ['visit', `${names.local(visit.start)}${end}`],
      ...(not_to_exceed === undefined ? [] : [['up to', dollars(not_to_exceed)] satisfies Line]),
      ...(instructions === undefined ? [] : [['told', quoted(instructions, 300)] satisfies Line]),
    ];
  },

  async update_lease({ lease_id, change, reason }, { before }, names) {
    const lease = before as Lease | undefined;
    const why: Line[] = reason === undefined ? [] : [['because', quoted(reason)]];
    const place = await leaseLines(names, lease_id, lease);
    if (change.action === 'accept_renewal') {
      const offer = lease?.renewal_offers.find(({ id }) => id === change.renewal_offer_id);
      if (offer === undefined) return [['to be done', `accept renewal offer [${change.renewal_offer_id}]`], ...place];
      return [
        ['to be done', `renew the lease by offer [${offer.id}]`],
        ...place,
        ['rent', `${dollars(offer.rent)} a month${lease === undefined ? '' : `, now ${dollars(lease.rent)}`}`],
        ['term', `${offer.term_months} months, ${writtenDate(offer.start_date)} to ${writtenDate(offer.end_date)}`],
        ...why,
      ];
    }
    const who = await Promise.all(change.resident_ids.map((id) => names.named('resident', id)));
    const done = {
      give_notice: 'record notice',
      withdraw_notice: 'withdraw notice',
      change_move_out: 'move the move-out',
    };
    return [
      ['to be done', `${done[change.action]} of ${who.join(', ')}`],
      ...place,
      ...('notice_date' in change ? [['notice', writtenDate(change.notice_date)] satisfies Line] : []),
      ...('move_out_date' in change ? [['moves out', writtenDate(change.move_out_date)] satisfies Line] : []),
      ...why,
    ];
  },

  async post_charge(
    { lease_id, amount, date, memo, charge_code_id, gl_account_id, bill_id, work_order_id },
    write,
    names,
  ) {
    const code = await names.record('charge_code', charge_code_id);
    const reason = write.answer['reason'];
    return [
      ['to be done', `charge a resident ${dollars(amount)}`],
      ...(await leaseLines(names, lease_id)),
      [
        'for',
        `${code === undefined ? await account(names, gl_account_id) : `${code.name} [${charge_code_id}]`}, ${quoted(memo)}`,
      ],
      ['date', writtenDate(date)],
      ...(await about(names, 'work order', 'work_order', work_order_id)),
      ...(await about(names, 'passes on', 'bill', bill_id)),
      ...(typeof reason === 'string' ? [['because', quoted(reason)] satisfies Line] : []),
    ];
  },

  async post_bill(
    { vendor_id, invoice_number, invoice_date, due_date, total, lines, work_order_id, memo },
    _write,
    names,
  ) {
    const each = lines.map(async (line): Promise<Line> => {
      const where = [await names.named('property', line.property_id)];
      if (line.unit_id !== undefined) where.push(await names.named('unit', line.unit_id));
      const what = line.memo === undefined ? '' : `, ${quoted(line.memo)}`;
      return [
        'line',
        `${dollars(line.amount)} to ${await account(names, line.gl_account_id)}, ${where.join(', ')}${what}`,
      ];
    });
    return [
      ['to be done', `enter a bill of ${dollars(total)}`],
      ['vendor', await names.named('vendor', vendor_id)],
      ['invoice', `${quoted(invoice_number)} of ${writtenDate(invoice_date)}, due ${writtenDate(due_date)}`],
      ...(await Promise.all(each)),
      ...(await about(names, 'work order', 'work_order', work_order_id)),
      ...(memo === undefined ? [] : [['memo', quoted(memo)] satisfies Line]),
    ];
  },

  async post_journal_entry({ date, memo, lines }, _write, names) {
    const each = lines.map(async ({ debit, credit, gl_account_id }): Promise<Line> => [
      debit > 0 ? 'debit' : 'credit',
      `${dollars(Math.max(debit, credit))} ${await account(names, gl_account_id)}`,
    ]);
    return [
      ['to be done', `post a journal entry on ${writtenDate(date)}`],
      ...(await Promise.all(each)),
      ['memo', quoted(memo)],
    ];
  },

  async reverse_charge({ charge_id, amount, date, reason }, _write, names) {
    const charge = await names.record('ledger_entry', charge_id);
    return [
      ['to be done', `take back ${dollars(amount)} of a charge on ${writtenDate(date)}`],
      ...(charge?.lease_id === undefined ? [] : await leaseLines(names, charge.lease_id)),
      [
        'charge',
        charge === undefined
          ? `[${charge_id}]`
          : `${dollars(charge.amount)} of ${writtenDate(charge.date)}, ${quoted(charge.memo ?? '')} [${charge_id}]`,
      ],
      ['because', quoted(reason)],
    ];
  },

  async reverse_bill({ bill_id, date, reason }, _write, names) {
    const bill = await names.record('bill', bill_id);
    return [
      ['to be done', `take back a bill on ${writtenDate(date)}`],
      ...(await about(names, 'vendor', 'vendor', bill?.vendor_id)),
      [
        'bill',
        bill === undefined
          ? `[${bill_id}]`
          : `${dollars(bill.total)}, invoice ${quoted(bill.invoice_number)} of ${writtenDate(bill.invoice_date)} [${bill_id}]`,
      ],
      ['because', quoted(reason)],
    ];
  },

  async reverse_journal_entry({ journal_entry_id, date, reason }, _write, names) {
    const entry = await names.record('journal_entry', journal_entry_id);
    const sum = entry?.lines.reduce((total, { debit }) => total + debit, 0);
    return [
      ['to be done', `take back a journal entry on ${writtenDate(date)}`],
      [
        'entry',
        entry === undefined || sum === undefined
          ? `[${journal_entry_id}]`
          : `${dollars(sum)} of ${writtenDate(entry.date)}, ${quoted(entry.memo)} [${journal_entry_id}]`,
      ],
      ['because', quoted(reason)],
    ];
  },
};

/** What will be done if the person says yes, with nothing of it left out. */
export async function commandLines(write: OpenWrite, names: Names): Promise<Line[]> {
  const { command } = write;
  const lines = TABLE[command.kind] as
    ((command: Command, write: OpenWrite, names: Names) => Promise<Line[]>) | undefined;
  if (lines !== undefined) return lines(command, write, names);
  const { kind, ...fields } = command;
  return [
    ['to be done', kind.replaceAll('_', ' ')],
    ...Object.entries(fields).map(([name, value]): Line => [name.replaceAll('_', ' '), JSON.stringify(value)]),
  ];
}
