import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Command } from '../../../src/model/commands.ts';
import { VendorError, type StepContext, type StepResult } from '../../../src/connectors/connector.ts';
import { createSandbox, type SandboxOptions } from '../../../src/connectors/sandbox/connector.ts';

/** A Tuesday morning; every portfolio in these tests is laid out around it. */
export const NOW = Date.parse('2026-11-24T15:00:00.000Z');

export type Sandbox = ReturnType<typeof createSandbox>;

/** A small sandbox in memory, closed with the test. */
export function openSandbox(options: Partial<SandboxOptions> = {}): Sandbox {
  const sandbox = createSandbox({ file: ':memory:', clock: () => NOW, units: 150, ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** A path in a folder that goes away with the test. */
export function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'caretaker-sandbox-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'sandbox.db');
}

export function contextOf(writeId: string, before?: unknown): StepContext {
  return { write_id: writeId, marker: 'ct-0000000000000', scope: '', results: [], before };
}

let writes = 0;

/** Prepares and sends a command under a key of its own. */
export async function submit(sandbox: Sandbox, command: Command, writeId?: string): Promise<StepResult> {
  writes += 1;
  const request = await sandbox.prepare(command, 0, contextOf(writeId ?? `write-${writes}`));
  return sandbox.send(request, new AbortController().signal);
}

/** The id of the record that a command made or changed. */
export async function submitted(sandbox: Sandbox, command: Command): Promise<string> {
  const { record } = await submit(sandbox, command);
  if (record === undefined) throw new Error('the answer names no record');
  return record.id;
}

/** Code and field of the refusal that `work` ends with. */
export async function refusalOf(work: Promise<unknown>): Promise<{ code: string; field: string | undefined }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof VendorError) return { code: error.code, field: error.field };
    throw error;
  }
  return { code: 'accepted', field: undefined };
}

/** The first value that fits; a portfolio without one is a mistake in the seed. */
export function first<T>(values: readonly T[], fits: (value: T) => boolean = () => true): T {
  const value = values.find(fits);
  if (value === undefined) throw new Error('the portfolio has none of these');
  return value;
}
