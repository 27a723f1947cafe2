import { created, isOneOf, type Ask, type Handler } from '../ask.ts';
import { noteMessage } from '../compose/people.ts';
import { listed } from '../lists.ts';
import type { Table } from '../../shared/table.ts';
import type { Note } from '../wire.ts';
import type { BuildiumTables } from '../tables.ts';

/** The kinds of record that notes are kept on, by the table that has them. */
type Noted = 'leases' | 'tenants' | 'applicants';

function aboutOf(ask: Ask, table: Noted, param: string): string {
  const { Id } = ask.one(ask.tables[table] as Table<{ Id: number }>, param, table.slice(0, -1));
  return `${table}/${Id}`;
}

/** Reading the notes on a record. */
export function listNotes(table: Noted, param: string): Handler {
  return (ask) =>
    listed<Note>(
      ask,
      ask.tables.notes.where('about', aboutOf(ask, table, param)),
      {
        updateddatetimefrom:
          ([value = '']) =>
          ({ updated }) =>
            updated >= Date.parse(value),
        updateddatetimeto:
          ([value = '']) =>
          ({ updated }) =>
            updated <= Date.parse(value),
        lastupdatedbyuserid: isOneOf(() => firstUser(ask.tables)),
      },
      (entry) => noteMessage(ask.tables, entry),
    );
}

function firstUser({ users }: BuildiumTables): number | null {
  return users.rows()[0]?.Id ?? null;
}

/** Adding a note to a record. */
export function addNote(table: Noted, param: string): Handler {
  return (ask) => {
    const About = aboutOf(ask, table, param);
    const row = ask.tables.notes.insert({ Id: ask.nextId('note'), About, Note: ask.text('Note') as string });
    return created(ask, 'notes', row.Id, noteMessage(ask.tables, ask.tables.notes.entry(row.Id) as never));
  };
}
