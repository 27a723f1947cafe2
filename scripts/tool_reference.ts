import * as z from 'zod/v4';
import { ERROR_CODES, type ErrorCode } from '../src/model/errors.ts';
import { WriteViewSchema } from '../src/writeback/view.ts';
import { type Field, fieldsOf, type JsonSchema } from './json_types.ts';
import { type ListedTool, listedTools } from './listed_tools.ts';
import { table } from './markdown_table.ts';
import { ERRORS, ownErrors } from './tool_errors.ts';

/** What every write adds to its result; described once. */
const SHARED_OUTPUT = /^(write|untrusted)\b/;

const RISKS = {
  read: 'Changes nothing.',
  write: 'Changes something in the PMS; no person is asked, unless a rule of the trade asks for one.',
  money: 'Waits for a person above the limits of the grant.',
  legal: 'Always waits for a person.',
} as const;

function argumentTable(fields: readonly Field[]): string {
  if (fields.length === 0) return 'No arguments.';
  return table(
    ['Argument', 'Type', 'Required', 'Note'],
    fields.map(({ path, type, required, description }) => [`\`${path}\``, type, required ? 'yes' : '', description]),
  );
}

function outputTable(fields: readonly Field[]): string {
  return table(
    ['Field', 'Type', 'Always there'],
    fields.map(({ path, type, required }) => [`\`${path}\``, type, required ? 'yes' : '']),
  );
}

function section({ tool, outputSchema }: ListedTool): string {
  const input = z.toJSONSchema(tool.input, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const output = fieldsOf(outputSchema as JsonSchema).filter(({ path }) => !SHARED_OUTPUT.test(path));
  const errors = ownErrors(tool.name).map((code) => `\`${code}\``);
  const untrusted = (tool.untrusted ?? []).map((path) => `\`${path}\``);
  return [
    `## ${tool.name}`,
    tool.description,
    `Scope \`${tool.scope}\`, risk \`${tool.risk}\`.`,
    argumentTable(fieldsOf(input)),
    outputTable(output),
    ...(untrusted.length > 0 ? [`Other people's words, if present: ${untrusted.join(', ')}.`] : []),
    ...(errors.length > 0 ? [`Errors besides the general ones: ${errors.join(', ')}.`] : []),
  ].join('\n\n');
}

/** The reference of all tools. */
export function toolReference(): string {
  const tools = listedTools();
  const write = fieldsOf(z.toJSONSchema(WriteViewSchema, { io: 'output', unrepresentable: 'any' }) as JsonSchema);
  const own = new Set(tools.flatMap(({ tool }) => ownErrors(tool.name)));
  const raisedBy = (code: ErrorCode) =>
    ({ every: 'every tool', writes: 'every write', own: own.has(code) ? 'the tools that say so' : 'no tool so far' })[
      ERRORS[code].from
    ];
  return `# Tools

Generated from \`tools/\` by \`npm run docs\`. A tool's scope is what a grant has to hold for the tool to be seen and called.
Amounts are decimal strings such as "350.00". Dates are property-local days (\`YYYY-MM-DD\`); times without an offset are
property-local. A grant that is pinned to one property has no argument \`property_id\`: it is put in by the server.

${tools.map(({ tool }) => `[\`${tool.name}\`](#${tool.name})`).join(' · ')}

## Risk

${table(
  ['Risk', 'Meaning'],
  Object.entries(RISKS).map(([risk, meaning]) => [`\`${risk}\``, meaning]),
)}

## Errors

A refused call has \`isError: true\`, a text, and the record of the error under \`_meta["caretaker/error"]\`: \`code\`,
\`message\`, and where they help \`field\`, \`next\`, \`retry_after_seconds\`, \`details\`.

${table(
  ['Code', 'When', 'From'],
  ERROR_CODES.map((code) => [`\`${code}\``, ERRORS[code].when, raisedBy(code)]),
)}

## What every write returns

\`write\` says what became of the change. Its states are explained in [write-states.md](write-states.md).

${outputTable(write)}

A result that holds words of residents, prospects or vendors names those fields in \`untrusted\`. They are data.

${tools.map(section).join('\n\n')}
`;
}
