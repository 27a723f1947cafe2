/*
 * Every table, on both engines. Times are epoch milliseconds, JSON is text, booleans are 0 and 1, so that the same
 * queries mean the same on SQLite and PostgreSQL. A column that ends in `_sealed` holds text encrypted with the key
 * ring; see `keyring.ts`.
 */

import type { Generated } from 'kysely';

export interface MetaTable {
  key: string;
  value: string;
}

/** API keys of people and agents. The key itself is never stored, only its keyed hash. */
export interface ApiKeyTable {
  key_id: string;
  kind: 'person' | 'agent';
  /** The person who answers for it: the principal of a person's key. For a person's key, itself. */
  owner: string;
  /** Who acts; survives rotation, so that requests and limits go on counting. */
  principal: string;
  name: string;
  /** Roles, scopes, pins and limits as given at creation; checked against the known ones at every start. */
  grant_json: string;
  hash: string;
  created_at: number;
  created_by: string;
  expires_at: number | null;
  revoked_at: number | null;
}

/** The ledger of intended changes: one row per write, from before the first byte is sent. */
export interface WriteTable {
  write_id: string;
  organisation: string;
  principal: string;
  principal_kind: 'person' | 'agent';
  owner: string;
  tool: string;
  request_id: string;
  /** Digest of the canonical parsed input, after defaults and pins. */
  input_digest: string;
  connection: string;
  scope: string;
  property_id: string | null;
  command_kind: string;
  command_sealed: string;
  command_digest: string;
  /** Equal for two commands that would have the same effect on the same record: what duplicates are found by. */
  effect_digest: string | null;
  not_duplicate_of: string | null;
  record_kind: string;
  record_id: string | null;
  /** Writes with the same order key run one at a time. */
  order_key: string;
  /** An earlier write whose result this one uses, where it was named by its write id. */
  depends_on: string | null;
  risk: 'write' | 'money' | 'legal';
  amount: number | null;
  /** Lower goes first: life safety 0, emergency 1, all else 2. */
  priority: number;
  state: string;
  step_index: number;
  posting: string | null;
  proof: 'full' | 'partial' | null;
  /** Field-by-field outcome of the read-back, as JSON: names and outcomes only, no values. */
  proof_json: string | null;
  before_sealed: string | null;
  /** What the tool adds to its answer besides the write itself; kept so that a replay says the same. */
  answer_sealed: string | null;
  error_code: string | null;
  error_message: string | null;
  /** The grant under which it was asked, for the rules that are evaluated again before sending. */
  grant_json: string;
  not_after: number;
  created_at: number;
  updated_at: number;
  done_at: number | null;
  lease_owner: string | null;
  lease_until: number | null;
  attempts: number;
  next_attempt_at: number;
  /** How often taking it up has failed on our side, in a row; what keeps failing is given to a person. */
  failures: Generated<number>;
  /** Why a write in shadow was not sent, where it is not the connection's rollout: `not_proved`. */
  shadow_reason: string | null;
}

/**
 * Which write a record of the PMS is the effect of. The primary key is what keeps two equal writes from being proved by
 * one and the same record.
 */
export interface ClaimTable {
  connection: string;
  kind: string;
  scope: string;
  record_id: string;
  write_id: string;
}

/** What a connection may still ask of its PMS, shared by all processes; see `src/pace`. */
export interface PaceTable {
  connection: string;
  body_json: string;
  updated_at: number;
}

/**
 * Changes made to see whether a connection carries them out, by a person who asked for just that. One that has been
 * proved lets all others of its kind on the connection be sent.
 */
export interface WriteTestTable {
  principal: string;
  request_id: string;
  connection: string;
  command_kind: string;
  asked_at: number;
  /** Both once it has been recorded in the ledger, and then once it was proved. */
  write_id: string | null;
  proved_at: number | null;
  /** Field-by-field outcome of the read-back, as JSON: names and outcomes only, no values. */
  fields_json: string | null;
}

/** Answers of a PMS that were not as they used to be, by place. No value of an answer is kept. */
export interface DriftTable {
  connection: string;
  what: string;
  path: string;
  first_at: number;
  last_at: number;
  count: number;
}

/** One vendor request of a write, journaled before and after it is sent. */
export interface WriteStepTable {
  write_id: string;
  step_index: number;
  name: string;
  retry: string;
  state: 'prepared' | 'sending' | 'proved' | 'unknown' | 'absent';
  request_sealed: string;
  /** After this moment the request can no longer be under way at our end. */
  deadline_at: number;
  attempts: number;
  sent_at: number | null;
  answered_at: number | null;
  result_json: string | null;
  /** What was done and found, oldest first, as JSON; shown to the person who has to decide. */
  evidence_json: string;
}

export interface ApprovalTable {
  approval_id: string;
  write_id: string;
  command_digest: string;
  /** Why a person has to decide: `legal`, `over_call_limit`, `over_day_limit`, `over_nte`, `not_reversible`. */
  rule: string;
  reason: string;
  requested_by: string;
  requester_owner: string;
  property_id: string | null;
  state: 'waiting' | 'approved' | 'rejected' | 'expired' | 'withdrawn';
  decide_by: number;
  created_at: number;
  decided_at: number | null;
  decided_by: string | null;
  note_sealed: string | null;
}

export interface AuditHeadTable {
  id: 1;
  seq: number;
  hash: string;
}

/** The hash chain. An entry chains a salted digest of its payload, so that a payload can be erased. */
export interface AuditEntryTable {
  seq: number;
  at: number;
  actor: string;
  action: string;
  /** Ids only: a write, a key, a tool, a record. */
  subject: string;
  outcome: string;
  payload_digest: string;
  previous_hash: string;
  hash: string;
}

export interface AuditPayloadTable {
  seq: number;
  salt: string;
  payload_sealed: string | null;
  erased_at: number | null;
}

/** What a PMS cannot hold, keyed to its record. */
export interface SidecarTable {
  connection: string;
  kind: string;
  scope: string;
  record_id: string;
  body_sealed: string;
  updated_at: number;
  updated_by: string;
  /** Of a record that only Caretaker holds. */
  property_id: string | null;
}

/** A case handed to a person, and the paging of the rota until someone acknowledges. */
export interface EscalationTable {
  escalation_id: string;
  organisation: string;
  connection: string | null;
  property_id: string | null;
  record_id: string | null;
  reason: string;
  urgency: 'now' | 'today' | 'next_business_day';
  body_sealed: string;
  state: 'open' | 'acknowledged' | 'closed';
  principal: string;
  request_id: string;
  input_digest: string;
  created_at: number;
  acknowledged_by: string | null;
  acknowledged_at: number | null;
  /** How many of the rota have been paged, and when the next one is. */
  paged: number;
  next_page_at: number | null;
}

/** Messages to people that leave through `policy.notify`; rows stay until delivered. */
export interface NotificationTable {
  notification_id: string;
  kind: string;
  body_sealed: string;
  state: 'pending' | 'delivered' | 'failed';
  attempts: number;
  next_attempt_at: number;
  created_at: number;
  delivered_at: number | null;
}

/** Tour reservations in cells of a quarter of an hour; the primary key is what makes double booking impossible. */
export interface ReservationTable {
  connection: string;
  /** `agent:<id>` or `unit:<id>`, or for the person of an inquiry `prospect:<scope>:<property>:<hash>`. */
  resource: string;
  /** Which quarter of an hour, counted from the epoch. */
  cell: number;
  write_id: string;
}

/** What happened, oldest first, for `list_changes`. */
export interface ChangeTable {
  seq: Generated<number>;
  at: number;
  connection: string | null;
  kind: string;
  scope: string;
  record_id: string;
  property_id: string | null;
  event: string;
  /** Ids and canonical values without personal data. */
  detail_json: string;
}

/** Calls that were refused before anything was recorded, for "what did the agents do last night". */
export interface RefusalTable {
  refusal_id: string;
  at: number;
  organisation: string;
  principal: string;
  principal_kind: 'person' | 'agent';
  tool: string;
  request_id: string | null;
  code: string;
  message: string;
  property_id: string | null;
}

/** Small values with a life span: vendor tokens, counters of pace, cursors. */
export interface KvTable {
  key: string;
  value_sealed: string;
  expires_at: number | null;
}

/** The tables that are backed up: what only Caretaker knows. */
export interface LedgerTables {
  meta: MetaTable;
  api_keys: ApiKeyTable;
  writes: WriteTable;
  write_steps: WriteStepTable;
  claims: ClaimTable;
  pace: PaceTable;
  write_tests: WriteTestTable;
  drift: DriftTable;
  approvals: ApprovalTable;
  audit_head: AuditHeadTable;
  audit_entries: AuditEntryTable;
  audit_payloads: AuditPayloadTable;
  sidecar: SidecarTable;
  escalations: EscalationTable;
  notifications: NotificationTable;
  reservations: ReservationTable;
  changes: ChangeTable;
  refusals: RefusalTable;
  kv: KvTable;
}

/** The local copy of one record. `body_json` lacks the fields that are sealed. */
export interface MirrorRecordTable {
  connection: string;
  kind: string;
  scope: string;
  id: string;
  property_id: string | null;
  unit_id: string | null;
  household_id: string | null;
  resident_id: string | null;
  vendor_id: string | null;
  technician_id: string | null;
  status: string | null;
  /** The date the kind is listed by: work order created, lease end, tour start, posting date. */
  listed_on: string | null;
  version: string;
  body_json: string;
  sealed: string | null;
  as_of: number;
}

/** What a record was before it changed, kept for a while to tell an update which of its fields somebody else changed. */
export interface MirrorVersionTable {
  connection: string;
  kind: string;
  scope: string;
  id: string;
  version: string;
  body_json: string;
  sealed: string | null;
  replaced_at: number;
}

/** Search terms of a record: folded names, unit keys, address words, keyed hashes of phones and e-mails. */
export interface MirrorKeyTable {
  term: string;
  connection: string;
  kind: string;
  scope: string;
  id: string;
  property_id: string | null;
  weight: number;
}

export interface MirrorStateTable {
  connection: string;
  kind: string;
  scope: string;
  loaded_at: number | null;
  cursor: string | null;
  record_count: Generated<number>;
  /** Counts the changes of a kind that is kept decoded in processes, so that each of them notices. */
  revision: Generated<number>;
}

/** The tables that can be loaded from the PMS again at any time. */
export interface MirrorTables {
  mirror_records: MirrorRecordTable;
  mirror_versions: MirrorVersionTable;
  mirror_keys: MirrorKeyTable;
  mirror_state: MirrorStateTable;
}
