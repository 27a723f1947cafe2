import type { Migration } from './dialect.ts';

/** Version 1 of the ledger. */
export const createLedger: Migration = ({ text, integer, counter, table, key_only_table }) => [
  `create table meta (key ${text} not null primary key, value ${text} not null) ${table}`,

  `create table api_keys (
    key_id ${text} not null primary key,
    kind ${text} not null,
    owner ${text} not null,
    principal ${text} not null,
    name ${text} not null,
    grant_json ${text} not null,
    hash ${text} not null unique,
    created_at ${integer} not null,
    created_by ${text} not null,
    expires_at ${integer},
    revoked_at ${integer}
  ) ${table}`,
  'create index api_keys_principal on api_keys (principal)',

  `create table writes (
    write_id ${text} not null primary key,
    organisation ${text} not null,
    principal ${text} not null,
    principal_kind ${text} not null,
    owner ${text} not null,
    tool ${text} not null,
    request_id ${text} not null,
    input_digest ${text} not null,
    connection ${text} not null,
    scope ${text} not null,
    property_id ${text},
    command_kind ${text} not null,
    command_sealed ${text} not null,
    command_digest ${text} not null,
    effect_digest ${text},
    not_duplicate_of ${text},
    record_kind ${text} not null,
    record_id ${text},
    order_key ${text} not null,
    depends_on ${text},
    risk ${text} not null,
    amount ${integer},
    priority ${integer} not null,
    state ${text} not null,
    step_index ${integer} not null,
    posting ${text},
    proof ${text},
    proof_json ${text},
    before_sealed ${text},
    answer_sealed ${text},
    error_code ${text},
    error_message ${text},
    grant_json ${text} not null,
    not_after ${integer} not null,
    created_at ${integer} not null,
    updated_at ${integer} not null,
    done_at ${integer},
    lease_owner ${text},
    lease_until ${integer},
    attempts ${integer} not null,
    next_attempt_at ${integer} not null,
    unique (organisation, principal, tool, request_id)
  ) ${table}`,
  'create index writes_due on writes (state, next_attempt_at)',
  'create index writes_order on writes (order_key, state)',
  'create index writes_effect on writes (effect_digest, created_at)',
  'create index writes_created on writes (created_at)',
  'create index writes_principal on writes (principal, created_at)',
  'create index writes_record on writes (record_kind, record_id)',
  'create index writes_dependents on writes (depends_on) where depends_on is not null',

  `create table write_steps (
    write_id ${text} not null references writes (write_id),
    step_index ${integer} not null,
    name ${text} not null,
    retry ${text} not null,
    state ${text} not null,
    request_sealed ${text} not null,
    deadline_at ${integer} not null,
    attempts ${integer} not null,
    sent_at ${integer},
    answered_at ${integer},
    result_json ${text},
    evidence_json ${text} not null,
    primary key (write_id, step_index)
  ) ${table}`,

  `create table approvals (
    approval_id ${text} not null primary key,
    write_id ${text} not null references writes (write_id),
    command_digest ${text} not null,
    rule ${text} not null,
    reason ${text} not null,
    requested_by ${text} not null,
    requester_owner ${text} not null,
    property_id ${text},
    state ${text} not null,
    decide_by ${integer} not null,
    created_at ${integer} not null,
    decided_at ${integer},
    decided_by ${text},
    note_sealed ${text}
  ) ${table}`,
  'create index approvals_state on approvals (state, decide_by)',
  'create index approvals_write on approvals (write_id)',

  `create table audit_head (
    id ${integer} not null primary key check (id = 1),
    seq ${integer} not null,
    hash ${text} not null
  ) ${table}`,
  `insert into audit_head (id, seq, hash) values (1, 0, '')`,
  `create table audit_entries (
    seq ${integer} not null primary key,
    at ${integer} not null,
    actor ${text} not null,
    action ${text} not null,
    subject ${text} not null,
    outcome ${text} not null,
    payload_digest ${text} not null,
    previous_hash ${text} not null,
    hash ${text} not null
  ) ${table}`,
  'create index audit_entries_at on audit_entries (at)',
  'create index audit_entries_subject on audit_entries (subject)',
  `create table audit_payloads (
    seq ${integer} not null primary key references audit_entries (seq),
    salt ${text} not null,
    payload_sealed ${text},
    erased_at ${integer}
  ) ${table}`,

  `create table sidecar (
    connection ${text} not null,
    kind ${text} not null,
    scope ${text} not null,
    record_id ${text} not null,
    body_sealed ${text} not null,
    updated_at ${integer} not null,
    updated_by ${text} not null,
    primary key (connection, kind, scope, record_id)
  ) ${table}`,

  `create table escalations (
    escalation_id ${text} not null primary key,
    organisation ${text} not null,
    connection ${text},
    property_id ${text},
    record_id ${text},
    reason ${text} not null,
    urgency ${text} not null,
    body_sealed ${text} not null,
    state ${text} not null,
    principal ${text} not null,
    request_id ${text} not null,
    input_digest ${text} not null,
    created_at ${integer} not null,
    acknowledged_by ${text},
    acknowledged_at ${integer},
    paged ${integer} not null,
    next_page_at ${integer},
    unique (organisation, principal, request_id)
  ) ${table}`,
  'create index escalations_due on escalations (state, next_page_at)',

  `create table notifications (
    notification_id ${text} not null primary key,
    kind ${text} not null,
    body_sealed ${text} not null,
    state ${text} not null,
    attempts ${integer} not null,
    next_attempt_at ${integer} not null,
    created_at ${integer} not null,
    delivered_at ${integer}
  ) ${table}`,
  'create index notifications_due on notifications (state, next_attempt_at)',

  `create table reservations (
    connection ${text} not null,
    resource ${text} not null,
    cell ${integer} not null,
    write_id ${text} not null,
    primary key (connection, resource, cell)
  ) ${key_only_table}`,
  'create index reservations_write on reservations (write_id)',

  `create table changes (
    seq ${counter},
    at ${integer} not null,
    connection ${text},
    kind ${text} not null,
    scope ${text} not null,
    record_id ${text} not null,
    property_id ${text},
    event ${text} not null,
    detail_json ${text} not null
  ) ${table}`,
  'create index changes_property on changes (property_id, seq)',
  'create index changes_record on changes (kind, record_id, seq)',
  'create index changes_at on changes (at)',
  `create table refusals (
    refusal_id ${text} primary key,
    at ${integer} not null,
    organisation ${text} not null,
    principal ${text} not null,
    principal_kind ${text} not null,
    tool ${text} not null,
    request_id ${text},
    code ${text} not null,
    message ${text} not null,
    property_id ${text}
  ) ${table}`,
  'create index refusals_at on refusals (organisation, at)',

  `create table kv (
    key ${text} not null primary key,
    value_sealed ${text} not null,
    expires_at ${integer}
  ) ${table}`,
  'create index kv_expiry on kv (expires_at) where expires_at is not null',
];

/** Version 2: which record is whose effect, failures of our own, and the pace of each connection. */
export const addClaimsAndPace: Migration = ({ text, integer, table }) => [
  `alter table writes add column failures ${integer} not null default 0`,
  // With all that a sweep reads, so that ten thousand writes that a dead process left are looked through in no time.
  'create index writes_leases on writes (state, lease_owner, priority, write_id, connection) where lease_owner is not null',
  'drop index writes_due',
  'create index writes_due on writes (state, next_attempt_at, priority, write_id, connection, order_key, not_after)',
  `create table claims (
    connection ${text} not null,
    kind ${text} not null,
    scope ${text} not null,
    record_id ${text} not null,
    write_id ${text} not null references writes (write_id),
    primary key (connection, kind, scope, record_id)
  ) ${table}`,
  // Without what was created before, a later look-up could take its record for a new write's.
  `insert into claims (connection, kind, scope, record_id, write_id)
    select connection, record_kind, scope, record_id, max(write_id) from writes
    where state = 'done' and record_id is not null
      and (command_kind like 'create_%' or command_kind like 'post_%' or command_kind like 'reverse_%'
        or command_kind = 'schedule_tour' or command_kind = 'record_communication')
    group by connection, record_kind, scope, record_id`,
  `create table pace (
    connection ${text} not null primary key,
    body_json ${text} not null,
    updated_at ${integer} not null
  ) ${table}`,
];
