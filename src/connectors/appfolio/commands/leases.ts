import type { CommandOf } from '../../../model/commands.ts';
import { addDays } from '../../../model/zoned_time.ts';
import type { RenewalOffer } from '../../../model/records.ts';
import { VendorError, type RecordRef } from '../../connector.ts';
import { path } from '../../kit/rest.ts';
import type { Plan, PlannedStep } from '../../kit/vendor.ts';
import { findLease, todayAt, type LeaseJoins } from '../records/leases.ts';
import { inForce, offersOf } from '../records/renewals.ts';
import { idOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type { Lease, RecurringCharge } from '../wire.ts';
import { change, create, gone } from './steps.ts';

/** What only a person can do in AppFolio, by action, in words for an agent. */
const BY_A_PERSON = {
  give_notice: 'enter a notice or a move-out',
  withdraw_notice: 'take back a notice',
  change_move_out: 'change a move-out',
} as const;

/**
 * Taking up a renewal is three requests: the lease runs on, the old rent ends, the new rent begins. AppFolio offers,
 * signs and ends leases on its own pages alone.
 */
export function updateLease(vendor: Vendor, joins: LeaseJoins): Plan<'update_lease'> {
  return ({ change: asked, lease_id, property_id }) => {
    if (asked.action !== 'accept_renewal')
      throw new VendorError(
        'unsupported',
        `AppFolio lets nobody ${BY_A_PERSON[asked.action]} by API. Nothing was changed: a person has to do it there; ` +
          'hand the case over with escalate_to_staff.',
      );
    const renewal = new Renewal(vendor, joins, { lease_id, property_id }, asked.renewal_offer_id);
    return [renewal.extend(), renewal.endRent(), renewal.beginRent()];
  };
}

/** What a renewal is made of, as AppFolio shows it when a step is prepared. */
interface Facts {
  lease: Lease;
  offer: RenewalOffer;
  /** The one recurring charge that is the rent until the renewal begins. */
  rent: RecurringCharge;
}

class Renewal {
  readonly #vendor: Vendor;
  readonly #joins: LeaseJoins;
  readonly #about: RecordRef;
  readonly #property: string;
  readonly #offer: string;

  constructor(
    vendor: Vendor,
    joins: LeaseJoins,
    { lease_id, property_id }: Pick<CommandOf<'update_lease'>, 'lease_id' | 'property_id'>,
    offer: string,
  ) {
    this.#vendor = vendor;
    this.#joins = joins;
    this.#about = { kind: 'lease', scope: '', id: idOf(lease_id, 'lease') };
    this.#property = property_id;
    this.#offer = offer;
  }

  /** `PATCH /leases` takes these three fields; that it takes nothing else and how it answers was not seen. */
  extend(): PlannedStep {
    const { id } = this.#about;
    const read = (signal?: AbortSignal) => findLease(this.#vendor, id, signal);
    return change<Lease>({
      name: 'extend_lease',
      about: this.#about,
      address: path`leases/${id}`,
      read,
      body: async () => {
        const { offer } = await this.#facts();
        return { EndOn: offer.end_date, IsMtm: false, RenewedOn: todayAt(this.#vendor, this.#property) };
      },
    });
  }

  endRent(): PlannedStep {
    const step = (rent: string) =>
      change<RecurringCharge>({
        name: 'end_old_rent',
        about: this.#about,
        address: path`recurring_charges/${rent}`,
        read: async (signal) => (await this.#charges(signal)).find(({ Id }) => Id === rent),
        body: async () => ({ EndDate: addDays((await this.#facts()).offer.start_date, -1) }),
      });
    return {
      ...step(this.#about.id),
      // Which charge it is about is known only once the lease has been read.
      prepare: async (context) => {
        const rent = (await this.#facts()).rent.Id;
        return { ...(await step(rent).prepare(context)), rent };
      },
      locate: (request, context, signal) => step(String(request['rent'])).locate(request, context, signal),
    };
  }

  beginRent(): PlannedStep {
    return create<RecurringCharge>(this.#vendor, {
      name: 'begin_new_rent',
      kind: 'lease',
      about: this.#about,
      address: 'recurring_charges',
      body: async () => {
        const { offer, rent } = await this.#facts();
        // The words of `Frequency` were not seen: the new rent comes as often as the old one.
        const { OccupancyId, GlAccountId, Frequency, Description } = rent;
        const shared = { OccupancyId, GlAccountId, Frequency, ...(Description && { Description }) };
        return { ...shared, Amount: offer.rent / 100, StartDate: offer.start_date };
      },
      search: (_since, _request, signal) => this.#charges(signal),
      told_by: ['OccupancyId', 'GlAccountId', 'Amount', 'StartDate'],
    });
  }

  async #charges(signal?: AbortSignal): Promise<RecurringCharge[]> {
    const lease = await findLease(this.#vendor, this.#about.id, signal);
    return lease?.OccupancyId === undefined ? [] : this.#joins.rentCharges([lease.OccupancyId], signal);
  }

  async #facts(): Promise<Facts> {
    const lease = await findLease(this.#vendor, this.#about.id);
    const [joined] = lease === undefined ? [] : await this.#joins.of([lease]);
    if (lease === undefined || joined === undefined) throw gone('lease');
    const offer = offersOf(lease, joined.prices, joined.today).find(({ id }) => id === this.#offer);
    if (offer === undefined)
      throw new VendorError('not_found', 'AppFolio no longer shows this renewal price. Nothing was changed.', {
        field: 'renewal_offer_id',
      });
    const rents = inForce(addDays(offer.start_date, -1), joined.charges);
    const [rent] = rents;
    if (rent === undefined || rents.length > 1)
      throw new VendorError(
        'unsupported',
        'The rent of this lease is not one recurring charge, so that AppFolio has to be told by a person what the ' +
          'new one is. Nothing was changed.',
      );
    return { lease, offer, rent };
  }
}
