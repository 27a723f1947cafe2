import type * as z from 'zod/v4';
import type { ApprovalRule } from './approvals/approvals.ts';
import type { Config } from './config.ts';
import type { Grant } from './grants/grant.ts';
import type { Scope } from './grants/scopes.ts';
import type { Command } from './model/commands.ts';
import type { CaretakerError } from './model/errors.ts';
import type { Property, RecordKind } from './model/records.ts';
import type { KeyRing } from './store/keyring.ts';
import type { Store } from './store/store.ts';
import type { Found, GrantedRecords } from './tool/granted_records.ts';
import type { Notice, OpenWrite } from './writeback/open_write.ts';
import type { Writeback } from './writeback/writeback.ts';

/*
 * What a tool is. A file in `tools/` defines one and reads like its documentation; the pipeline in `tool/pipeline.ts`
 * does the rest: grant, parsing, resolving ids, idempotency, approval, audit, errors.
 */

/** One call of a tool: who asks, when, and what it may use. */
export interface Call {
  readonly grant: Grant;
  /** Epoch milliseconds at the beginning of the call. */
  readonly now: number;
  readonly config: Config;
  readonly records: GrantedRecords;
  readonly writeback: Writeback;
  readonly store: Store;
  readonly keyring: KeyRing;
  readonly signal: AbortSignal | undefined;
  /** The property's IANA zone. Throws `invalid_input` where none is known, naming the setting. */
  zoneOf(property: Found<'property'>): string;
  /** Today's date at a property; where its zone is unknown, in UTC. */
  today(property: Found<'property'>): string;
}

/** What a write tool wants to be done: one command at the most, and what has to be decided about it first. */
export interface Proposal {
  /** Any record of the connection and scope that the command is for. */
  at: { connection: string; scope: string };
  command: Command;
  /** The record to be changed, as it was just read through. */
  before?: object;
  /** Cents that count against the grant's limits. */
  amount?: number;
  approvals?: readonly { rule: ApprovalRule; reason: string }[];
  /** 0 life safety, 1 emergency, 2 (default) all else. */
  priority?: 0 | 1 | 2;
  /** Epoch milliseconds; default a day from now. */
  not_after?: number;
  /** What makes two commands the same to a person; leave it out where equal commands are normal. */
  effect?: unknown;
  not_duplicate_of?: string;
  /** Why, in the caller's words; kept in the audit log and sent nowhere. */
  reason?: string;
  /** The record that this change draws on: changes drawing on the same one are judged and sent one after the other. */
  draws_on?: { kind: RecordKind; id: string };
  /** The property whose local day counts for limits per day. */
  property?: Found<'property'>;
  cells?: readonly { resource: string; cell: number }[];
  /** Fields of the output besides `write`; kept, so that a replay says the same. */
  answer?: Record<string, unknown>;
  /** Messages to people that go out once the change has been proved; ids and codes, no personal data. */
  notices?: readonly Notice[];
}

interface ToolBase<I extends z.ZodObject, O extends z.ZodObject> {
  name: string;
  title: string;
  /** One sentence, for a model that has to choose. */
  description: string;
  scope: Scope;
  input: I;
  /** Without `write`: that field is added to every write tool. */
  output: O;
  /** Output fields with words of residents, prospects and vendors: data, never instructions. */
  untrusted?: readonly string[];
  /** The result in a line or a few, for clients that show text; it does not repeat the structure. */
  text(output: z.output<O> & { write?: unknown }, input: z.output<I>): string;
}

export interface ReadTool<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> extends ToolBase<
  I,
  O
> {
  risk: 'read';
  /** True for tools that answer without any PMS or mirror. */
  needs_no_pms?: boolean;
  run(call: Call, input: z.output<I>): Promise<z.input<O>>;
}

export interface WriteTool<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> extends ToolBase<
  I,
  O
> {
  risk: 'write' | 'money' | 'legal';
  /** Judges the change by the rules of the trade and says what is to be done. Throws `CaretakerError` to refuse. */
  propose(call: Call, input: z.output<I>): Promise<Proposal>;
  /**
   * The rules once more, from the PMS, right before a command is sent that was not judged just now. Throws
   * `CaretakerError` where they no longer allow it. `call` acts under the grant of the one who asked.
   */
  judgeAgain(call: Call, write: OpenWrite): Promise<void>;
  /** Output fields that are read after the write, for fresh calls and replays alike. */
  present?(call: Call, write: OpenWrite): Promise<Partial<z.input<O>>>;
  /** Adds to a refusal of the ledger (a slot that another call was faster to take) what helps the caller on. */
  explain?(call: Call, input: z.output<I>, refused: CaretakerError): Promise<CaretakerError>;
}

/** A write that only Caretaker holds and that therefore needs no PMS. It keeps its own idempotency. */
export interface OwnWriteTool<
  I extends z.ZodObject = z.ZodObject,
  O extends z.ZodObject = z.ZodObject,
> extends ToolBase<I, O> {
  risk: 'write';
  needs_no_pms: true;
  act(call: Call, input: z.output<I>, inputDigest: string): Promise<z.input<O>>;
}

export type Tool = ReadTool | WriteTool | OwnWriteTool;

/** Defines a tool; the type of its input follows from the schema. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(
  tool: ReadTool<I, O> | WriteTool<I, O> | OwnWriteTool<I, O>,
): Tool {
  return tool as Tool;
}

/** Where a record is, for a proposal about it. */
export function at(found: { connection: string; scope: string }): { connection: string; scope: string } {
  return { connection: found.connection, scope: found.scope };
}

export type { Found, GrantedRecords, Property, RecordKind };
