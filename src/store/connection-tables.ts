import type { Migration } from './dialect.ts';

/** What is found out about a connection: which kinds of change it has been shown to carry out, and how its PMS strays. */
export const addWriteTestsAndDrift: Migration = ({ text, integer, table }) => [
  `create table write_tests (
    principal ${text} not null,
    request_id ${text} not null,
    connection ${text} not null,
    command_kind ${text} not null,
    asked_at ${integer} not null,
    write_id ${text},
    proved_at ${integer},
    fields_json ${text},
    primary key (principal, request_id)
  ) ${table}`,
  'create index write_tests_proved on write_tests (connection, command_kind, proved_at)',
  'alter table writes add column shadow_reason text',
  `create table drift (
    connection ${text} not null,
    what ${text} not null,
    path ${text} not null,
    first_at ${integer} not null,
    last_at ${integer} not null,
    count ${integer} not null,
    primary key (connection, what, path)
  ) ${table}`,
];
