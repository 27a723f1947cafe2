import * as z from 'zod/v4';
import { VALUE_TABLES, VendorError, type ValueTable, type ValueTableName, type ValueTables } from '../connector.ts';

export type { ValueTable, ValueTables } from '../connector.ts';

const Table = z.strictObject({
  /** Null for a value that is not to be written. */
  to_pms: z.record(z.string(), z.string().nullable()).default({}),
  from_pms: z.record(z.string(), z.string()).default({}),
});

/** A mapping file, as `connections check --propose` writes it and a person edits it. Unknown tables are an error. */
export const MappingFile = z.strictObject(
  Object.fromEntries(VALUE_TABLES.map((name) => [name, Table.optional()])) as Record<
    ValueTableName,
    z.ZodOptional<typeof Table>
  >,
);
export type MappingFile = z.output<typeof MappingFile>;

/** The vendor's tables with those of a mapping file over them, word by word. */
export function withMappings(own: ValueTables, given: MappingFile | undefined): ValueTables {
  if (given === undefined) return own;
  return Object.fromEntries(
    VALUE_TABLES.flatMap((name) => {
      const [vendor, file] = [own[name], given[name]];
      if (vendor === undefined && file === undefined) return [];
      const words = Object.entries({ ...vendor?.to_pms, ...file?.to_pms });
      const given_up = Object.entries(file?.to_pms ?? {}).flatMap(([value, word]) => (word === null ? [value] : []));
      const to_pms = Object.fromEntries(words.flatMap(([value, word]) => (word === null ? [] : [[value, word]])));
      const refused = [...(vendor?.refused ?? []), ...given_up].filter((value) => !Object.hasOwn(to_pms, value));
      const table: ValueTable = {
        to_pms,
        from_pms: { ...vendor?.from_pms, ...file?.from_pms },
        ...(refused.length > 0 && { refused: [...new Set(refused)] }),
      };
      return [[name, table]];
    }),
  );
}

/** A table in which every value has a word of its own, read back as itself. */
export function oneToOne(words: Readonly<Record<string, string>>): ValueTable {
  return { to_pms: words, from_pms: Object.fromEntries(Object.entries(words).map(([value, word]) => [word, value])) };
}

/** For capabilities: the values that can be written, and what the PMS shows for those that share a word with others. */
export function writable(table: ValueTable | undefined): { values: string[]; shown_as?: Record<string, string> } {
  const to_pms = table?.to_pms ?? {};
  const shared = Object.entries(to_pms).flatMap(([value, word]) => {
    const shown = table?.from_pms[word];
    return shown === undefined || shown === value ? [] : [[value, shown] as const];
  });
  return { values: Object.keys(to_pms), ...(shared.length > 0 && { shown_as: Object.fromEntries(shared) }) };
}

/** The PMS's word for a canonical value. Throws `unsupported` where the table has none: it is never guessed. */
export function wordFor(tables: ValueTables, name: ValueTableName, value: string): string {
  const word = tables[name]?.to_pms[value];
  if (word !== undefined) return word;
  const known = Object.keys(tables[name]?.to_pms ?? {});
  throw new VendorError(
    'unsupported',
    `This connection has no word for the ${name.replaceAll('_', ' ')} "${value}". ` +
      (known.length > 0 ? `Known are ${known.join(', ')}.` : 'Its mapping file has to name one.'),
    { field: name },
  );
}
