import { join } from 'node:path';
import { createSandbox, type Effect } from '../../connectors/sandbox/connector.ts';
import { formatAmount } from '../../model/money.ts';
import type { RecordKind, RecordOf } from '../../model/records.ts';
import { toLocal } from '../../model/zoned_time.ts';
import type { Expectations } from './expectations.ts';
import type { Story } from './story.ts';

/** A look into the PMS past Caretaker: its own file, opened by this process, and the journal that it keeps itself. */
export class PmsWindow {
  readonly #pms;
  readonly #zone: string;
  readonly #story: Story;
  #seen = 0;

  private constructor(pms: ReturnType<typeof createSandbox>, zone: string, story: Story) {
    this.#pms = pms;
    this.#zone = zone;
    this.#story = story;
  }

  /** Opens the PMS of a server that keeps its data in `folder`. Times are told as at the given property. */
  static async open(folder: string, propertyId: string, story: Story): Promise<PmsWindow> {
    const pms = createSandbox({ file: join(folder, 'data/sandbox-pms.db'), clock: Date.now });
    const property = await pms.get('property', '', propertyId);
    if (property?.time_zone === undefined)
      throw new Error(`The sandbox has no property ${propertyId} with a time zone.`);
    return new PmsWindow(pms, property.time_zone, story);
  }

  /** The zone that times are told in. */
  get zone(): string {
    return this.#zone;
  }

  /** How many changes the PMS had accepted when it was last asked. A new portfolio has none. */
  get accepted(): number {
    return this.#seen;
  }

  async record<K extends RecordKind>(kind: K, id: string): Promise<RecordOf<K>> {
    const found = await this.#pms.get(kind, '', id);
    if (found === undefined) throw new Error(`The PMS has no ${kind} ${id}.`);
    return found;
  }

  /** Tells what the PMS accepted since it was last asked, and expects as many changes as said. */
  async changed(expect: Expectations, count: number, by: string): Promise<readonly Effect[]> {
    const all = await this.#pms.effects();
    const news = all.slice(this.#seen);
    this.#seen = all.length;
    for (const effect of news) this.#story.pms(await this.#tell(effect));
    if (count === 0 && news.length === 0) this.#story.pms('nothing changed');
    expect.equal(`changes in the PMS by ${by}`, news.length, count);
    return news;
  }

  close(): Promise<void> {
    return this.#pms.close();
  }

  async #tell({ operation, kind, record_id }: Effect): Promise<string> {
    const record = await this.#pms.get(kind, '', record_id);
    const what = record === undefined ? '' : ` -> ${(TELL[kind] as Teller)(record, (at) => this.#local(at))}`;
    return `${operation} ${record_id}${what}`;
  }

  #local(instant: string): string {
    return toLocal(instant, this.#zone).replace('T', ' ');
  }
}

type Teller<K extends RecordKind = RecordKind> = (record: RecordOf<K>, local: (instant: string) => string) => string;

/** The few fields of a record that say what was done to it. */
const TELL: { readonly [K in RecordKind]?: Teller<K> } = {
  work_order: (job, local) =>
    [
      `${job.status}, ${job.severity} ${job.trade}`,
      job.vendor_id && `vendor ${job.vendor_id}`,
      job.technician_id && `technician ${job.technician_id}`,
      job.visit && `visit ${local(job.visit.start)}`,
      job.not_to_exceed !== undefined && `at most ${formatAmount(job.not_to_exceed)}`,
      job.hazard_cleared_by && `cleared by ${job.hazard_cleared_by}`,
    ]
      .filter(Boolean)
      .join(', '),
  communication: ({ direction, channel, summary }) => `${direction} ${channel}: ${summary}`,
  guest_card: (card) =>
    `${card.name ?? 'a prospect'}, ${card.source}, ${card.status}${card.touches.length > 1 ? `, ${card.touches.length} inquiries` : ''}`,
  tour: (tour, local) => `${tour.status}, unit ${tour.unit_id} at ${local(tour.start)} with agent ${tour.agent_id}`,
  bill: (bill) =>
    `${bill.invoice_number} of vendor ${bill.vendor_id}, ${formatAmount(bill.total)}, due ${bill.due_date}`,
  ledger_entry: (entry) => `${entry.kind} ${formatAmount(entry.amount)} on lease ${entry.lease_id}, "${entry.memo}"`,
  lease: (lease) =>
    `${lease.status} to ${lease.end_date}, renewal ${lease.renewal_offers.map(({ status }) => status).join(' / ')}`,
};
