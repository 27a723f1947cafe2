import { describe, expect, it } from 'vitest';
import type { Capabilities, CommandCapability } from '../../src/connectors/connector.ts';
import { SANDBOX_CAPABILITIES } from '../../src/connectors/sandbox/capabilities.ts';
import { fieldLosses } from '../../src/depth/field_loss.ts';
import { depthOf } from '../../src/depth/report.ts';
import { heldOnAGuess, toConfirm } from '../../src/depth/to_confirm.ts';
import { COMMAND_KINDS, type CommandKind } from '../../src/model/commands.ts';

const { commands } = SANDBOX_CAPABILITIES;

/** The embedded PMS with some of it as a poorer one has it. */
function poorer(changed: Partial<Record<CommandKind, Partial<CommandCapability>>>): Capabilities {
  const work_order = SANDBOX_CAPABILITIES.records.work_order!;
  const fields = {
    ...work_order.fields,
    title: { ...work_order.fields['title']!, max_length: 35, wire: 'Brief' },
    description: { ...work_order.fields['description']!, wire: 'FullDescription' },
    severity: { ...work_order.fields['severity']!, evidence: 'inferred', shown_as: { life_safety: 'emergency' } },
    not_to_exceed: { support: 'sidecar', readable: false, evidence: 'seen' },
    file_ids: { support: 'unsupported', readable: false, evidence: 'seen', note: 'there are no files' },
    entry_notes: { ...work_order.fields['entry_notes']!, readable: false },
    reply_due_at: { support: 'sidecar', readable: false, evidence: 'seen' },
  } as const;
  const vendor = { ...SANDBOX_CAPABILITIES.records.vendor!, read: 'unsupported', fields: {} } as const;
  const more = COMMAND_KINDS.map((kind) => [kind, { ...commands[kind], ...changed[kind] }]);
  return {
    ...SANDBOX_CAPABILITIES,
    pms: 'poor',
    records: {
      ...SANDBOX_CAPABILITIES.records,
      work_order: { ...work_order, fields },
      vendor,
      tour: undefined,
    } as never,
    commands: Object.fromEntries(more) as Capabilities['commands'],
    assumptions: [{ about: 'its clock', assumed: 'is right', evidence: 'unknown', confirm: 'look at it' }],
  };
}

describe('the depth report', () => {
  const report = depthOf(
    poorer({
      post_bill: { reversible: false },
      assign_work_order: { support: 'sidecar', steps: [] },
      update_lease: { support: 'unsupported', reason: 'a person does it there', steps: [] },
    }),
  );
  const field = (kind: string, name: string) =>
    report.records.find((one) => one.kind === kind)!.fields.find((one) => one.field === name);
  const command = (kind: CommandKind) => report.commands.find((one) => one.kind === kind)!;

  it('has every kind of record and every command, also where there is nothing', () => {
    expect(report.records).toHaveLength(17);
    expect(report.commands).toHaveLength(19);
    expect(report.records.find(({ kind }) => kind === 'tour')).toMatchObject({ read: 'unsupported', fields: [] });
  });

  it('tells which way each field goes, and by which commands', () => {
    expect(field('work_order', 'title')).toMatchObject({
      direction: 'both',
      wire: 'Brief',
      max_length: 35,
      written_by: ['create_work_order'],
    });
    expect(field('work_order', 'created_at')?.direction).toBe('read');
    expect(field('work_order', 'entry_notes')?.direction).toBe('write');
    expect(field('work_order', 'not_to_exceed')).toMatchObject({ direction: 'kept_beside', written_by: [] });
    expect(field('work_order', 'file_ids')).toMatchObject({ direction: 'none', note: 'there are no files' });
    // Written to the PMS only by commands that are sent there.
    expect(field('work_order', 'vendor_id')?.written_by).toEqual(['update_work_order']);
  });

  it('tells how a retry is made safe, and what takes an effect back', () => {
    expect(command('post_charge').steps).toEqual([
      { name: 'submit', retry: 'idempotency_key', made_safe: expect.stringContaining('carries it out once') },
    ]);
    expect(command('post_charge').undo).toEqual({ by: 'reverse_charge', how: 'native' });
    expect(command('post_bill').undo).toEqual({ by: 'reverse_bill', how: 'no' });
    expect(command('update_lease')).toMatchObject({ support: 'unsupported', reason: 'a person does it there' });
    expect(command('update_lease').undo).toBeUndefined();
  });
});

describe('what is lost on the way', () => {
  it('names what is shortened and where the whole goes, what shares a word, and what is not kept or not proved', () => {
    const losses = fieldLosses(poorer({}));
    const text = (name: string) => losses.find((one) => one.field === name && one.record === 'work_order')?.text;
    expect(text('title')).toBe(
      'work order title over 35 characters loses its tail in poor (Brief); the whole text goes to FullDescription',
    );
    expect(text('severity')).toBe(
      'work order severity: poor shows life_safety as emergency; the value itself is kept beside it',
    );
    expect(text('file_ids')).toBe('work order file_ids is not kept by poor: there are no files');
    expect(text('not_to_exceed')).toContain('is kept beside poor');
    expect(text('entry_notes')).toContain('cannot be read back, so it is not proved');
    expect(text('description')).toBeUndefined();
  });

  it('says nothing of what no command sends there', () => {
    const sidecar = { support: 'sidecar', steps: [] } as const;
    const kinds = ['create_work_order', 'update_work_order', 'add_work_order_note', 'assign_work_order'] as const;
    const losses = fieldLosses(poorer(Object.fromEntries(kinds.map((kind) => [kind, sidecar]))));
    expect(losses.filter(({ record }) => record === 'work_order')).toEqual([]);
  });
});

describe('what has to be confirmed', () => {
  it('is nothing where all was seen', () => {
    expect(toConfirm(SANDBOX_CAPABILITIES)).toEqual([]);
    expect(heldOnAGuess(SANDBOX_CAPABILITIES)).toEqual([]);
  });

  it('names assumptions, commands and fields, each with what confirms it', () => {
    const guessed = poorer({
      post_charge: { evidence: 'inferred', note: 'the amount is positive' },
      create_work_order: { evidence: 'inferred' },
      post_bill: { evidence: 'unknown', support: 'unsupported', reason: 'its request is not known' },
      assign_work_order: { evidence: 'inferred', support: 'sidecar' },
    });
    const all = toConfirm(guessed);
    expect(all.map(({ about }) => about)).toEqual([
      'its clock',
      'create work order',
      'post charge',
      'post bill',
      'work order: severity',
    ]);
    expect(all[1]!.confirm).toBe('`caretaker connections check --write-test UNIT`');
    expect(all[2]).toMatchObject({
      assumed: 'the amount is positive; recorded and not sent until it is proved',
      confirm: '`caretaker connections check --write-test UNIT --commands post_charge`',
    });
    expect(all[3]!.assumed).toBe('not offered: its request is not known');
    expect(heldOnAGuess(guessed)).toEqual(['post_charge']);
  });
});
