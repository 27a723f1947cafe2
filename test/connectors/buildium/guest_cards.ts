import { onTestFinished } from 'vitest';
import { COMMANDS, type Command, type CommandKind } from '../../../src/model/commands.ts';
import type { GuestCard } from '../../../src/model/records.ts';
import type { LoggedRequest } from '../../simulators/shared/request_log.ts';
import { openLedger } from '../ledger.ts';
import { openVendor } from '../rig.ts';

/** A command as a tool would make it. */
export function commandOf(kind: CommandKind, fields: object): Command {
  return COMMANDS[kind].schema.parse({ kind, ...fields }) as Command;
}

/** An account whose guest cards have a form, with the ledger over its connector. Ends with the test. */
export async function openForm(guest_card_as: string, more: object = {}) {
  const rig = await openVendor('buildium', { units: 20 }, { guest_card_as, ...more });
  const ledger = await openLedger(rig);
  onTestFinished(async () => {
    await ledger.close();
    await rig.close();
  });
  const { unit: [unit] = [], staff = [] } = await rig.simulator.state();
  if (unit === undefined) throw new Error('the portfolio has no unit');
  const inquiry = {
    ...{ property_id: unit.property_id, source: 'Zillow', name: 'Mae Ann Hill', unit_ids: [unit.id] },
    ...{ phones: [{ number: '+15125550188', type: 'mobile' }], emails: ['mae@example.com'] },
    ...{ bedrooms: 2, rent_max: 180_000, move_in_date: '2027-01-03', occupants: 3, pets: 'a cat' },
    touch: { at: '2026-11-24T14:00:00.000Z', source: 'Zillow', message: 'Is it still free in January?' },
  };

  const card = async (id: string) => (await ledger.connector.get('guest_card', '', id)) as GuestCard;

  /** Carries a command through the ledger, and says what became of it. */
  async function carry(kind: CommandKind, fields: object, before?: object): Promise<string> {
    return (await ledger.carryThrough(commandOf(kind, fields), '', before)).state;
  }

  return {
    ...{ rig, ledger, unit, staff, inquiry, card, carry },
    /** Makes a guest card and gives its id, that of the last record that was made there. */
    async make(fields: object = {}): Promise<string> {
      const state = await carry('create_guest_card', { ...inquiry, ...fields });
      if (state !== 'done') throw new Error(`the guest card came to ${state}`);
      const made = (await rig.simulator.effects()).filter(
        ({ record }) => record === 'applicants' || record === 'tasks',
      );
      return made.at(-1)?.id ?? '';
    },
    async update(id: string, fields: object): Promise<string> {
      return carry(
        'update_guest_card',
        { guest_card_id: id, property_id: unit.property_id, ...fields },
        await card(id),
      );
    },
    /** Writes that reached the account, oldest first. */
    async written(): Promise<{ to: string; body: Record<string, unknown> }[]> {
      const { last } = await rig.simulator.requests();
      return last
        .filter(({ method }: LoggedRequest) => method !== 'GET')
        .map(({ method, url, body }) => ({
          to: `${method} ${url}`,
          body: JSON.parse(body || '{}') as Record<string, unknown>,
        }));
    },
  };
}
