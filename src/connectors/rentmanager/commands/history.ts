import type { RecordKind } from '../../../model/records.ts';
import type { Located, StepContext } from '../../connector.ts';
import { carries, withMarker } from '../../kit/markers.ts';
import type { PlannedStep } from '../../kit/vendor.ts';
import { idOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { wallClock } from '../words.ts';
import { ABSENT, found, OPERATIONS, post, refuseOverride } from './post.ts';

/** A note in the history of something. */
export interface HistoryNote {
  name: string;
  /** Of what: `ServiceManagerIssues`. */
  resource: string;
  /** The id of that, once it is known. */
  parent(context: StepContext): string;
  /** What the parent is called, for errors. */
  what: string;
  text: string;
  at?: string;
  property_id: string | undefined;
  /** The record that the command is about; without an id it is the note itself. */
  record(context: StepContext): { kind: RecordKind; id?: string };
}

/**
 * Where notes are entered: what is known of service issues is taken to hold for what else has a history. The body's
 * `ParentID` was not seen either.
 */
const NOTES = 'HistoryNotes';

/** A step that adds a note, which is found again by the marker at its end. */
export function noteStep(vendor: Vendor, note: HistoryNote): PlannedStep {
  const { client } = vendor;
  return {
    ...{ name: note.name, retry: 'marker', operation: OPERATIONS.post, makes_record: true },
    prepare(context) {
      refuseOverride(context);
      const { kind, id } = note.record(context);
      const body = {
        ParentID: idOf(note.parent(context), note.what),
        HistoryDate: wallClock(note.at ?? new Date(vendor.clock()).toISOString(), vendor.zone(note.property_id)),
        Note: withMarker(note.text, context.marker),
      };
      return post(`${note.resource}/${NOTES}`, [body], { kind, ...(id === undefined ? { key: 'HistoryID' } : { id }) });
    },
    async locate(_request, context, signal): Promise<Located> {
      const ask = {
        filters: [['ParentID', 'eq', note.parent(context)] as const, ['Note', 'ct', context.marker] as const],
      };
      const rows = await client.all<wire.HistoryNote>(NOTES, ask, signal);
      const own = rows.find(({ Note }) => carries(Note, context.marker));
      if (own === undefined) return ABSENT;
      const { kind, id } = note.record(context);
      return found(kind, id ?? String(own.HistoryID));
    },
  };
}
