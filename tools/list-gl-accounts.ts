import * as z from 'zod/v4';
import { ACCOUNT_USES, AccountView, chargeCodeView, glAccountView } from '../src/accounting/account_view.ts';
import { addDays } from '../src/model/zoned_time.ts';
import { type Call, defineTool, type Found } from '../src/tool.ts';
import { recordId, words } from '../src/tool/params.ts';
import { hasChargeCodes } from '../src/tool/plan_charge.ts';

/** Property ids that are written out beside one lock date; of more only the number is given. */
const NAMED = 20;

export default defineTool({
  name: 'list_gl_accounts',
  title: 'List GL accounts',
  description: 'List GL accounts and resident charge codes that may be posted to, with lock dates.',
  scope: 'accounting:read',
  risk: 'read',
  input: z.strictObject({
    property_id: recordId().optional(),
    usage: z.enum(ACCOUNT_USES).optional(),
    query: words(100).describe('Part of a name or number').optional(),
  }),
  output: z.object({
    accounts: z.array(AccountView),
    /** Through which day the books are locked; nothing is posted on that day or before it. */
    lock_dates: z.array(
      z.object({
        locked_through: z.string().optional(),
        first_open_date: z.string().optional(),
        properties: z.int(),
        property_ids: z.array(z.string()).optional(),
      }),
    ),
    as_of: z.string(),
    stale: z.boolean(),
  }),

  async run(call, input) {
    // A lock date decides what may be posted, so the one that was asked for is read from the PMS.
    const property =
      input.property_id === undefined ? undefined : await call.records.fresh('property', input.property_id);
    const connections = property === undefined ? call.records.connections : [property.connection];
    const found = (await Promise.all(connections.map((one) => chartOf(call, one, property?.scope)))).flat();
    const wanted = found.filter(
      ({ view }) =>
        (input.usage === undefined ? view.usable_for.length > 0 : view.usable_for.includes(input.usage)) &&
        fits(view, input.query),
    );
    const properties = property === undefined ? await everyProperty(call, connections) : [property];
    return {
      accounts: wanted.map(({ view }) => view),
      lock_dates: lockDates(properties),
      as_of: new Date(
        [...found.map(({ from }) => from), ...properties].reduce(
          (oldest, one) => Math.min(oldest, one.as_of),
          call.now,
        ),
      ).toISOString(),
      stale: [...found.map(({ from }) => from), ...properties].some(({ stale }) => stale),
    };
  },

  text({ accounts, lock_dates }) {
    const locked = lock_dates.flatMap(({ locked_through: day }) => day ?? []);
    return [
      `${accounts.length} accounts and charge codes.${locked.length === 0 ? '' : ` Books locked through ${locked.join(', ')}.`}`,
      ...accounts.map(
        ({ account_id, number, name, is_deposit }) =>
          `${account_id} ${number === undefined ? '' : `${number} `}${name}${is_deposit === true ? ' (deposit)' : ''}`,
      ),
    ].join('\n');
  },
});

/** Every account and charge code of a connection, each with what it may be used for. */
async function chartOf(call: Call, connection: string, scope: string | undefined) {
  const where = { connection, ...(scope !== undefined && { scope }) };
  const [accounts, codes] = await Promise.all([
    call.records.all('gl_account', where),
    call.records.all('charge_code', where),
  ]);
  const byId = new Map(accounts.map((one) => [`${one.scope}|${one.record.id}`, one.record]));
  const scopes = new Set(accounts.map((one) => one.scope));
  const coded = new Map<string, boolean>();
  for (const one of scopes) coded.set(one, await hasChargeCodes(call, { connection, scope: one }));
  return [
    ...codes.map((from) => ({
      from: from as Found,
      view: chargeCodeView(from.record, byId.get(`${from.scope}|${from.record.gl_account_id}`), refOf(call, from)),
    })),
    ...accounts.map((from) => ({
      from: from as Found,
      view: glAccountView(from.record, refOf(call, from), coded.get(from.scope) !== true),
    })),
  ];
}

function refOf(call: Call, { connection, scope }: Found): (id: string) => string {
  return (id) => call.records.ref(connection, scope, id);
}

function fits({ number, name, gl_account: account }: AccountView, query: string | undefined): boolean {
  if (query === undefined) return true;
  const text = `${number ?? ''} ${name} ${account ?? ''}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

async function everyProperty(call: Call, connections: readonly string[]): Promise<Found<'property'>[]> {
  return (await Promise.all(connections.map((connection) => call.records.all('property', { connection })))).flat();
}

/** Properties with one lock date in one row: most portfolios close their months together. */
function lockDates(properties: readonly Found<'property'>[]) {
  const byDay = Map.groupBy(properties, ({ record }) => record.books_locked_through ?? '');
  return [...byDay].map(([day, group]) => ({
    ...(day !== '' && { locked_through: day, first_open_date: addDays(day, 1) }),
    properties: group.length,
    ...(group.length <= NAMED && { property_ids: group.map(({ ref }) => ref) }),
  }));
}
