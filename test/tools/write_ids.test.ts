import { describe, expect, it } from 'vitest';
import type { Grant } from '../../src/grants/grant.ts';
import { CaretakerError } from '../../src/model/errors.ts';
import type { Records } from '../../src/sync/records.ts';
import { errorAnswer } from '../../src/tool/answers.ts';
import { createGrantedRecords } from '../../src/tool/granted_records.ts';
import { newId } from '../../src/writeback/ids.ts';
import type { Writeback } from '../../src/writeback/writeback.ts';

describe('a write id in the place of a record', () => {
  const writeId = newId('w', Date.parse('2026-11-24T15:00:00.000Z'));

  function recordsUnder(connections: readonly string[], madeIn: string) {
    const grant = { organisation: 'org', pins: [] as Grant['pins'] } as Grant;
    const row = {
      organisation: 'org',
      record_kind: 'work_order',
      record_id: '5',
      connection: madeIn,
      scope: '',
    };
    const records = {
      get: async (connection: string, _kind: string, scope: string, id: string) => ({
        record: { id, property_id: '11', title: `in ${connection}` },
        scope,
        version: 'v',
        as_of: 0,
        stale: false,
      }),
    } as unknown as Records;
    const writeback = { byId: async () => ({ row }) } as unknown as Writeback;
    return createGrantedRecords(grant, connections, records, writeback);
  }

  it.each([
    [['main'], 'main'],
    [['main', 'other'], 'other'],
  ])('stands for the record of its own connection, of %s', async (connections, madeIn) => {
    const found = await recordsUnder(connections, madeIn).get('work_order', writeId);
    expect(found).toMatchObject({ connection: madeIn, record: { id: '5', title: `in ${madeIn}` } });
  });

  it('is never taken for the record of another connection that has the same id', async () => {
    const found = recordsUnder(['main'], 'gone').get('work_order', writeId);
    await expect(found).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the details of a refusal', () => {
  it('are cleaned of what nobody can see, like every result', () => {
    const refusal = new CaretakerError('conflict', 'It changed.', { details: { title: ['Le\u202eak'] } });
    expect(errorAnswer(refusal).structured['error']).toMatchObject({ details: { title: ['Leak'] } });
  });
});
