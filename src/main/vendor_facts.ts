import { appendAudit, oneAtATime } from '../audit/audit.ts';
import type { Capabilities } from '../connectors/connector.ts';
import type { Grant } from '../grants/grant.ts';
import { NOTHING_KEPT } from '../mirror/sidecar.ts';
import { CaretakerError } from '../model/errors.ts';
import { Vendor } from '../model/records.ts';
import { recordChanges } from '../store/changes.ts';
import type { Engine } from './engine.ts';
import { fieldOf, valueOf, type VendorColumn, vendorFault, type VendorValues, withValues } from './vendor_columns.ts';
import { createVendorPlaces, holdsVendors, type NamedVendor, type VendorPlace } from './vendor_places.ts';

/*
 * What a person says about vendors, kept beside the PMS: what it does not hold of its own vendors, or whole vendors
 * where it has none.
 */

/** What is said about one vendor. */
export interface VendorFacts extends NamedVendor {
  /** Which document shows it, and where that is kept. */
  evidence: string;
  values: VendorValues;
}

/** What became of one vendor: columns that now count, and columns where the PMS has a value of its own, which wins. */
export interface VendorOutcome {
  connection: string;
  vendor_id: string;
  name: string;
  /** Where it counts, if the PMS has vendors property by property. */
  property_ids?: string[];
  /** There was no such vendor before; only where Caretaker alone holds them. */
  is_new?: true;
  kept: VendorColumn[];
  pms_has_its_own: VendorColumn[];
}

/** What is said, and where it counts. */
interface Said {
  facts: VendorFacts;
  places: VendorPlace[];
}

/**
 * Keeps what is said beside the vendors, all of it or nothing, with an audit entry for each. What is said replaces what
 * was said before, column by column. Throws `invalid_input` for what is not clear, naming where it was said.
 */
export async function keepVendorFacts(
  engine: Engine,
  person: Grant,
  all: readonly VendorFacts[],
): Promise<VendorOutcome[]> {
  const { store, pms } = engine;
  const placesOf = createVendorPlaces(engine);
  const said: Said[] = [];
  for (const facts of all) {
    const connector = pms.get(facts.connection);
    if (connector !== undefined) refuseWhatIsThePms(connector.capabilities, facts);
    said.push({ facts, places: await placesOf(facts) });
  }
  refuseWhatIsSaidTwice(said);
  await store.transaction((trx) => keepAll(engine, trx, person, said));
  await showInMirror(engine, said);
  return said.map((one) => outcomeOf(engine, one));
}

type Transaction = Parameters<Parameters<Engine['store']['transaction']>[0]>[0];

async function keepAll(
  { store, keyring, sidecar, pms }: Engine,
  trx: Transaction,
  person: Grant,
  said: readonly Said[],
): Promise<void> {
  await oneAtATime(trx, store.engine);
  const at = store.clock();
  const by = { at, who: person.principal };
  for (const { facts, places } of said) {
    const { connection, vendor_id: record_id, values, evidence } = facts;
    const isOurs = holdsVendors(pms.get(connection));
    for (const { key } of places) {
      const kept = await sidecar.get(key, trx);
      const next = withValues(kept?.fields ?? {}, values);
      // No PMS tells a vendor anything that it does not know of.
      const fields = isOurs ? Vendor.parse({ notified_by_pms: false, ...next, id: record_id }) : next;
      await sidecar.put(trx, key, { ...NOTHING_KEPT, ...kept, fields }, by);
      const subject = [connection, ...(key.scope === '' ? [] : [key.scope]), record_id].join('/');
      const payload = { before: kept?.fields, after: fields, evidence };
      await appendAudit(trx, keyring, [
        { at, actor: person.principal, action: 'vendor.facts', subject, outcome: 'kept', payload },
      ]);
      const detail = { columns: Object.keys(values) };
      await recordChanges(trx, at, [{ ...key, property_id: null, event: 'facts_kept', detail }]);
    }
  }
}

/** What may be said of any vendor: where the PMS has it as well, its own value counts. */
const OF_ANY_PMS: ReadonlySet<string> = new Set(['trades', 'service_area', 'preferred', 'compliance']);

/** Throws where something is said that is for the PMS alone to say, such as the name of a vendor that it has. */
function refuseWhatIsThePms({ pms, records: { vendor } }: Capabilities, { at, values }: VendorFacts): void {
  if (vendor === undefined || vendor.read === 'unsupported')
    throw vendorFault(at, 'connection', `has no vendors: those of ${pms} cannot be read over it`);
  if (vendor.read === 'sidecar') return;
  const strange = (Object.keys(values) as VendorColumn[]).find((name) => {
    const field = fieldOf(name);
    return !OF_ANY_PMS.has(field) && vendor.fields[field]?.support !== 'sidecar';
  });
  if (strange !== undefined) throw vendorFault(at, strange, `is for ${pms} to say: change it there`);
}

/** Which of two rows about one vendor is meant, nobody can tell. */
function refuseWhatIsSaidTwice(said: readonly Said[]): void {
  const first = new Map<string, string>();
  for (const { facts, places } of said)
    for (const { key } of places) {
      const place = JSON.stringify(key);
      const before = first.get(place);
      if (before !== undefined)
        throw vendorFault(facts.at, 'vendor_id', `${facts.vendor_id} is in "${before}" already`);
      first.set(place, facts.at);
    }
}

/** The mirror shows what was laid over a record when it was read last. */
async function showInMirror({ records }: Engine, said: readonly Said[]): Promise<void> {
  const lists = new Set<string>();
  try {
    for (const { key } of said.flatMap(({ places }) => places)) {
      const { connection, scope, record_id } = key;
      const list = JSON.stringify([connection, scope]);
      if (scope === '') await records.readThrough(connection, 'vendor', scope, record_id);
      else if (!lists.has(list)) await records.listThrough(connection, 'vendor', { scope });
      lists.add(list);
    }
  } catch {
    throw new CaretakerError('pms_unavailable', 'What was said is kept, but the PMS could not be read again.', {
      next: 'caretaker sync --kind vendor, so that vendors are found by it',
    });
  }
}

function outcomeOf({ pms }: Engine, { facts, places }: Said): VendorOutcome {
  const { connection, vendor_id, values } = facts;
  const capability = pms.get(connection)?.capabilities.records.vendor;
  const isOurs = capability?.read === 'sidecar';
  const columns = Object.keys(values) as VendorColumn[];
  /** Where the PMS has a place for a column, and something in it. */
  const isHeld = (known: Vendor, name: VendorColumn) => {
    const value = valueOf(known, name);
    const isSaid = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== '';
    return isSaid && !isOurs && capability?.fields[fieldOf(name)]?.support !== 'sidecar';
  };
  const isHeldAt =
    (name: VendorColumn) =>
    ({ known }: VendorPlace) =>
      known !== undefined && isHeld(known, name);
  const [first] = places;
  return {
    connection,
    vendor_id,
    name: String(values.name ?? first?.known?.name),
    ...(first?.key.scope !== '' && { property_ids: places.map(({ key }) => key.scope) }),
    ...(first?.known === undefined && { is_new: true as const }),
    kept: columns.filter((name) => !places.every(isHeldAt(name))),
    pms_has_its_own: columns.filter((name) => places.some(isHeldAt(name))),
  };
}
