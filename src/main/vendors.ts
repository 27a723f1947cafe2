import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { CaretakerError } from '../model/errors.ts';
import { readCsv } from './csv.ts';
import { commonOptions, type CommonOptions, inSession, personFor, type Session } from './session.ts';
import { parseVendorValues, VENDOR_COLUMNS } from './vendor_columns.ts';
import { keepVendorFacts, type VendorFacts, type VendorOutcome } from './vendor_facts.ts';

interface VendorOptions extends CommonOptions {
  evidence?: string;
  connection?: string;
  property?: string;
  [column: string]: string | boolean | undefined;
}

/** Columns of an import besides the facts themselves. */
const ABOUT_THE_ROW = ['vendor_id', 'connection', 'property_id', 'evidence'];

const PROPERTY = 'where vendors are kept property by property: the only one it counts for (default: all of them)';

const HOW =
  '\nAn empty value says nothing, "none" takes back what was said, and what the PMS holds itself counts before it. ' +
  'Where\nthe PMS has no vendors, whole ones are kept: with a name and an id of your choice they come into being.';

const optionOf = (column: string) => column.replaceAll('_', '-');

export function define(command: Command): void {
  const columns = Object.entries(VENDOR_COLUMNS);
  const named = [...Object.keys(VENDOR_COLUMNS), ...ABOUT_THE_ROW.slice(1)].join(', ');
  const forms = columns.map(([column, { form }]) => `  ${column.padEnd(26)}${form}`).join('\n');
  commonOptions(command.command('import').description('keep the facts of a CSV file, all of its rows or none'))
    .argument('<file>', `with the columns vendor_id and any of ${named}`)
    .option('--evidence <text>', 'the documents behind it, where a row names none')
    .option('--connection <id>', 'for rows that name none')
    .option('--property <id>', `for rows that name none; ${PROPERTY}`)
    .addHelpText('after', `${HOW}\n\nHow the columns are written:\n${forms}`)
    .action(importFile);
  const set = commonOptions(command.command('set').description('keep facts about one vendor'))
    .argument('<vendor-id>')
    .requiredOption('--evidence <text>', 'the document that shows it, and where it is kept')
    .option('--connection <id>')
    .option('--property <id>', PROPERTY)
    .addHelpText('after', HOW);
  for (const [column, { form }] of columns) set.option(`--${optionOf(column)} <value>`, `as in ${form}`);
  set.action(setOne);
}

function importFile(file: string, options: VendorOptions): Promise<void> {
  return inSession(options, async (session) => {
    const text = await readFile(file, 'utf8').catch(() => {
      throw new CaretakerError('invalid_input', `Cannot read ${file}. Nothing was changed.`, { field: 'file' });
    });
    const facts = readCsv(text).map(({ line, values }): VendorFacts => {
      const at = `Line ${line}`;
      return {
        at,
        connection: connectionOf(session, values.get('connection') || options.connection, at),
        vendor_id: needed(at, 'vendor_id', values.get('vendor_id')),
        property_id: values.get('property_id') || options.property,
        evidence: needed(at, 'evidence', values.get('evidence') || options.evidence),
        values: parseVendorValues(
          at,
          [...values].filter(([name]) => !ABOUT_THE_ROW.includes(name)),
        ),
      };
    });
    await keep(session, facts);
  });
}

function setOne(vendorId: string, options: VendorOptions): Promise<void> {
  return inSession(options, async (session) => {
    const given = Object.keys(VENDOR_COLUMNS).flatMap((column): [string, string][] => {
      const value = options[optionOf(column).replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase())];
      return typeof value === 'string' ? [[column, value]] : [];
    });
    if (given.length === 0) throw new CaretakerError('invalid_input', 'Say what is to be kept. Nothing was changed.');
    const at = `Vendor ${vendorId}`;
    const connection = connectionOf(session, options.connection, at);
    const evidence = needed(at, 'evidence', options.evidence);
    const values = parseVendorValues(at, given);
    const { property: property_id } = options;
    await keep(session, [{ at, connection, vendor_id: vendorId, property_id, evidence, values }]);
  });
}

async function keep({ caretaker, output }: Session, facts: readonly VendorFacts[]): Promise<void> {
  const person = await personFor(caretaker, 'approvals:decide');
  if (person.pins.length > 0)
    throw new CaretakerError(
      'not_permitted',
      'Vendors belong to the whole portfolio, and this key is held to properties. Nothing was changed.',
    );
  const outcomes = await keepVendorFacts(await caretaker.engine(), person, facts);
  output.result({ vendors: outcomes }, outcomes.map(lineOf).join('\n'));
}

function lineOf({ vendor_id, name, property_ids = [], is_new, kept, pms_has_its_own }: VendorOutcome): string {
  const who = `${vendor_id} ${name}${is_new === true ? ' (new)' : ''}`;
  const where = property_ids.length === 0 ? '' : ` at ${property_ids.join(', ')}`;
  const theirs = pms_has_its_own.length === 0 ? '' : `; the PMS's own value counts for ${pms_has_its_own.join(', ')}`;
  return `${who}${where}: ${kept.length === 0 ? 'nothing new counts' : kept.join(', ')}${theirs}`;
}

function connectionOf({ caretaker }: Session, given: string | undefined, at: string): string {
  const [only, ...others] = caretaker.config.connections;
  return needed(at, 'connection', given ?? (others.length === 0 ? only?.id : undefined));
}

function needed(at: string, field: string, value: string | undefined): string {
  if (value !== undefined && value !== '') return value;
  throw new CaretakerError('invalid_input', `${at}: ${field} is missing. Nothing was changed.`, { field });
}
