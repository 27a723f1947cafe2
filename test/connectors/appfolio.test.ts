import { describeConformance } from './conformance.ts';
import { NOW } from './rig.ts';
import type { State } from './samples.ts';

let made = 0;

const income = ({ gl_account = [] }: State) => gl_account.find(({ type, is_active }) => type === 'income' && is_active);

describeConformance({
  pms: 'appfolio',
  // Each renewal that is taken up needs a lease of its own.
  units: 160,
  // Days of which no hour is shown: their beginning at the property, which is for the connector to work out.
  derived: { work_order: ['completed_at'] },
  samples: {
    // What a lead shows of a change is its name, its source and its status.
    update_guest_card({ state }) {
      const before = state.guest_card?.find(({ status }) => status === 'new');
      const change = { status: 'lost', lost_reason: 'location' };
      return before && { command: { guest_card_id: before.id, property_id: before.property_id, ...change }, before };
    },
    // Notices and move-outs are entered by people; renewals are all that the API takes.
    update_lease({ state }) {
      const before = state.lease?.find(
        ({ status, renewal_offers }) =>
          status === 'current' && renewal_offers.length > 0 && renewal_offers.every((one) => one.status === 'offered'),
      );
      const change = { action: 'accept_renewal', renewal_offer_id: before?.renewal_offers[0]?.id };
      return before && { command: { lease_id: before.id, property_id: before.property_id, change }, before };
    },
    // There are no charge codes: a GL account is one.
    post_charge({ state }) {
      made += 1;
      const lease = state.lease?.find(({ status }) => status === 'current');
      const account = income(state);
      return (
        lease &&
        account && {
          command: {
            ...{ property_id: lease.property_id, lease_id: lease.id, household_id: lease.household_id },
            ...{ unit_id: lease.unit_id, charge_code_id: account.id, gl_account_id: account.id },
            ...{ amount: 12_345, date: new Date(NOW).toISOString().slice(0, 10), memo: `New lock ${made}` },
          },
        }
      );
    },
  },
});
