import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { notesIn, withNote } from '../../../src/connectors/yardi/technician_notes.ts';
import { carryOut, contextFor, NOW } from '../rig.ts';
import { commandOf, done, failureOf, listAll, openYardi, PROPERTY, type Yardi } from './rig.ts';

const LEAK = {
  ...{ title: 'Water under the kitchen sink since this morning', trade: 'plumbing', severity: 'emergency' },
  ...{ description: 'It runs over the floor.\nThe valve is stuck.', entry: 'yes', entry_notes: 'Dog in the bedroom' },
};

async function fieldsOf({ simulator }: Yardi, id: string) {
  // The simulator keeps what is not in the canonical form as well; a search shows all of it.
  const { last } = await simulator.requests();
  const body = last.findLast(({ operation }) => operation === 'CreateOrEditServiceRequests')?.body ?? '';
  expect(id).toMatch(/^\d+$/);
  return (name: string) => new RegExp(`<${name}>([^<]*)<`).exec(body)?.[1];
}

describe('a work order of Yardi', () => {
  it('has the beginning of its title, the whole text in both places, and who reported it', async () => {
    const yardi = await openYardi();
    const [lease] = await listAll(yardi.connector, 'lease');
    const resident = await yardi.connector.get('resident', PROPERTY, lease?.parties[0]?.resident_id ?? '');
    const command = commandOf('create_work_order', {
      ...LEAK,
      ...{ unit_id: lease?.unit_id, resident_id: resident?.id, bill_to_lease_id: lease?.id },
    });
    const order = await done(yardi.connector, command, 'work_order');
    expect(order).toMatchObject({
      ...{ title: 'Water under the kitchen sink since ', description: LEAK.description, status: 'new' },
      ...{ trade: 'plumbing', severity: 'emergency', entry: 'yes', entry_notes: 'Dog in the bedroom' },
      ...{ unit_id: lease?.unit_id, reporter_name: resident?.name, bill_to_lease_id: lease?.id },
    });
    const sent = await fieldsOf(yardi, order.id);
    expect(sent('ServiceRequestFullDescription')).toMatch(/stuck\. ct-\w{13}$/);
    expect(sent('ProblemDescriptionNotes')).toBe(sent('ServiceRequestFullDescription'));
    expect(sent('ServiceRequestDate')).toBe('2026-11-24');
  });

  it.each(['2026-11-23', '2026-11-25'])('is found where the service has it a day off: %s', async (filed_on) => {
    const { connector, simulator } = await openYardi();
    const command = commandOf('create_work_order', LEAK);
    const context = contextFor(PROPERTY);
    const request = await connector.prepare(command, 0, context);
    const { record } = await connector.send(request, new AbortController().signal);
    await simulator.staff({ change: { table: 'requests', id: Number(record?.id), set: { filed_on } } });
    expect(await connector.locate(command, 0, request, context)).toMatchObject({
      ...{ outcome: 'found', result: { record } },
    });
  });

  it('says where it is when that is no unit', async () => {
    const { connector } = await openYardi();
    const command = commandOf('create_work_order', { ...LEAK, location: 'Laundry room,\nsecond floor' });
    const order = await done(connector, command, 'work_order');
    expect([order.location, order.notes]).toEqual(['Laundry room, second floor', []]);
  });

  it('keeps everything that a change does not name, for an edit replaces the whole', async () => {
    const { connector } = await openYardi();
    const command = commandOf('create_work_order', { ...LEAK, location: 'Boiler room', reporter_name: 'Ada Roe' });
    const before = await done(connector, command, 'work_order');
    const [vendor] = await listAll(connector, 'vendor');
    const assign = commandOf('assign_work_order', {
      ...{ work_order_id: before.id, vendor_id: vendor?.id, not_to_exceed: 50_000, instructions: 'Ring twice.' },
      visit: { start: '2026-11-25T16:00:00.000Z', end: '2026-11-25T18:00:00.000Z' },
    });
    const after = await done(connector, assign, 'work_order');
    const { status, raw_status, vendor_id, notes, updated_at } = after;
    expect({ ...after, updated_at }).toEqual({ ...before, status, raw_status, vendor_id, notes, updated_at });
    expect([vendor_id, status, raw_status]).toEqual([vendor?.id, 'scheduled', 'Scheduled']);
    expect(notes.map(({ text }) => text)).toEqual([
      'Visit 2026-11-25 09:00 to 2026-11-25 11:00. Not to exceed 500.00. Ring twice.',
    ]);
    const taken = await done(
      connector,
      commandOf('update_work_order', { work_order_id: before.id, vendor_id: null }),
      'work_order',
    );
    expect(taken.vendor_id).toBeUndefined();
    expect(taken.description).toBe(LEAK.description);
  });

  it('gets notes one by one, beside what people wrote, and no public ones', async () => {
    const { connector, simulator } = await openYardi();
    const { id } = await done(connector, commandOf('create_work_order', LEAK), 'work_order');
    const note = (text: string, is_public = false) =>
      commandOf('add_work_order_note', { work_order_id: id, note: { text, is_public } });
    await done(connector, note('First\nin two lines'), 'work_order');
    const kept = (await simulator.state()).work_order?.find((one) => one.id === id);
    expect(kept).toBeDefined();
    const order = await done(connector, note('Second'), 'work_order');
    expect(order.notes.map(({ text, at }) => [text, at])).toEqual([
      ['First\nin two lines', '2026-11-24T15:00:00.000Z'],
      ['Second', '2026-11-24T15:00:00.000Z'],
    ]);
    expect(() => connector.compile(note('Hello', true))).toThrow(/not public/);
  });

  it('is found by its number when it is closed, and listed as long as that is not long ago', async () => {
    const { connector, simulator, asked } = await openYardi();
    const [open] = await listAll(connector, 'work_order');
    const id = open?.id ?? '';
    const row = { property: PROPERTY, history: [], UpdateDate: '2026-11-24T08:00:00' };
    const fields = (day: string) => ({
      ...{ PropertyCode: PROPERTY, ServiceRequestBriefDescription: 'Old', Priority: 'Low', Category: 'General' },
      ...{ CurrentStatus: 'Canceled', HasPermissionToEnter: 'false', ServiceRequestDate: day },
    });
    const add = (number: number, day: string) =>
      simulator.staff({ add: { table: 'requests', row: { ...row, id: number, filed_on: day, fields: fields(day) } } });
    for (const [number, day] of [
      [7, '2025-03-01'],
      [8, '2019-03-01'],
      [9, '2026-11-20'],
    ] as const)
      await add(number, day);
    const listed = (await listAll(connector, 'work_order')).map((one) => one.id);
    expect([listed.includes('7'), listed.includes('8'), listed.includes('9')]).toEqual([true, false, true]);
    expect((await connector.get('work_order', PROPERTY, '8'))?.status).toBe('cancelled');
    expect(await connector.get('work_order', 'prop002', '8')).toBeUndefined();
    const start = await asked('GetServiceRequest_Search');
    expect((await connector.get('work_order', PROPERTY, id))?.id).toBe(id);
    expect(await asked('GetServiceRequest_Search')).toBe(start + 1);
    const since = await listAll(connector, 'work_order', { since: '2026-11-24T12:00:00.000Z' });
    expect(since.map((one) => one.id)).toEqual(['9']);
  });

  it('is in doubt only over what others have changed', async () => {
    const { connector } = await openYardi();
    const { id } = await done(connector, commandOf('create_work_order', LEAK), 'work_order');
    const command = commandOf('update_work_order', { work_order_id: id, severity: 'routine' });
    const context = contextFor(PROPERTY);
    const request = await connector.prepare(command, 0, context);
    const look = () => connector.locate(command, 0, request, context);
    expect(await look()).toEqual({ outcome: 'absent', covers_all: true });
    await carryOut({ connector }, commandOf('update_work_order', { work_order_id: id, severity: 'urgent' }), PROPERTY);
    expect(await look()).toMatchObject({ outcome: 'differs' });
    await connector.send(request, new AbortController().signal);
    expect(await look()).toMatchObject({ outcome: 'found' });
  });

  it.each([
    ['a unit that is none', { unit_id: '999-Z' }],
    ['a vendor that is none', undefined],
  ])('is not made or changed for %s', async (_what, more) => {
    const { connector, simulator } = await openYardi();
    const [order] = await listAll(connector, 'work_order');
    const command =
      more === undefined
        ? commandOf('update_work_order', { work_order_id: order?.id, vendor_id: 'v9999999' })
        : commandOf('create_work_order', { ...LEAK, ...more });
    expect((await failureOf(carryOut({ connector }, command, PROPERTY))).code).toBe('refused');
    expect(await simulator.effects()).toEqual([]);
  });
});

describe('notes for technicians', () => {
  const marker = fc.stringMatching(/^ct-[0-9a-hjkmnp-tv-z]{13}$/);
  const text = fc.string({ minLength: 1, unit: 'grapheme' }).map((one) => one.replaceAll(/[\r\n]/g, ' ').trim());

  it('come back in order, whatever is in them', () => {
    const notes = fc.array(
      fc.tuple(
        text.filter((one) => one !== '' && !/ct-/.test(one)),
        marker,
      ),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(notes, (given) => {
        const all = given.reduce<string | undefined>(
          (before, [note, mark]) => withNote(before, note, mark, NOW),
          undefined,
        );
        expect(notesIn(all ?? '', '2026-01-01T00:00:00.000Z').map((one) => one.text)).toEqual(
          given.map(([note]) => note),
        );
      }),
    );
  });

  it('stand between what people write', () => {
    const ours = withNote('Called vendor', 'Part is here', 'ct-0123456789abc', NOW);
    expect(notesIn(`${ours}\nNo answer`, '2026-01-01T00:00:00.000Z').map((one) => one.text)).toEqual([
      'Called vendor',
      'Part is here',
      'No answer',
    ]);
  });
});
