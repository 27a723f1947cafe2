import { Communication } from '../../../model/records.ts';
import { idText, readBy, text } from '../../kit/codecs.ts';
import { withoutMarker } from '../../kit/markers.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { COMMUNICATION } from '../notes.ts';
import { sourceReader, type Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { moment } from '../words.ts';

/*
 * A conversation is a note in the history of whom it is about, under a first line that says the rest:
 * `Communication: phone, inbound; property 3; resident 12; work order 55`.
 */

const ABOUT = {
  property_id: 'property',
  resident_id: 'resident',
  guest_card_id: 'prospect',
  vendor_id: 'vendor',
  work_order_id: 'service issue',
} as const;
type About = keyof typeof ABOUT;
const FIELDS = Object.keys(ABOUT) as About[];

type Conversation = Pick<Communication, 'channel' | 'direction' | 'summary' | About>;

/** The note of a conversation, without a marker. */
export function conversationText(conversation: Conversation): string {
  const { channel, direction, summary } = conversation;
  const about = FIELDS.flatMap((field) =>
    conversation[field] === undefined ? [] : [`; ${ABOUT[field]} ${conversation[field]}`],
  );
  return `${COMMUNICATION} ${channel}, ${direction}${about.join('')}\n${summary}`;
}

/** What such a note says; undefined where it is none. */
function readConversation(note: string | undefined): Conversation | undefined {
  const said = withoutMarker(note ?? '');
  const end = said.indexOf('\n');
  const first = end < 0 ? '' : said.slice(0, end);
  if (!first.startsWith(`${COMMUNICATION} `)) return undefined;
  const [how = '', ...about] = first.slice(COMMUNICATION.length + 1).split('; ');
  const [channel, direction] = how.split(', ');
  const ids = FIELDS.flatMap((field) => {
    const named = about.find((one) => one.startsWith(`${ABOUT[field]} `));
    return named === undefined ? [] : [[field, named.slice(ABOUT[field].length + 1)] as const];
  });
  const summary = said.slice(end + 1);
  const parsed = Communication.pick({ channel: true, direction: true }).safeParse({ channel, direction });
  return parsed.success ? { ...parsed.data, summary, ...Object.fromEntries(ids) } : undefined;
}

const part = (pick: (one: Conversation) => string | undefined) => readBy((raw) => pick(raw as Conversation));

export const COMMUNICATIONS = mapping(
  'communication',
  {
    wire: 'HistoryNote',
    changes: 'poll',
    freshness_seconds: 900,
    evidence: 'inferred',
    note: 'those that Caretaker enters',
  },
  [
    { field: 'id', wire: 'Note.HistoryID', as: idText, always: true },
    ...FIELDS.map((field) => ({ field, wire: 'said', as: part((one) => one[field]), called: 'Note' })),
    { field: 'channel', wire: 'said', as: part(({ channel }) => channel), called: 'Note' },
    { field: 'direction', wire: 'said', as: part(({ direction }) => direction), called: 'Note' },
    { field: 'summary', wire: 'said.summary', as: text, called: 'Note' },
    { field: 'at', wire: 'Note.HistoryDate', as: moment },
  ],
);

export function communicationReader(vendor: Vendor): Reader<'communication'> {
  return sourceReader<'communication', wire.HistoryNote>(vendor, {
    kind: 'communication',
    resource: 'HistoryNotes',
    filters: [['Note', 'sw', COMMUNICATION]],
    read: (rows) =>
      rows.flatMap((Note) => {
        const said = readConversation(Note.Note);
        return said === undefined ? [] : (readRecord(COMMUNICATIONS, { Note, said }, vendor.circumstances) ?? []);
      }),
  });
}
