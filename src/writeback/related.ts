import type { Command } from '../model/commands.ts';
import type { Lease, RecordKind } from '../model/records.ts';

/** Records other than the one written whose PMS copy changes with it, so that the mirror reads them again. */
export function relatedRecords(command: Command, before: unknown): { kind: RecordKind; id: string }[] {
  switch (command.kind) {
    case 'schedule_tour':
      return [{ kind: 'guest_card', id: command.guest_card_id }];
    case 'reverse_charge':
      return [{ kind: 'ledger_entry', id: command.charge_id }];
    case 'reverse_bill':
      return [{ kind: 'bill', id: command.bill_id }];
    case 'reverse_journal_entry':
      return [{ kind: 'journal_entry', id: command.journal_entry_id }];
    case 'post_bill':
      return command.work_order_id === undefined ? [] : [{ kind: 'work_order', id: command.work_order_id }];
    case 'record_tour_outcome':
    case 'cancel_tour':
      return before === undefined
        ? []
        : [{ kind: 'guest_card', id: (before as { guest_card_id: string }).guest_card_id }];
    case 'update_lease': {
      const lease = before as Lease | undefined;
      if (lease === undefined) return [];
      return [
        { kind: 'unit', id: lease.unit_id },
        ...lease.parties.map(({ resident_id }) => ({ kind: 'resident' as const, id: resident_id })),
      ];
    }
    case 'record_communication':
      if (command.consent === undefined) return [];
      if (command.resident_id !== undefined) return [{ kind: 'resident', id: command.resident_id }];
      return command.guest_card_id === undefined ? [] : [{ kind: 'guest_card', id: command.guest_card_id }];
    default:
      return [];
  }
}
