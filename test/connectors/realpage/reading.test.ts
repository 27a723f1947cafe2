import { describe, expect, it } from 'vitest';
import { answering, currentLease, firstCard, openRealpage, resultOf, services } from './rig.ts';

describe('scopes', () => {
  it('are the sites, each asked with its own credentials', async () => {
    const rig = await openRealpage();
    expect(await rig.connector.scopes()).toEqual(rig.state.property?.map(({ id }) => id));
    const { records } = await rig.connector.list('unit', { scope: rig.site });
    expect(new Set(records.map(({ property_id }) => property_id))).toEqual(new Set([rig.site]));
    expect(await rig.connector.get('unit', '5419999', records[0]?.id ?? '')).toBeUndefined();
    await expect(rig.connector.list('unit', { scope: '5419999' })).rejects.toMatchObject({ code: 'refused' });
  });

  it('are all read where none is named, one after the other', async () => {
    const rig = await openRealpage();
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await rig.connector.list('unit', { limit: 3, ...(cursor && { cursor }) });
      expect(page.records.length).toBeLessThanOrEqual(3);
      found.push(...page.records.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(found.sort()).toEqual(rig.state.unit?.map(({ id }) => id).sort());
    // One answer for each site, whatever the size of a page.
    expect((await rig.simulator.requests()).by_operation['unitlist']).toBe(2);
  });

  it.each(['1:2', 'x', ':1', '5410001', '5410001:-1'])('refuse the cursor %s', async (cursor) => {
    const rig = await openRealpage();
    await expect(rig.connector.list('unit', { cursor })).rejects.toMatchObject({ code: 'refused', field: 'cursor' });
  });
});

describe('filters', () => {
  it('give what is on a unit and of a household, at the property that is asked for', async () => {
    const rig = await openRealpage();
    const { unit_id, household_id, id } = currentLease(rig);
    const listed = await rig.connector.list('lease', { scope: rig.site, unit_id, household_id });
    expect(listed.records.map((lease) => lease.id)).toContain(id);
    expect(listed.records.every((lease) => lease.unit_id === unit_id)).toBe(true);
    expect((await rig.connector.list('lease', { property_id: '999' })).records).toEqual([]);
  });

  it('ask for guest cards that changed since a day', async () => {
    const rig = await openRealpage();
    const card = firstCard(rig);
    const since = async () =>
      (await rig.connector.list('guest_card', { scope: rig.site, since: '2026-11-24T15:00:00.000Z' })).records;
    expect((await since()).map(({ id }) => id)).not.toContain(card.id);
    await rig.simulator.staff({
      change: { table: 'cards', id: card.id, set: { ModifiedDate: '2026-11-24T08:00:00' } },
    });
    expect((await since()).map(({ id }) => id)).toContain(card.id);
  });
});

describe('ledgers', () => {
  it('give each of several equal lines an id of its own, which stays', async () => {
    const rig = await openRealpage();
    const { household_id } = currentLease(rig);
    const row = {
      site: rig.site,
      reshid: household_id,
      TransDate: '2026-11-20T00:00:00',
      TrancName: 'LATEFEE',
      TrancDesc: 'Late',
      Amt: '50.00',
    };
    const read = async () => (await rig.connector.list('ledger_entry', { scope: rig.site, household_id })).records;
    const before = (await read()).map(({ id }) => id);
    for (const line of [99_001, 99_002]) await rig.simulator.staff({ add: { table: 'lines', row: { ...row, line } } });
    const added = (await read()).filter(({ id }) => !before.includes(id));
    expect(added.map(({ id }) => id.slice(-2))).toEqual(['-1', '-2']);
    for (const entry of added) expect(await rig.connector.get('ledger_entry', rig.site, entry.id)).toEqual(entry);
  });

  it('belong to households, not to whatever an id looks like', async () => {
    const rig = await openRealpage();
    const before = (await rig.simulator.requests()).total;
    for (const household_id of ['../1', '<x/>', ''])
      expect((await rig.connector.list('ledger_entry', { scope: rig.site, household_id })).records).toEqual([]);
    expect(await rig.connector.get('ledger_entry', rig.site, '1-20260101-zz-1')).toBeUndefined();
    expect((await rig.simulator.requests()).total).toBe(before);
  });
});

describe('people', () => {
  it('with two leases are one, by the lease that they live under', async () => {
    const rig = await openRealpage();
    const row = (leaseid: string, unitid: string, leasestatus: string) =>
      `<resident><residentmemberid>7</residentmemberid><residenthouseholdid>3</residenthouseholdid><firstname>Ann</firstname>` +
      `<leaseid>${leaseid}</leaseid><unitid>${unitid}</unitid><leasestatus>${leasestatus}</leasestatus></resident>`;
    const rows = [row('1', '11', 'Former'), row('2', '12', 'Current'), row('3', '13', 'Future Lease')];
    const list = `<residentlist xmlns="">${rows.join('')}</residentlist>`;
    const connector = await answering(rig, 200, resultOf('getresidentlist', list));
    expect((await connector.list('resident', { scope: rig.site })).records).toMatchObject([
      { id: '7', unit_id: '12', status: 'current' },
    ]);
    expect((await connector.list('household', { scope: rig.site })).records).toMatchObject([
      { id: '3', unit_id: '12', resident_ids: ['7'] },
    ]);
  });

  it.each([
    [{ noticegivendate: '2026-11-20T00:00:00' }, 'notice'],
    [{ inevict: 'Y', noticegivendate: '2026-11-20T00:00:00' }, 'eviction'],
    [{ leasestatus: 'Former Applicant' }, 'cancelled'],
  ])('with %j are %s', async (set, status) => {
    const rig = await openRealpage();
    const id = currentLease(rig).parties[0]?.resident_id ?? '';
    const before = await rig.connector.get('resident', rig.site, id);
    await rig.simulator.staff({ change: { table: 'residents', id: `${rig.site}/${id}`, set } });
    expect(await rig.connector.get('resident', rig.site, id)).toEqual({ ...before, status });
  });

  it('tell of a status that is new, and are read all the same', async () => {
    const rig = await openRealpage();
    const resident = rig.state.resident?.find(({ property_id }) => property_id === rig.site);
    await rig.simulator.staff({
      change: { table: 'residents', id: `${rig.site}/${resident?.id}`, set: { leasestatus: 'Hibernating' } },
    });
    expect((await rig.connector.get('resident', rig.site, resident?.id ?? ''))?.status).toBe('past');
    expect(rig.drift).toContainEqual({ what: 'unknown_value', path: 'resident.leasestatus' });
  });
});

describe('times', () => {
  it("are those of the clock at the site, which the settings' zone turns into moments", async () => {
    const rig = await openRealpage();
    const card = firstCard(rig);
    const zones = Object.fromEntries((await rig.connector.scopes()).map((site) => [site, 'Pacific/Honolulu']));
    const { connector } = await rig.again({ time_zones: { properties: zones } });
    const there = (await connector.get('guest_card', rig.site, card.id))?.created_at ?? '';
    // Denver is three hours ahead of Honolulu in November.
    expect(Date.parse(there) - Date.parse(card.created_at)).toBe(3 * 3_600_000);
  });
});

describe('a licence with getunitlist alone', () => {
  it('shows the units that can be leased, and says so', async () => {
    const rig = await openRealpage();
    const { connector } = await rig.again({ services: [{ url: services(rig).leasing, operations: ['getunitlist'] }] });
    expect(connector.capabilities.records.unit?.note).toMatch(/only units that can be leased/);
    const free = rig.state.unit?.filter(({ is_listed, property_id }) => is_listed && property_id === rig.site) ?? [];
    const { records } = await connector.list('unit', { scope: rig.site });
    expect(free.length).toBeGreaterThan(0);
    expect(records.map(({ id, name, market_rent }) => [id, name, market_rent])).toEqual(
      free.map(({ id, name, market_rent }) => [id, name, market_rent]),
    );
  });
});
