import { afterEach, describe, expect, it, vi } from 'vitest';
import type { VendorOutcome } from '../../src/main/vendor_facts.ts';
import type { SimulatorHandle } from '../simulators/shared/handle.ts';
import { openSimulator } from '../simulators/shared/open.ts';
import { newPlace, type Place } from './command_line.ts';

/* `caretaker vendors` on the real command line, for a PMS that has vendors by property and for one that has none. */

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

interface Refusal {
  error: { code: string; message: string; field?: string };
}

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

async function openPlace(name: string) {
  const pms: SimulatorHandle = await openSimulator(name, { units: 4, properties: 2 });
  endings.push(() => pms.close());
  const variables = { CARETAKER_KEYRING: `test:${Buffer.alloc(32, 7).toString('base64')}` };
  const workflows = { maintenance: 'live' };
  const connection = { ...pms.connection, id: 'main', mappings: 'main.mappings.json', workflows };
  const place: Place = newPlace({ connections: [connection], policy: {} }, { variables });
  endings.push(() => place.remove());
  place.write('main.mappings.json', JSON.stringify(await pms.mappings()));
  const make = ['keys', 'create', '--person', '--name', 'Ada', '--role', 'admin'];
  const { key } = await place.json<{ key: string }>(make);
  return {
    pms,
    call: <T>(tool: string, args: object) => place.json<T>(['call', tool, JSON.stringify(args)], key),
    async imported(csv: string) {
      const file = place.write('vendors.csv', csv);
      return (await place.json<{ vendors: VendorOutcome[] }>(['vendors', 'import', file], key)).vendors;
    },
    async refused(csv: string) {
      const file = place.write('vendors.csv', csv);
      const { code, errors } = await place.run(['vendors', 'import', file, '--json'], { key });
      expect(code).toBe(1);
      return (JSON.parse(errors) as Refusal).error;
    },
    async audited() {
      const { out } = await place.run(['audit', 'export'], { key });
      const entries = out.trim().split('\n');
      return entries
        .map((line) => JSON.parse(line) as { action: string; subject: string; payload: object })
        .filter(({ action }) => action === 'vendor.facts');
    },
  };
}

describe('vendors', () => {
  it('come into being at every site of a PMS that has none, and stand in for its own', async () => {
    const { imported, refused, audited } = await openPlace('realpage');
    const head = 'vendor_id,name,phones,trades,rank,general_liability_expires,w9_on_file,evidence';
    const nobody = await refused('vendor_id,trades,evidence\nrooter,plumbing,folder 12\n');
    expect(nobody).toMatchObject({ code: 'invalid_input', field: 'name' });
    const twice = await refused(`${head}\nrooter,A,,,,,,f\nrooter,B,,,,,,f\n`);
    expect(twice.message).toContain('Line 2');
    expect(await audited()).toEqual([]);

    const row = 'rooter,Rapid Rooter,512-555-0143;after_hours:512-555-0144,plumbing;hvac,1,2031-05-01,yes,folder 12';
    const [made] = await imported(`${head}\n${row}\n`);
    expect(made).toMatchObject({ vendor_id: 'rooter', is_new: true, pms_has_its_own: [] });
    expect(made!.property_ids).toHaveLength(2);
    const entries = await audited();
    expect(entries.map(({ subject }) => subject)).toEqual(made!.property_ids!.map((site) => `main/${site}/rooter`));
    expect(entries[0]!.payload).toMatchObject({
      evidence: 'folder 12',
      after: {
        phones: [
          { number: '+15125550143', type: 'work' },
          { number: '+15125550144', type: 'after_hours' },
        ],
        preferred: [{ rank: 1 }],
        compliance: { general_liability_expires: '2031-05-01', w9_on_file: true },
      },
    });

    // What is said later replaces what was said before, column by column, at one site or at all.
    const [site] = made!.property_ids!;
    const more = `vendor_id,property_id,general_liability_expires,trades,evidence\nrooter,${site},none,electrical,call\n`;
    expect(await imported(more)).toMatchObject([{ name: 'Rapid Rooter', property_ids: [site] }]);
    const changed = (await audited()).at(-1)!.payload as { after: { compliance: object; trades: string[] } };
    expect(changed.after).toMatchObject({ name: 'Rapid Rooter', trades: ['electrical'] });
    expect(changed.after.compliance).toEqual({ licences: [], w9_on_file: true });
  });

  it('of a PMS are found and dispatched once what it does not hold of them has been said', async () => {
    const { pms, call, imported, refused } = await openPlace('yardi');
    const own = (await pms.state()).vendor!.find(({ name }) => name.includes('Plumbing'))!;
    const theirs = await refused(`vendor_id,name,evidence\n${own.id},Another name,folder 1\n`);
    expect(theirs).toMatchObject({ code: 'invalid_input', field: 'name' });
    expect((await refused('vendor_id,trades,evidence\nv9999999,plumbing,folder 1\n')).field).toBe('vendor_id');

    const { leases } = await call<{ leases: { unit_id: string; property_id: string }[] }>('list_leases', {});
    const { unit_id, property_id } = leases[0]!;
    const report = { description: 'The tap in the kitchen drips.', severity: 'urgent', entry: 'yes' };
    const made = await call<{ work_order: { work_order_id: string } }>('create_work_order', {
      ...{ request_id: 'tap-in-the-kitchen-1', unit_id, property_id, ...report },
    });
    const { work_order_id } = made.work_order;
    const candidates = async () => {
      const found = await call<{ candidates: { vendor_id: string }[] }>('find_vendors', { work_order_id });
      return found.candidates.map(({ vendor_id }) => vendor_id);
    };
    expect(await candidates()).toEqual([]);
    const facts = 'plumbing,2031-05-01,2031-05-01,plumbing:M-1::2031-05-01,yes,folder 1';
    const columns = 'trades,general_liability_expires,workers_comp_expires,licences,w9_on_file,evidence';
    const [kept] = await imported(`vendor_id,${columns}\n${own.id},${facts}\n`);
    expect(kept).toMatchObject({ name: own.name, pms_has_its_own: [] });
    // Once, though there is one under this id at each property.
    const found = await candidates();
    expect(found).toEqual([`${property_id.split(':')[0]}:${own.id}`]);
    const visit_start = `${new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10)}T10:00`;
    const dispatch = { request_id: 'tap-in-the-kitchen-2', work_order_id, vendor_id: found[0], visit_start };
    const { write } = await call<{ write: { state: string } }>('dispatch_vendor', dispatch);
    expect(write.state).toBe('done');
  });
});
