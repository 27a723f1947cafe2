import type { Capabilities, CommandCapability, Evidence } from '../connectors/connector.ts';
import { COMMAND_KINDS, type CommandKind } from '../model/commands.ts';
import { RECORD_KINDS, type RecordKind } from '../model/records.ts';

/** Something that no source shows: what is done as long as nobody knows better, and what confirms it. */
export interface ToConfirm {
  about: string;
  assumed: string;
  evidence: Exclude<Evidence, 'seen'>;
  confirm: string;
}

/** Commands that move money or change a lease: on a guess they are recorded and not sent. */
const HELD_ON_A_GUESS: ReadonlySet<CommandKind> = new Set([
  'assign_work_order',
  'update_lease',
  'post_charge',
  'reverse_charge',
  'post_bill',
  'reverse_bill',
  'post_journal_entry',
  'reverse_journal_entry',
]);

/** Kinds that stay in shadow on a connection until a test has proved them there. */
export function heldOnAGuess({ commands }: Capabilities): CommandKind[] {
  return COMMAND_KINDS.filter((kind) => {
    const { support, evidence } = commands[kind];
    const isSent = support === 'native' || support === 'mapped';
    return HELD_ON_A_GUESS.has(kind) && isSent && evidence !== 'seen';
  });
}

/** Everything inferred or unknown of a PMS: of it as a whole, its commands, its records and their fields. */
export function toConfirm(capabilities: Capabilities): ToConfirm[] {
  const { assumptions = [], commands, records } = capabilities;
  return [
    ...assumptions,
    ...COMMAND_KINDS.flatMap((kind) => ofCommand(kind, commands[kind])),
    ...RECORD_KINDS.flatMap((kind) => ofRecord(capabilities, kind, records[kind])),
  ];
}

function ofCommand(kind: CommandKind, { support, evidence, note, reason }: CommandCapability): ToConfirm[] {
  if (evidence === 'seen' || support === 'sidecar') return [];
  const about = kind.replaceAll('_', ' ');
  if (support === 'unsupported')
    return [
      {
        about,
        assumed: `not offered: ${reason ?? note ?? 'its request is not known'}`,
        evidence,
        confirm: "the vendor's own description of this request, or what the reason asks for",
      },
    ];
  const held = HELD_ON_A_GUESS.has(kind) ? 'recorded and not sent until it is proved' : 'sent, and read back';
  const confirm =
    kind === 'create_work_order' || kind === 'update_work_order'
      ? '`caretaker connections check --write-test UNIT`'
      : HELD_ON_A_GUESS.has(kind)
        ? `\`caretaker connections check --write-test UNIT --commands ${kind}\``
        : 'the first one in use: its proof names every field that the PMS did not keep';
  return [{ about, assumed: note === undefined ? held : `${note.replace(/\.$/, '')}; ${held}`, evidence, confirm }];
}

function ofRecord({ pms }: Capabilities, kind: RecordKind, record: Capabilities['records'][RecordKind]): ToConfirm[] {
  if (record === undefined || record.read === 'unsupported' || record.read === 'sidecar') return [];
  const about = kind.replaceAll('_', ' ');
  const confirm = `\`caretaker sync --kind ${kind}\`, then a look at one in ${pms}; \`caretaker connections check\` lists what was not understood`;
  if (record.evidence !== 'seen')
    return [
      { about, assumed: record.note ?? `read as ${record.wire ?? 'described'}`, evidence: record.evidence, confirm },
    ];
  const fields = Object.entries(record.fields).filter(
    ([, one]) => one.evidence !== 'seen' && (one.support === 'native' || one.support === 'mapped'),
  );
  return fields.map(([field, { evidence, wire, note }]) => ({
    about: `${about}: ${field}`,
    assumed: [wire, note].filter((one) => one !== undefined && one !== '').join('; ') || 'as described',
    evidence: evidence as ToConfirm['evidence'],
    confirm,
  }));
}
