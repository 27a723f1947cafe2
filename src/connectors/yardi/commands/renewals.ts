import type { CommandOf } from '../../../model/commands.ts';
import type { Lease } from '../../../model/records.ts';
import { VendorError, type Located, type StepContext, type StepRequest } from '../../connector.ts';
import type { Plan, PlannedStep, Reader } from '../../kit/vendor.ts';
import { propertyOf, type Context } from '../context.ts';
import { offersOf, readOffers } from '../offers.ts';
import { NO_PRIOR_SELECTION } from '../unseen.ts';

type Offer = Lease['renewal_offers'][number];

interface Renewal {
  property_id: string;
  lease_id: string;
  offer_id: string;
}

async function offerAt(context: Context, { lease_id, offer_id }: Renewal, property: string, signal?: AbortSignal) {
  const offers = offersOf(await readOffers(context, property, signal), lease_id);
  return { offers, offer: offers.find(({ id }) => id === offer_id) };
}

/** The resident's choice among the offers. It makes no lease yet. */
function selectStep(context: Context, renewal: Renewal): PlannedStep {
  return {
    name: 'select renewal offer',
    // How a choice shows was not seen, so that doubt about it is for a person.
    retry: 'none',
    operation: 'renewal',
    async prepare({ scope }: StepContext): Promise<StepRequest> {
      const property = propertyOf(renewal, scope);
      const { offers, offer } = await offerAt(context, renewal, property);
      if (offer === undefined || offer.status === 'expired')
        throw new VendorError('not_found', 'Voyager does not have this renewal offer any more. Nothing was changed.', {
          field: 'renewal_offer_id',
        });
      const prior = offers.find(({ status, id }) => status === 'accepted' && id !== offer.id);
      const parameters = {
        ResidentCode: renewal.lease_id,
        PriorSelectedRenewalID: prior?.id ?? NO_PRIOR_SELECTION,
        RenewalId: offer.id,
        Term: String(offer.term_months),
      };
      return {
        call: { service: 'lease_renewals', name: 'ImportLeaseRenewalSelection', parameters },
        ...{ scope: property, lease_id: renewal.lease_id, offer },
      };
    },
    locate: () => Promise.resolve({ outcome: 'absent', covers_all: false }),
  };
}

/** The renewal itself: afterwards the lease has the dates and the rent of the offer. */
function renewStep(context: Context, renewal: Renewal, leases: Reader<'lease'>): PlannedStep {
  return {
    name: 'renew lease',
    retry: 'set_value',
    operation: 'renewal',
    async prepare({ scope }: StepContext): Promise<StepRequest> {
      const property = propertyOf(renewal, scope);
      const { offer } = await offerAt(context, renewal, property);
      const parameters = { ResidentCode: renewal.lease_id, RenewalId: renewal.offer_id };
      const lease = await leases.get(property, renewal.lease_id);
      return {
        call: { service: 'lease_renewals', name: 'ImportRenewSelectedLease', parameters },
        ...{ scope: property, lease_id: renewal.lease_id, offer },
        before: { end_date: lease?.end_date, rent: lease?.rent },
      };
    },
    async locate(request: StepRequest, _step: StepContext, signal?: AbortSignal): Promise<Located> {
      const property = String(request['scope']);
      const lease = await leases.get(property, renewal.lease_id, signal);
      const offer = request['offer'] as Offer | undefined;
      const before = request['before'] as Partial<Lease>;
      const result = { record: { kind: 'lease' as const, scope: property, id: renewal.lease_id } };
      if (lease === undefined || offer === undefined)
        return { outcome: 'differs', detail: 'Voyager does not have the lease or the offer any more.' };
      if (lease.end_date === offer.end_date && lease.rent === offer.rent) return { outcome: 'found', result };
      if (lease.end_date === before.end_date && lease.rent === before.rent)
        return { outcome: 'absent', covers_all: true };
      return { outcome: 'differs', detail: 'the lease shows other dates or another rent' };
    },
  };
}

const NOTICES =
  'Voyager takes notices and move-out dates in its own screens only. Have the office enter it, and record what the ' +
  'resident said with record_communication. Nothing was changed.';

export function updateLease(context: Context, leases: Reader<'lease'>): Plan<'update_lease'> {
  return ({ lease_id, property_id, change }: CommandOf<'update_lease'>) => {
    if (change.action !== 'accept_renewal') throw new VendorError('unsupported', NOTICES, { field: 'action' });
    context.client.need('lease_renewals');
    const renewal = { property_id, lease_id, offer_id: change.renewal_offer_id };
    return [selectStep(context, renewal), renewStep(context, renewal, leases)];
  };
}
