import type { Capabilities, RecordCapability } from '../connectors/connector.ts';
import { COMMAND_KINDS, COMMANDS } from '../model/commands.ts';
import type { RecordKind } from '../model/records.ts';
import { fieldsSetBy } from './set_fields.ts';

/** What becomes of something that a caller may say and that the PMS cannot hold as it is. */
export interface FieldLoss {
  record: RecordKind;
  field: string;
  /** `shortened`, `shares_a_word`, `kept_beside`, `not_kept` or `not_readable`. */
  what: 'shortened' | 'shares_a_word' | 'kept_beside' | 'not_kept' | 'not_readable';
  /** In words, with where the rest of it goes. */
  text: string;
}

/** What nobody writes in one go; a limit beyond it loses nothing. */
const LONG_TEXT = 10_000;

/** Every field that some supported command can set and that the PMS does not keep whole, in the records' order. */
export function fieldLosses({ records, commands, pms }: Capabilities): FieldLoss[] {
  const losses: FieldLoss[] = [];
  const seen = new Set<string>();
  for (const kind of COMMAND_KINDS) {
    if (commands[kind].support === 'unsupported' || commands[kind].support === 'sidecar') continue;
    const { record } = COMMANDS[kind];
    for (const field of fieldsSetBy(kind)) {
      const capability = records[record]?.fields[field];
      if (capability === undefined || seen.has(`${record}.${field}`)) continue;
      seen.add(`${record}.${field}`);
      const { support, readable, max_length, shown_as, missing_as, wire, note } = capability;
      const name = `${record.replaceAll('_', ' ')} ${field}`;
      const place = wire === undefined || wire === '' ? pms : `${pms} (${wire})`;
      const rest = note === undefined ? '' : `: ${note}`;
      const add = (what: FieldLoss['what'], text: string): void => void losses.push({ record, field, what, text });
      if (support === 'unsupported') add('not_kept', `${name} is not kept by ${pms}${rest}`);
      else if (support === 'sidecar')
        add('kept_beside', `${name} is kept beside ${pms}, where people do not see it${rest}`);
      else {
        if (max_length !== undefined && max_length < LONG_TEXT)
          add(
            'shortened',
            `${name} over ${max_length} characters loses its tail in ${place}${whole(records[record], field)}${rest}`,
          );
        if (shown_as !== undefined)
          add('shares_a_word', `${name}: ${place} shows ${shared(shown_as)}; the value itself is kept beside it`);
        if (missing_as !== undefined)
          add('kept_beside', `${name}: where a record of ${pms} has no place for it, it is kept beside that one`);
        if (!readable)
          add('not_readable', `${name} is written to ${place} and cannot be read back, so it is not proved${rest}`);
      }
    }
  }
  return losses;
}

/** A title is the beginning of the description, which has room for all of it. */
function whole(record: RecordCapability | undefined, field: string): string {
  const description = record?.fields['description'];
  const isHeld = description?.support === 'native' || description?.support === 'mapped';
  if (field !== 'title' || !isHeld) return '';
  const { wire = '', max_length = Infinity } = description;
  return max_length > LONG_TEXT ? `; the whole text goes to ${wire === '' ? 'description' : wire}` : '';
}

function shared(shown_as: Readonly<Record<string, string>>): string {
  return Object.entries(shown_as)
    .map(([value, shown]) => `${value} as ${shown}`)
    .join(', ');
}
