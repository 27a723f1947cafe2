import type { Insertable, Selectable, Updateable } from 'kysely';
import { perColumns } from '../store/prepared.ts';
import type { WriteStepTable } from '../store/schema.ts';
import type { Db } from './ledger.ts';

/*
 * The queries about the steps of a write.
 */

export type StepRow = Selectable<WriteStepTable>;

export async function stepsOf(db: Db, writeId: string): Promise<StepRow[]> {
  return db.selectFrom('write_steps').selectAll().where('write_id', '=', writeId).orderBy('step_index').execute();
}

const storeStep = perColumns((db: Db, values) => {
  const row = values as Insertable<WriteStepTable>;
  return db
    .insertInto('write_steps')
    .values(row)
    .onConflict((conflict) => conflict.columns(['write_id', 'step_index']).doUpdateSet(row));
});

export async function putStep(db: Db, row: Insertable<WriteStepTable>): Promise<void> {
  await storeStep(row)(db, { ...row });
}

const changeStep = perColumns((db: Db, values, argument) =>
  db
    .updateTable('write_steps')
    .set(values as Updateable<WriteStepTable>)
    .where('write_id', '=', argument('its_write') as string)
    .where('step_index', '=', argument('its_index') as number),
);

export async function updateStep(
  db: Db,
  writeId: string,
  stepIndex: number,
  values: Updateable<WriteStepTable>,
): Promise<void> {
  await changeStep(values)(db, { ...values, its_write: writeId, its_index: stepIndex });
}
