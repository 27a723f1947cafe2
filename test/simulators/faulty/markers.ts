import { LENGTHS } from '../../../src/connectors/sandbox/rules.ts';
import type { Command, CommandKind } from '../../../src/model/commands.ts';
import type { RecordKind } from '../../../src/model/records.ts';

type Fields = { [field: string]: unknown };

/** A field of a command, within another one where `inside` says so, and how many characters the PMS takes in it. */
interface Place {
  inside?: 'note' | 'touch';
  field: string;
  max: number;
}

const NOTE: Place = { inside: 'note', field: 'text', max: LENGTHS.note };
const TOUCH: Place = { inside: 'touch', field: 'message', max: LENGTHS.note };
const REASON: Place = { field: 'reason', max: LENGTHS.reason };

/** Where a command's marker goes: into the first of these places that the command has. */
const PLACES: Readonly<Partial<Record<CommandKind, readonly Place[]>>> = {
  create_work_order: [{ field: 'description', max: LENGTHS.description }],
  update_work_order: [NOTE],
  add_work_order_note: [NOTE],
  create_guest_card: [TOUCH],
  update_guest_card: [NOTE, TOUCH],
  schedule_tour: [{ field: 'notes', max: LENGTHS.note }],
  post_charge: [{ field: 'memo', max: LENGTHS.charge_memo }],
  reverse_charge: [REASON],
  post_bill: [{ field: 'memo', max: LENGTHS.bill_memo }],
  reverse_bill: [REASON],
  post_journal_entry: [{ field: 'memo', max: LENGTHS.journal_memo }],
  reverse_journal_entry: [REASON],
  record_communication: [{ field: 'summary', max: LENGTHS.note }],
};

/** The command with the marker at the end of a text. Where both do not fit, the user's text is cut. */
export function withMarker(command: Command, marker: string, room = Number.POSITIVE_INFINITY): Command {
  const given: Fields = { ...command };
  const place = PLACES[command.kind]?.find(({ inside }) => inside === undefined || given[inside] !== undefined);
  if (place === undefined) throw new RangeError(`nothing of ${command.kind} takes a marker`);
  const { inside, field, max } = place;
  const holder = inside === undefined ? given : { ...(given[inside] as Fields) };
  holder[field] = marked(holder[field] as string | undefined, marker, Math.min(max, room));
  return (inside === undefined ? holder : { ...given, [inside]: holder }) as Command;
}

function marked(text: string | undefined, marker: string, max: number): string {
  const kept = [...(text ?? '')].slice(0, Math.max(0, max - marker.length - 1)).join('');
  return kept === '' ? marker : `${kept} ${marker}`;
}

/** Where records show markers: a text, or in each item of a list a text. */
const SHOWN: Readonly<Partial<Record<RecordKind, readonly (string | readonly [string, string])[]>>> = {
  work_order: ['description', ['notes', 'text']],
  guest_card: [
    ['touches', 'message'],
    ['notes', 'text'],
  ],
  tour: ['notes'],
  ledger_entry: ['memo'],
  bill: ['memo'],
  journal_entry: ['memo'],
  communication: ['summary'],
};

/** Whether something that was appended to a record carries the marker, or anything of it where `anywhere` is set. */
export function carriesMarker(kind: RecordKind, record: Fields, marker: string, anywhere: boolean): boolean {
  const ends = (text: unknown) => typeof text === 'string' && text.endsWith(marker);
  return (SHOWN[kind] ?? []).some((place) => {
    if (typeof place === 'string') return anywhere && ends(record[place]);
    return ((record[place[0]] as Fields[] | undefined) ?? []).some((item) => ends(item[place[1]]));
  });
}

const MARKER_AT_END = / ?ct-[0-9a-hjkmnp-tv-z]{13}$/;

/** The record as people wrote it. A text that was nothing but a marker is none. */
export function withoutMarkers<T extends Fields>(kind: RecordKind, record: T): T {
  const clean: Fields = { ...record };
  for (const place of SHOWN[kind] ?? []) {
    if (typeof place === 'string') removeMarker(clean, place);
    else if (Array.isArray(clean[place[0]]))
      clean[place[0]] = (clean[place[0]] as Fields[]).map((item) => removeMarker({ ...item }, place[1]));
  }
  return clean as T;
}

function removeMarker(holder: Fields, field: string): Fields {
  const text = holder[field];
  if (typeof text !== 'string' || !MARKER_AT_END.test(text)) return holder;
  const kept = text.replace(MARKER_AT_END, '');
  if (kept === '') delete holder[field];
  else holder[field] = kept;
  return holder;
}
