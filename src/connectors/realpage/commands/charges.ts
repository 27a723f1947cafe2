import type { CommandOf } from '../../../model/commands.ts';
import { VendorError, type Located, type StepContext } from '../../connector.ts';
import { carries, withMarker } from '../../kit/markers.ts';
import { writeFields } from '../../kit/rows.ts';
import type { Operation, Plan } from '../../kit/vendor.ts';
import { textOf } from '../answer.ts';
import { LENGTHS } from '../limits.ts';
import { isId } from '../paging.ts';
import { entriesOf, LEDGER_ENTRY, ledgerDays, ledgerOf } from '../records/ledger.ts';
import { isHead, residentsOf } from '../records/people.ts';
import type { Values } from '../values.ts';
import type { Vendor } from '../vendor.ts';

type Charge = CommandOf<'post_charge'>;

/** One charge, found again by the marker in its description. Whether `docno` makes a repeat refused is not known. */
export function postCharge(vendor: Vendor): Plan<'post_charge'> {
  return (command) => [
    {
      name: 'post_charge',
      retry: 'marker',
      makes_record: true,
      operation: 'post_charge',
      prepare: async ({ marker }) => ({
        site: command.property_id,
        charge: { ...(await chargeOf(vendor, command, marker)), docno: '', transactionbatchid: '', batchnumber: '' },
      }),
      locate: (request, context, signal) => locateCharge(vendor, command, request['charge'] as Values, context, signal),
    },
  ];
}

async function chargeOf(vendor: Vendor, command: Charge, marker: string): Promise<Values> {
  const { date, amount, charge_code_id, memo } = command;
  return {
    residentid: await debtor(vendor, command),
    ...(writeFields(LEDGER_ENTRY, { date, amount, charge_code_id }, vendor.circumstances) as Record<string, string>),
    transdesc: withMarker(memo, marker, LENGTHS.charge_description),
  };
}

/** Whom the charge names: the household, as ledgers are asked for, or the head of it, as the settings say. */
async function debtor(vendor: Vendor, { property_id: site, household_id }: Charge): Promise<string> {
  if (!isId(household_id)) throw notThere();
  if (vendor.settings.charge_residents_as === 'household') return household_id;
  const members = (await residentsOf(vendor, site)).filter(
    ({ residenthouseholdid }) => residenthouseholdid === household_id,
  );
  const id = textOf((members.find(isHead) ?? members[0])?.['residentmemberid']);
  if (id === undefined) throw notThere();
  return id;
}

function notThere(): VendorError {
  return new VendorError('not_found', 'RealPage has no such household. Nothing was changed.', {
    field: 'household_id',
  });
}

/**
 * Looks through the household's whole ledger. A line like ours without the marker may be ours with its description cut
 * short, because nobody has published how long that may be: then a person has to look, and nothing is posted again.
 */
async function locateCharge(
  vendor: Vendor,
  { property_id: site, household_id: household }: Charge,
  sent: Values,
  { marker }: StepContext,
  signal?: AbortSignal,
): Promise<Located> {
  const lines = await ledgerOf(vendor, { site, household, ...ledgerDays(vendor.clock()) }, signal);
  const index = lines.findIndex(({ TrancDesc }) => carries(TrancDesc, marker));
  if (index >= 0) {
    const line = lines[index];
    const entries = entriesOf(vendor, site, household, lines.slice(0, index + 1));
    const id = line === undefined ? undefined : entries.at(-1)?.id;
    return { outcome: 'found', result: id === undefined ? {} : { record: { kind: 'ledger_entry', scope: site, id } } };
  }
  const cut = lines.some(
    ({ TransDate, TrancName, Amt, TrancDesc }) =>
      textOf(TransDate)?.slice(0, 10) === sent['transdate'] &&
      TrancName === sent['transname'] &&
      Number(Amt) === Number(sent['transamt']) &&
      String(sent['transdesc']).startsWith(textOf(TrancDesc) ?? ''),
  );
  return cut
    ? { outcome: 'differs', detail: 'The ledger has such a charge on that day, with less of its description.' }
    : { outcome: 'absent', covers_all: true };
}

export function chargeOperations({ client }: Vendor): Record<string, Operation> {
  return {
    /** What the answer looks like is not known, but that it names no record: the ledger is looked through. */
    async post_charge({ site, charge }, signal) {
      await client.call(
        'post_charge',
        String(site),
        { postsinglecharge: charge as Values },
        { purpose: 'write', signal },
      );
      return {};
    },
  };
}
