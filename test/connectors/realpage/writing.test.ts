import { describe, expect, it } from 'vitest';
import { VendorError } from '../../../src/connectors/connector.ts';
import type { CommandOf } from '../../../src/model/commands.ts';
import { carryOut, contextFor } from '../rig.ts';
import { currentLease, firstCard, openRealpage, type Realpage } from './rig.ts';

const inquiry = (site: string, more: object = {}) =>
  ({
    kind: 'create_guest_card',
    property_id: site,
    ...{ source: 'Zillow', name: 'Ann Lee', phones: [{ number: '+15125550188', type: 'mobile' }], consents: [] },
    touch: { at: '2026-11-24T14:00:00.000Z', source: 'Zillow', message: 'Is it free?' },
    ...more,
  }) as CommandOf<'create_guest_card'>;

const charge = (rig: Realpage, more: object = {}) => {
  const { property_id, id: lease_id, household_id } = currentLease(rig);
  return {
    kind: 'post_charge',
    ...{ property_id, lease_id, household_id, charge_code_id: 'RENT', gl_account_id: 'RENT' },
    ...{ amount: 12_345, date: '2026-11-24', memo: 'New lock after lost keys' },
    ...more,
  } as CommandOf<'post_charge'>;
};

/** What an operation was sent last. */
async function lastSent({ simulator }: Realpage, operation: string): Promise<string> {
  return (await simulator.requests()).last.findLast((one) => one.operation === operation)?.body ?? '';
}

describe('guest cards', () => {
  it.each([
    ['Ann Lee', 'Ann', 'Lee', 'Ann Lee'],
    ['Maria del Carmen Ruiz', 'Maria del Carmen', 'Ruiz', 'Maria del Carmen Ruiz'],
    ['Cher', 'Cher', 'Unknown', 'Cher'],
    [undefined, 'Unknown', 'Unknown', undefined],
    ['A'.repeat(40) + ' ' + 'B'.repeat(31), 'A'.repeat(30), 'B'.repeat(30), `${'A'.repeat(30)} ${'B'.repeat(30)}`],
  ])('have two names of 30 characters: %s', async (name, first, last, shown) => {
    const rig = await openRealpage();
    const { id } = await carryOut(rig, inquiry(rig.site, { name }), rig.site);
    expect(await lastSent(rig, 'insertprospect')).toContain(
      `<firstname>${first}</firstname><lastname>${last}</lastname>`,
    );
    expect((await rig.connector.get('guest_card', rig.site, id))?.name).toBe(shown);
  });

  it("take the site's own source by its name, the mapping file's, or the connection's default", async () => {
    const rig = await openRealpage();
    const named = await rig.connector.valueLists?.();
    const zillow = named
      ?.find(({ table }) => table === 'lead_source')
      ?.values.find(({ name }) => name.startsWith('Zillow'));
    await carryOut(rig, inquiry(rig.site, { source: 'zillow ' }), rig.site);
    expect(await lastSent(rig, 'insertprospect')).toContain(`<primaryleadsource>${zillow?.raw}</primaryleadsource>`);
    await expect(carryOut(rig, inquiry(rig.site, { source: 'Skywriting' }), rig.site)).rejects.toMatchObject({
      code: 'unsupported',
      field: 'source',
      message: expect.stringContaining('Zillow'),
    });
    const defaulted = await rig.again({ defaults: { lead_source: zillow?.raw } });
    await expect(carryOut(defaulted, inquiry(rig.site, { source: 'Skywriting' }), rig.site)).resolves.toBeDefined();
    const mapped = await rig.again(
      {},
      { lead_source: { to_pms: { Skywriting: zillow?.raw }, from_pms: { [zillow?.raw ?? '']: 'Skywriting' } } },
    );
    const { id } = await carryOut(mapped, inquiry(rig.site, { source: 'Skywriting' }), rig.site);
    expect((await mapped.connector.get('guest_card', rig.site, id))?.source).toBe('Skywriting');
  });

  it('asks for the lists of a site once', async () => {
    const rig = await openRealpage();
    for (let time = 0; time < 3; time += 1) await carryOut(rig, inquiry(rig.site), rig.site);
    expect((await rig.simulator.requests()).by_operation['getpicklist']).toBe(1);
  });

  it('takes no card of the same person that was there before for its own', async () => {
    const rig = await openRealpage();
    await carryOut(rig, inquiry(rig.site), rig.site);
    const context = contextFor(rig.site);
    const request = await rig.connector.prepare(inquiry(rig.site), 0, context);
    const locate = () => rig.connector.locate(inquiry(rig.site), 0, request, context);
    expect(await locate()).toEqual({ outcome: 'absent', covers_all: true });
    const signal = new AbortController().signal;
    const [first, second] = [await rig.connector.send(request, signal), await rig.connector.send(request, signal)];
    expect(await locate()).toMatchObject({ outcome: 'found', result: first, others: [second] });
  });

  it.each(['2026-11-24', '2026-11-19'])('finds its card under the day that it was sent with: %s', async (day) => {
    const rig = await openRealpage();
    const command = inquiry(rig.site, { touch: { at: `${day}T14:00:00.000Z`, source: 'Zillow' } });
    const context = contextFor(rig.site);
    const request = await rig.connector.prepare(command, 0, context);
    const { record } = await rig.connector.send(request, new AbortController().signal);
    expect((await rig.connector.get('guest_card', rig.site, record?.id ?? ''))?.created_at.slice(0, 10)).toBe(day);
    expect(await rig.connector.locate(command, 0, request, context)).toMatchObject({
      ...{ outcome: 'found', result: { record } },
    });
    const known = await rig.connector.prepare(command, 0, contextFor(rig.site));
    expect(known['sought']).toMatchObject({ known: [record?.id] });
  });

  it('sends the whole person with what is changed in it, and finds what somebody else has changed', async () => {
    const rig = await openRealpage();
    const before = firstCard(rig);
    const command: CommandOf<'update_guest_card'> = {
      ...{ kind: 'update_guest_card', guest_card_id: before.id, property_id: rig.site, occupants: 4 },
    };
    await carryOut(rig, command, rig.site, before);
    const after = await rig.connector.get('guest_card', rig.site, before.id);
    expect(after).toMatchObject({ name: before.name, phones: before.phones, emails: before.emails, occupants: 4 });
    expect(after?.move_in_date).toBe(before.move_in_date);
    await rig.simulator.staff({ change: { table: 'cards', id: before.id, set: { Occupants: '7' } } });
    const context = contextFor(rig.site, before);
    expect(await rig.connector.locate(command, 0, {}, context)).toMatchObject({ outcome: 'differs' });
  });

  it.each([
    ['Maria', 'De La Cruz'],
    ['Mary Ann', 'Smith'],
    ['Cher', 'Unknown'],
  ])('keep their two names as they are where the name is not what changes: %s / %s', async (FirstName, LastName) => {
    const rig = await openRealpage();
    const { id } = firstCard(rig);
    await rig.simulator.staff({ change: { table: 'cards', id, set: { FirstName, LastName } } });
    const update = { kind: 'update_guest_card', guest_card_id: id, property_id: rig.site } as const;
    await carryOut(rig, { ...update, occupants: 4 }, rig.site);
    expect(await lastSent(rig, 'updateprospect')).toContain(
      `<firstname>${FirstName}</firstname><lastname>${LastName}</lastname>`,
    );
    await carryOut(rig, { ...update, name: 'Ann Lee' }, rig.site);
    expect(await lastSent(rig, 'updateprospect')).toContain('<firstname>Ann</firstname><lastname>Lee</lastname>');
  });

  it('keep the wishes and the numbers that nothing is said of as they are', async () => {
    const rig = await openRealpage();
    const { id } = firstCard(rig);
    const phones = [{ Type: 'Fax', Number: '(512) 555-0177' }];
    const set = {
      phones,
      DateNeeded: '2027-02-01T00:00:00',
      Occupants: '2',
      LeaseTermMonths: '9',
      desiredrent: '1500',
    };
    await rig.simulator.staff({ change: { table: 'cards', id, set } });
    const update = { kind: 'update_guest_card', guest_card_id: id, property_id: rig.site } as const;
    await carryOut(rig, { ...update, name: 'Ann Lee' }, rig.site);
    const named = await lastSent(rig, 'updateprospect');
    expect(named).not.toContain('<preferences>');
    expect(named).toContain('<type>Fax</type><number>(512) 555-0177</number>');
    await carryOut(rig, { ...update, occupants: 4 }, rig.site);
    expect(await lastSent(rig, 'updateprospect')).toContain(
      '<preferences><dateneeded>2027-02-01</dateneeded><occupants>4</occupants>' +
        '<leasetermmonths>9</leasetermmonths></preferences>',
    );
    const more = [
      { number: '5125550177', type: 'other' as const },
      { number: '5125550178', type: 'mobile' as const },
    ];
    await carryOut(rig, { ...update, phones: more }, rig.site);
    expect(await lastSent(rig, 'updateprospect')).toMatch(/<type>Fax<.*<type>Mobile</);
  });

  it('refuses a card of another site, and one that is none, before anything is sent', async () => {
    const rig = await openRealpage();
    const sent = async () => (await rig.simulator.requests()).writes;
    const other = rig.state.guest_card?.find(({ property_id }) => property_id !== rig.site);
    for (const id of [other?.id ?? '', '1</guestcardid><x>', '../1']) {
      const command = { kind: 'update_guest_card', guest_card_id: id, property_id: rig.site, occupants: 4 } as const;
      await expect(carryOut(rig, command, rig.site)).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(await sent()).toBe(0);
  });
});

describe('charges', () => {
  it('carry the marker at the end of a description that gives way to it', async () => {
    const rig = await openRealpage();
    const { id, context } = await carryOut(rig, charge(rig, { memo: 'x'.repeat(80) }), rig.site);
    const sent = /<transdesc>([^<]*)</.exec(await lastSent(rig, 'postsinglecharge'))?.[1] ?? '';
    expect([sent.length, sent.endsWith(context.marker)]).toEqual([50, true]);
    expect(await rig.connector.get('ledger_entry', rig.site, id)).toMatchObject({
      amount: 12_345,
      memo: 'x'.repeat(33),
    });
  });

  it('are posted to nobody again where a line looks like ours with its description cut short', async () => {
    const rig = await openRealpage();
    const { household_id } = currentLease(rig);
    const command = charge(rig);
    const context = contextFor(rig.site);
    const request = await rig.connector.prepare(command, 0, context);
    const locate = () => rig.connector.locate(command, 0, request, context);
    expect(await locate()).toEqual({ outcome: 'absent', covers_all: true });
    const row = {
      site: rig.site,
      line: 99_001,
      reshid: household_id,
      TransDate: '2026-11-24T00:00:00',
      TrancName: 'RENT',
    };
    await rig.simulator.staff({ add: { table: 'lines', row: { ...row, TrancDesc: 'New lock after', Amt: '123.45' } } });
    expect(await locate()).toMatchObject({ outcome: 'differs' });
  });

  it('name the household, or the head of it where the settings say so', async () => {
    const rig = await openRealpage();
    const { household_id, parties } = currentLease(rig);
    await rig.connector.prepare(charge(rig), 0, contextFor(rig.site));
    const head = rig.state.resident?.find(({ household_id: id, role }) => id === household_id && role === 'primary');
    expect(parties.map(({ resident_id }) => resident_id)).toContain(head?.id);
    const { connector } = await rig.again({ charge_residents_as: 'member' });
    const debtor = async (from: typeof connector) =>
      ((await from.prepare(charge(rig), 0, contextFor(rig.site)))['charge'] as { residentid: string }).residentid;
    expect([await debtor(rig.connector), await debtor(connector)]).toEqual([household_id, head?.id]);
  });

  it('are refused where the mapping file names no codes', async () => {
    const rig = await openRealpage();
    const { connector } = await rig.again({}, {});
    expect(connector.capabilities.commands.post_charge).toMatchObject({
      support: 'unsupported',
      reason: expect.stringContaining('charge_code'),
    });
    expect(rig.connector.capabilities.commands.post_charge).toMatchObject({ evidence: 'inferred', reversible: false });
  });
});

describe('service requests', () => {
  const report = (rig: Realpage, more: object = {}) => {
    const { property_id, unit_id } = currentLease(rig);
    return {
      kind: 'create_work_order',
      ...{ property_id, unit_id, title: 'Sink leaks', description: 'Water under the sink.', trade: 'plumbing' },
      ...{ severity: 'urgent', entry: 'yes', file_ids: [], ...more },
    } as CommandOf<'create_work_order'>;
  };

  it("go out in the contract's order, and what it has no element for is left out", async () => {
    const rig = await openRealpage();
    const { context } = await carryOut(rig, report(rig, { reporter_name: 'Ann Lee', location: 'Basement' }), rig.site);
    const sent = await lastSent(rig, 'addservicerequest');
    expect([...sent.matchAll(/<(\w+)>/g)].map(([, name]) => name).slice(-8)).toEqual([
      'servicerequest',
      'unitid',
      'problemid',
      'priorityid',
      'details',
      'permissiontoenter',
      'requestedby',
      'requestdate',
    ]);
    expect(sent).toContain(context.marker);
    expect(sent).not.toContain('Basement');
    expect(rig.connector.capabilities.records.work_order?.fields['location']?.support).toBe('sidecar');
  });

  it('are for units alone, and their ids stay in their places', async () => {
    const rig = await openRealpage();
    for (const [more, code] of [
      [{ unit_id: undefined }, 'unsupported'],
      [{ unit_id: '1</unitid>' }, 'not_found'],
      [{ resident_id: '<x/>' }, 'not_found'],
    ] as const)
      await expect(carryOut(rig, report(rig, more), rig.site)).rejects.toMatchObject({ code });
    expect((await rig.simulator.requests()).writes).toBe(0);
  });

  it('are never taken as absent while nobody has said that the codes show all of them', async () => {
    const rig = await openRealpage();
    const { connector } = await rig.again({ service_requests: { statuses: ['4'] } });
    const context = contextFor(rig.site);
    const request = await connector.prepare(report(rig), 0, context);
    expect(await connector.locate(report(rig), 0, request, context)).toEqual({ outcome: 'absent', covers_all: false });
    expect(await rig.connector.locate(report(rig), 0, request, context)).toEqual({
      outcome: 'absent',
      covers_all: true,
    });
  });

  it('do not change what the contract has no element for', async () => {
    const rig = await openRealpage();
    const order = rig.state.work_order?.find(({ property_id }) => property_id === rig.site);
    const change = {
      kind: 'update_work_order',
      work_order_id: order?.id ?? '',
      property_id: rig.site,
      severity: 'routine',
    } as const;
    expect(() => rig.connector.compile(change)).toThrow(VendorError);
    expect(() => rig.connector.compile(change)).toThrow(/severity/);
  });
});
