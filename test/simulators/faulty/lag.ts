import type { Connector, RecordRef } from '../../../src/connectors/connector.ts';
import { RECORD_KINDS, type RecordKind } from '../../../src/model/records.ts';

type Ref = Pick<RecordRef, 'kind' | 'id'>;
type Shown = { [field: string]: unknown; id: string };

/** Records as they were before a write; undefined where there was none. */
export type Images = Map<string, { ref: Ref; record: Shown | undefined }>;

const keyOf = ({ kind, id }: Ref) => `${kind}/${id}`;

/** Every record that a command or a record names, by the names of its fields. */
function refsIn(value: unknown): Ref[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const named = /^(.+)_ids?$/.exec(name)?.[1];
    const kind = named === 'charge' ? 'ledger_entry' : RECORD_KINDS.find((one) => one === named);
    if (kind === undefined) return refsIn(inner);
    const ids: unknown[] = Array.isArray(inner) ? inner : [inner];
    return ids.flatMap((id) => (typeof id === 'string' ? [{ kind, id }] : []));
  });
}

/** All that a command could change: the records it names, and those that they name. */
export async function imagesBefore(pms: Connector, command: unknown): Promise<Images> {
  const images: Images = new Map();
  const look = async (refs: readonly Ref[]) => {
    for (const ref of refs.filter((one) => !images.has(keyOf(one))))
      images.set(keyOf(ref), { ref, record: await pms.get(ref.kind, '', ref.id) });
  };
  await look(refsIn(command));
  await look([...images.values()].flatMap(({ record }) => refsIn(record)));
  return images;
}

/** What a PMS with a slow replica shows: for a while the records as they were. */
export class Lag {
  readonly #now: () => number;
  #hidden: { until: number; images: Images }[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Hides what a write did, and the record that it made, until a moment. */
  hide(images: Images, made: Ref | undefined, until: number): void {
    if (made !== undefined && !images.has(keyOf(made))) images.set(keyOf(made), { ref: made, record: undefined });
    this.#hidden.push({ until, images });
  }

  /** The record as it is shown just now. */
  view(kind: RecordKind, id: string, record: Shown | undefined): Shown | undefined {
    const image = this.#image({ kind, id });
    return image === undefined ? record : image.record;
  }

  isHidden(kind: RecordKind, id: string): boolean {
    return this.#image({ kind, id }) !== undefined;
  }

  #image(ref: Ref): { record: Shown | undefined } | undefined {
    this.#hidden = this.#hidden.filter(({ until }) => until > this.#now());
    return this.#hidden.find(({ images }) => images.has(keyOf(ref)))?.images.get(keyOf(ref));
  }
}
