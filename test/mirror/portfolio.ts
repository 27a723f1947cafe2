import { createMirror, type Mirror } from '../../src/mirror/mirror.ts';
import { RECORDS, type RecordKind, type RecordOf } from '../../src/model/records.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import type { Store } from '../../src/store/store.ts';

export const CONNECTION = 'main';
export const NOW = Date.parse('2026-11-24T08:45:00Z');

export const keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });

/** A record with its defaults filled in. */
export function record<K extends RecordKind>(kind: K, fields: object): RecordOf<K> {
  return RECORDS[kind].parse(fields) as RecordOf<K>;
}

const at = (street: string) => ({ street, city: 'Austin', state: 'TX', postal_code: '78701' });

const properties = [
  record('property', {
    id: 'p1',
    name: 'Maple Court',
    nicknames: ['the blue building'],
    address: at('1745 T Street SE'),
  }),
  record('property', { id: 'p2', name: 'Oak Terrace Apartments', address: at('560 Penstock Drive') }),
  record('property', { id: 'p3', name: '88 Third Avenue', address: at('88 Third Avenue') }),
];
const buildings = [
  record('building', { id: 'b1', property_id: 'p1', name: 'Building A', floors: 3 }),
  record('building', { id: 'b2', property_id: 'p1', name: 'Building B', floors: 2 }),
  record('building', { id: 'b3', property_id: 'p2', name: 'North House', nicknames: ['the red one'] }),
];
const unit = (id: string, property_id: string, building_id: string | undefined, name: string, floor?: number) =>
  record('unit', { id, property_id, building_id, name, floor, occupancy: 'occupied' });
const units = [
  unit('u1', 'p1', 'b1', '2-B', 2),
  unit('u2', 'p1', 'b1', '1A', 1),
  unit('u3', 'p1', 'b2', '2B', 2),
  unit('u4', 'p2', 'b3', '½'),
  unit('u5', 'p2', 'b3', '12'),
  unit('u6', 'p2', 'b3', '12-3'),
  unit('u7', 'p2', 'b3', '123'),
  unit('u8', 'p2', 'b3', 'PH 3'),
  unit('u9', 'p1', 'b1', 'A-3C'),
  unit('u10', 'p3', undefined, 'House'),
];
interface Person {
  phones?: string[];
  emails?: string[];
  status?: string;
  preferred_name?: string;
}
const resident = (id: string, property_id: string, unit_id: string, name: string, person: Person = {}) =>
  record('resident', {
    id, property_id, unit_id, household_id: `h-${unit_id}`, name, status: person.status ?? 'current',
    preferred_name: person.preferred_name,
    phones: (person.phones ?? []).map((number) => ({ number })),
    emails: person.emails ?? [],
  }); // prettier-ignore
const residents = [
  resident('r1', 'p1', 'u1', 'Maria Nguyễn', { phones: ['+15125550143'], emails: ['maria.n@example.com'] }),
  resident('r2', 'p1', 'u3', 'Minh Nguyen', { phones: ['+15125550111'] }),
  resident('r3', 'p1', 'u2', 'Maria O’Brien', { phones: ['+15125550177'] }),
  resident('r4', 'p2', 'u4', 'Smith-Jones, William', { preferred_name: 'Bill' }),
  resident('r5', 'p2', 'u5', 'Robert Kane Sr.', { phones: ['+15125550199'] }),
  resident('r6', 'p2', 'u5', 'Robert Kane, Jr.', { phones: ['+15125550199'] }),
  resident('r7', 'p2', 'u6', 'Elizabeth de la Cruz'),
  resident('r8', 'p2', 'u7', 'Пётр Щукин'),
  resident('r9', 'p2', 'u8', '王小明'),
  resident('r10', 'p2', 'u7', 'Elizabeth Marsh', { status: 'past' }),
  resident('r11', 'p1', 'u9', 'Lloyd & Susan Hoff'),
  resident('r12', 'p1', 'u2', 'Ana Torres'),
  resident('r13', 'p2', 'u8', 'Ana Torres'),
];
const vendors = [
  record('vendor', {
    id: 'v1',
    name: 'Kane & Sons Plumbing',
    trades: ['plumbing'],
    phones: [{ number: '+15125550160' }],
  }),
];
const staff = [
  record('staff', { id: 's2', name: 'Theo Lind', roles: ['technician'], trades: ['plumbing'], on_call: 1 }),
  record('staff', { id: 's3', name: 'Vera Holt', roles: ['technician'], trades: ['plumbing'], is_active: false }),
  record('staff', { id: 's1', name: 'Dana Reyes', roles: ['manager'], property_ids: ['p2'], phone: '+15125550170' }),
];
const cards = [
  record('guest_card', {
    id: 'g1', property_id: 'p1', name: 'Priya Raman', emails: ['priya@example.com'], source: 'Website',
    status: 'new', created_at: '2026-11-20T10:00:00.000Z',
  }),
]; // prettier-ignore

/** A mirror that holds a small portfolio with the traps of large ones. */
export async function portfolioMirror(store: Store): Promise<Mirror> {
  const mirror = createMirror(store, keyring);
  await mirror.put(CONNECTION, 'property', '', properties, NOW);
  await mirror.put(CONNECTION, 'building', '', buildings, NOW);
  await mirror.put(CONNECTION, 'unit', '', units, NOW);
  await mirror.put(CONNECTION, 'resident', '', residents, NOW);
  await mirror.put(CONNECTION, 'vendor', '', vendors, NOW);
  await mirror.put(CONNECTION, 'staff', '', staff, NOW);
  await mirror.put(CONNECTION, 'guest_card', '', cards, NOW);
  await mirror.saveLoadState(CONNECTION, { kind: 'unit', scope: '', loaded_at: NOW, cursor: null, record_count: 10 });
  return mirror;
}
