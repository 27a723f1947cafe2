import { COMMANDS } from '../../src/model/commands.ts';
import { type FieldOutcome, prove } from '../../src/writeback/proof.ts';
import type { OpenWrite } from '../../src/writeback/open_write.ts';
import type { Facts } from './facts.ts';

/**
 * What a proof says that the PMS does not show; undefined where it is right. Later changes of the same record have to be
 * borne in mind: a note stays, a status counts for the last write that set it.
 */
export function brokenProof(facts: Facts, write: OpenWrite): string | undefined {
  const { row, command } = write;
  const kind = COMMANDS[command.kind].record;
  const record = (facts.state[kind] as { id: string }[]).find(({ id }) => id === row.record_id);
  if (record === undefined) return `the PMS has no ${kind} ${row.record_id}`;
  if (row.proof === null || row.proof_json === null) return 'it is done without a proof';
  const claimed = JSON.parse(row.proof_json) as Record<string, FieldOutcome>;
  const shown = prove(command, write.before, record as Record<string, unknown>, facts.connector.capabilities).fields;
  const wrong = Object.keys(shown).filter(
    (field) =>
      claimed[field] === undefined ||
      (claimed[field] === 'verified' && shown[field] !== 'verified' && !wasSetLater(facts, write, field)),
  );
  if (wrong.length > 0) return `the PMS does not show ${wrong.join(', ')} as it was asked for`;
  const isFull = Object.values(claimed).every((outcome) => outcome === 'verified');
  return (row.proof === 'full') === isFull ? undefined : `the proof is called ${row.proof}`;
}

/** Whether an effect after the last one of a write set the same field of the same record. */
function wasSetLater(facts: Facts, { row }: OpenWrite, field: string): boolean {
  if (field === 'notes') return false;
  const mine = facts.effects.findLastIndex(({ label }) => label.startsWith(`${row.write_id}/`));
  return facts.effects.slice(mine + 1).some(({ label, record_id, kind }) => {
    if (record_id !== row.record_id || kind !== row.record_kind) return false;
    const other = facts.writes.find((one) => label.startsWith(`${one.row.write_id}/`));
    return other !== undefined && field in other.command;
  });
}
