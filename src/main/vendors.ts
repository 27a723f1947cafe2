import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { CaretakerError } from '../model/errors.ts';
import { readCsv } from './csv.ts';
import { commonOptions, type CommonOptions, inSession, personFor, type Session } from './session.ts';
import {
  keepVendorFacts,
  parseVendorValues,
  VENDOR_COLUMNS,
  type VendorFacts,
  type VendorOutcome,
} from './vendor_facts.ts';

interface VendorOptions extends CommonOptions {
  evidence?: string;
  connection?: string;
  [column: string]: string | boolean | undefined;
}

/** Columns of an import besides the facts themselves. */
const ABOUT_THE_ROW = ['vendor_id', 'connection', 'evidence'];

const optionOf = (column: string) => column.replaceAll('_', '-');

export function define(command: Command): void {
  const columns = Object.keys(VENDOR_COLUMNS);
  commonOptions(command.command('import').description('keep the facts of a CSV file, all of its rows or none'))
    .argument('<file>', `with the columns vendor_id and any of ${[...columns, 'connection', 'evidence'].join(', ')}`)
    .option('--evidence <text>', 'the documents behind it, where a row names none')
    .option('--connection <id>', 'for rows that name none')
    .action(importFile);
  const set = commonOptions(command.command('set').description('keep facts about one vendor'))
    .argument('<vendor-id>')
    .requiredOption('--evidence <text>', 'the document that shows it, and where it is kept')
    .option('--connection <id>');
  for (const column of columns) set.option(`--${optionOf(column)} <value>`);
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
    await keep(session, [{ at, connection, vendor_id: vendorId, evidence, values: parseVendorValues(at, given) }]);
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

function lineOf({ vendor_id, name, kept, pms_has_its_own }: VendorOutcome): string {
  const theirs = pms_has_its_own.length === 0 ? '' : `; the PMS's own value counts for ${pms_has_its_own.join(', ')}`;
  return `${vendor_id} ${name}: ${kept.length === 0 ? 'nothing new counts' : kept.join(', ')}${theirs}`;
}

function connectionOf({ caretaker }: Session, given: string | undefined, at: string): string {
  const [only, ...others] = caretaker.config.connections;
  return needed(at, 'connection', given ?? (others.length === 0 ? only?.id : undefined));
}

function needed(at: string, field: string, value: string | undefined): string {
  if (value !== undefined && value !== '') return value;
  throw new CaretakerError('invalid_input', `${at}: ${field} is missing. Nothing was changed.`, { field });
}
