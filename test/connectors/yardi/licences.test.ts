import { describe, expect, it } from 'vitest';
import { settings } from '../../../src/connectors/yardi/connector.ts';
import { commandOf, failureOf, listAll, openYardi, PROPERTY, RENEWALS } from './rig.ts';

const GIVEN = {
  ...{ id: 'main', pms: 'yardi', base_url: 'https://www.yardiasp14.com/maple/webservices' },
  ...{ user_name: 'ws', password: 'secret', server_name: 'sql1', database: 'maple_live' },
  time_zones: { properties: {} },
};
const LICENCE = { entity: 'Caretaker', license: 'MIIB' };

function problems(interfaces: object): string[] {
  const read = settings.safeParse({ ...GIVEN, interfaces });
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('the settings of a connection to Yardi', () => {
  it('take each interface with its own licence, and an address where none is known', () => {
    expect(problems({ service_requests: LICENCE, ils_guest_card: { ...LICENCE, wsdl: true } })).toEqual([]);
    expect(problems({ vendor_invoicing: LICENCE })).toEqual([
      'interfaces.vendor_invoicing.path: the name of this service is not known; Yardi tells it with the licence',
    ]);
    expect(problems({ vendor_invoicing: { ...LICENCE, path: 'ItfVendorInvoicing.asmx' } })).toEqual([]);
    expect(problems({})).toEqual(['interfaces: name at least one interface']);
  });

  it.each(['../other/ItfX.asmx', 'https://elsewhere.example/ItfX.asmx', '/ItfX.asmx', 'ItfX.asmx?a'])(
    'take no address that leads out of the folder: %s',
    (path) => {
      expect(problems({ service_requests: { ...LICENCE, path } })).toHaveLength(1);
    },
  );
});

describe('without a licence', () => {
  it('what needs the interface is refused by its name, and everything else goes on', async () => {
    const { again } = await openYardi();
    const connector = await again({}, { ils_guest_card: undefined });
    const { commands, records } = connector.capabilities;
    for (const kind of ['create_guest_card', 'update_guest_card', 'schedule_tour', 'cancel_tour'] as const)
      expect([commands[kind].support, commands[kind].reason]).toEqual([
        'unsupported',
        expect.stringContaining('interfaces.ils_guest_card'),
      ]);
    expect([records.unit?.read, records.tour?.read, records.work_order?.read]).toEqual([
      'unsupported',
      'unsupported',
      'native',
    ]);
    expect((await failureOf(connector.list('unit', { scope: PROPERTY }))).code).toBe('unsupported');
    expect((await listAll(connector, 'lease')).length).toBeGreaterThan(0);
  });

  it('of renewals a lease shows no offers and takes none', async () => {
    const { connector, again } = await openYardi();
    expect(connector.capabilities.records.lease?.fields['renewal_offers']?.support).toBe('unsupported');
    const licensed = await again({}, RENEWALS);
    expect(licensed.capabilities.records.lease?.fields['renewal_offers']?.support).toBe('native');
    const command = commandOf('update_lease', {
      lease_id: 't0000001',
      change: { action: 'accept_renewal', renewal_offer_id: '1' },
    });
    expect(() => connector.compile(command)).toThrow(/interfaces\.lease_renewals/);
    expect(licensed.compile(command).map(({ retry }) => retry)).toEqual(['none', 'set_value']);
  });

  it('money that was never seen whole says so', async () => {
    const { connector } = await openYardi();
    const { commands } = connector.capabilities;
    expect(commands.post_charge).toMatchObject({ evidence: 'inferred', reversible: false });
    for (const kind of ['post_bill', 'post_journal_entry', 'reverse_charge', 'reschedule_tour'] as const)
      expect(commands[kind]).toMatchObject({ support: 'unsupported', evidence: 'unknown' });
  });
});

describe("the customer's own contract", () => {
  it('is read once, and tells names and order of parameters', async () => {
    const { again, simulator } = await openYardi();
    const connector = await again({}, { common_data: { wsdl: true }, service_requests: { wsdl: true } });
    expect((await listAll(connector, 'lease')).length).toBeGreaterThan(0);
    await listAll(connector, 'work_order');
    const asked = (await simulator.requests()).last.filter(({ url }) => /\?WSDL$/.test(url)).map(({ url }) => url);
    expect(asked).toEqual(
      ['/maple/webservices/ItfServiceRequests.asmx?WSDL', '/maple/webservices/ItfResidentData.asmx?WSDL']
        .toSorted()
        .reverse(),
    );
  });

  it('that cannot be read lets nothing be sent', async () => {
    const { again, asked } = await openYardi();
    const connector = await again({}, { common_data: { wsdl: true, path: 'ItfNothing.asmx' } });
    expect((await failureOf(connector.scopes())).code).toBe('misconfigured');
    expect(await asked('GetPropertyConfigurations')).toBe(0);
  });
});
