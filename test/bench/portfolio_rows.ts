import { resolve } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import { grantOfRole } from '../../src/grants/make_grant.ts';
import { ROLE_NAMES } from '../../src/grants/scopes.ts';
import { openCaretaker, type Caretaker } from '../../src/main/caretaker.ts';
import { knownPms } from '../../src/main/connections.ts';
import { catalogue } from '../../tools/catalogue.ts';
import { type Figure, quantile } from './figures.ts';
import { dataFolder, layOut } from './portfolio.ts';

function openIn(folder: string): Caretaker {
  const names = { tools: catalogue.map(({ name }) => name), pms: knownPms() };
  const config = loadConfig({ cwd: folder, environment: {} }, names);
  return openCaretaker({ config, environment: {}, root: resolve(import.meta.dirname, '../..') });
}

/** Most tokens that the tools of a role may take in a model's context. */
const MOST_TOKENS: Readonly<Partial<Record<string, number>>> = { maintenance_agent: 2_500, admin: 5_500 };

/** What each role's tools take of a model's context: names, descriptions and input schemas. */
export async function tokensByRole(): Promise<Figure[]> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  const caretaker = openIn(dataFolder(400));
  const figures = ROLE_NAMES.map((role): Figure => {
    const tools = caretaker.pipeline.tools(grantOfRole(caretaker.rules, role));
    const value = tools
      .map(({ name, description, inputSchema }) => countTokens(JSON.stringify({ name, description, inputSchema })))
      .reduce((sum, tokens) => sum + tokens, 0);
    const most = MOST_TOKENS[role];
    return {
      row: 'tokens',
      measure: `tools/list of ${role}, ${tools.length} tools`,
      value,
      unit: 'tokens',
      ...(most !== undefined && { goal: `≤ ${most}`, met: value <= most }),
    };
  });
  await caretaker.close();
  return figures;
}

const GOAL_MS = 10;

/** Laying out, loading and searching a portfolio. Searches go through the whole pipeline, in this process. */
export async function searchIn(units: number, quick: boolean): Promise<Figure[]> {
  const row = 'search';
  const folder = dataFolder(units);
  const { seed_ms } = await layOut(folder, units);
  const caretaker = openIn(folder);
  try {
    const grant = grantOfRole(caretaker.rules, 'property_manager');
    const { records } = await caretaker.engine();
    const begun = performance.now();
    await records.ensureLoaded('sandbox');
    const load_ms = performance.now() - begun;
    const queries = await queriesFrom(records);
    const took: { ms: number; query: string }[] = [];
    for (let round = -1; round < (quick ? 1 : 3); round++)
      for (const query of queries) {
        const asked = performance.now();
        const answer = await caretaker.pipeline.call(grant, 'search_portfolio', { query });
        if (answer.isError) throw new Error(`search_portfolio: ${answer.text}`);
        if (round >= 0) took.push({ ms: performance.now() - asked, query });
      }
    const times = took.map(({ ms }) => ms);
    const slowest = took.reduce((a, b) => (a.ms > b.ms ? a : b));
    const size = units.toLocaleString('en-US');
    const p99 = quantile(times, 0.99);
    return [
      { row, measure: `laying out ${size} units`, value: seed_ms, unit: 'ms' },
      { row, measure: `loading the mirror of ${size} units`, value: load_ms, unit: 'ms' },
      { row, measure: `search_portfolio at ${size} units, p50`, value: quantile(times, 0.5), unit: 'ms' },
      {
        row,
        measure: `search_portfolio at ${size} units, p99`,
        value: p99,
        unit: 'ms',
        goal: `≤ ${GOAL_MS} ms`,
        met: p99 <= GOAL_MS,
        note: `${took.length} searches; slowest ${slowest.ms.toFixed(1)} ms`,
      },
    ];
  } finally {
    await caretaker.close();
  }
}

type Records = Awaited<ReturnType<Caretaker['engine']>>['records'];

/** What callers say: full names, a last name with a unit, streets, a unit in a named place, a first name somewhere. */
async function queriesFrom({ mirror }: Records): Promise<string[]> {
  const { records: residents } = await mirror.find('sandbox', 'resident', {}, { limit: 400 }, { withSealed: true });
  const { records: properties } = await mirror.find('sandbox', 'property', {}, { limit: 60 });
  const names = residents.map(({ record }) => record.name);
  const last = (name: string) => name.split(' ').at(-1) ?? name;
  return [
    ...names.slice(0, 150),
    ...names.slice(150, 250).map((name, index) => `${last(name)} apt ${index % 20}`),
    ...residents.slice(250, 300).flatMap(({ record }) => record.phones.slice(0, 1).map(({ number }) => number)),
    ...names.slice(300, 350).map((name) => name.toLowerCase().replace('h', '')),
    ...properties.flatMap(({ record }) => [
      `${record.name} 2B`,
      record.address.street,
      `${record.address.street} unit 103`,
      `Maria, ${record.name}`,
    ]),
    'Maria, blue building, upstairs',
    'unit 2b',
    'upstairs',
    'smith',
    'the lady in 204',
  ];
}
