import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { visibleTools } from '../../src/grants/grant.ts';
import { type Role, ROLE_NAMES, ROLES, type Scope } from '../../src/grants/scopes.ts';
import { leanInputSchema, leanOutputSchema } from '../../src/tool/lean_schema.ts';
import { catalogue } from '../../tools/catalogue.ts';
import { ROOT } from '../architecture/sources.ts';

/** The whole surface: what an agent can do, under which scope, at which risk. A change here has to be meant. */
const SURFACE: Record<string, [Scope, string]> = {
  search_portfolio: ['portfolio:read', 'read'],
  get_unit: ['portfolio:read', 'read'],
  get_resident: ['portfolio:read', 'read'],
  list_changes: ['portfolio:read', 'read'],
  list_writes: ['portfolio:read', 'read'],
  update_resident: ['residents:write', 'write'],
  escalate_to_staff: ['messages:write', 'write'],
  record_communication: ['messages:write', 'write'],
  assess_maintenance_request: ['maintenance:read', 'read'],
  list_work_orders: ['maintenance:read', 'read'],
  find_vendors: ['maintenance:read', 'read'],
  create_work_order: ['maintenance:write', 'write'],
  update_work_order: ['maintenance:write', 'write'],
  dispatch_vendor: ['maintenance:dispatch', 'money'],
  list_leases: ['leasing:read', 'read'],
  find_available_units: ['leasing:read', 'read'],
  search_guest_cards: ['leasing:read', 'read'],
  find_tour_slots: ['leasing:read', 'read'],
  create_guest_card: ['leasing:write', 'write'],
  update_guest_card: ['leasing:write', 'write'],
  schedule_tour: ['leasing:write', 'write'],
  change_tour: ['leasing:write', 'write'],
  update_lease: ['leases:write', 'legal'],
  list_gl_accounts: ['accounting:read', 'read'],
  get_resident_ledger: ['accounting:read', 'read'],
  list_postings: ['accounting:read', 'read'],
  post_gl_charge: ['accounting:post', 'money'],
  post_vendor_bill: ['accounting:post', 'money'],
  post_journal_entry: ['accounting:post', 'money'],
  reverse_posting: ['accounting:post', 'money'],
};

/** Tokens (o200k_base) that a tool costs in `tools/list`: name, description and input schema as compact JSON. */
function tokensOf({ name, description, input }: (typeof catalogue)[number]): number {
  return encode(JSON.stringify({ name, description, inputSchema: leanInputSchema(input) })).length;
}

const live = { maintenance: 'live', leasing: 'live', accounting: 'live' } as const;
const grantOf = (role: Role) => ({
  organisation: 'o',
  principal: 'p',
  kind: 'agent' as const,
  owner: 'h',
  scopes: new Set<Scope>(ROLES[role]),
  pins: [],
  limits: {},
  emergency_limit: 0,
  rollout: live,
  from_role: false,
});

describe('the catalogue', () => {
  it('is exactly the thirty tools', () => {
    expect(Object.fromEntries(catalogue.map(({ name, scope, risk }) => [name, [scope, risk]]))).toEqual(SURFACE);
    expect(catalogue.map(({ name }) => name)).toEqual(Object.keys(SURFACE));
  });

  it('has one file per tool, named after it', () => {
    const files = readdirSync(join(ROOT, 'tools')).filter((file) => file !== 'catalogue.ts');
    expect(files.sort()).toEqual(catalogue.map(({ name }) => `${name.replaceAll('_', '-')}.ts`).sort());
  });

  it.each(catalogue.map((tool) => [tool.name, tool] as const))('%s costs at most 300 tokens', (_name, tool) => {
    expect(tokensOf(tool)).toBeLessThanOrEqual(300);
  });

  it.each([
    ['maintenance_agent', 2_500],
    ['property_manager', 5_500],
  ] as const)('costs a %s at most %i tokens', (role, most) => {
    const total = visibleTools(catalogue, grantOf(role)).reduce((sum, tool) => sum + tokensOf(tool), 0);
    expect(total).toBeLessThanOrEqual(most);
  });

  it.each(catalogue.map((tool) => [tool.name, tool] as const))(
    '%s has plain schemas and says one thing',
    (_name, tool) => {
      const input = leanInputSchema(tool.input) as { type: string; properties: object; additionalProperties: boolean };
      expect(input).toMatchObject({ type: 'object', additionalProperties: false });
      expect(JSON.stringify(input)).not.toMatch(/anyOf|oneOf|allOf|\$ref/);
      expect((leanOutputSchema(tool.output) as { type: string }).type).toBe('object');
      expect(tool.description.split(/[.!?](?:\s|$)/).filter((part) => part !== '')).toHaveLength(1);
      const asks = tool.input.safeParse({}).error?.issues.some(({ path }) => path[0] === 'request_id') ?? false;
      expect(asks).toBe(tool.risk !== 'read');
    },
  );

  it('asks every update for the version that it rests on', () => {
    const updates = ['update_resident', 'update_work_order', 'update_guest_card', 'update_lease', 'change_tour'];
    const asking = catalogue.filter(({ input }) => 'version' in input.shape).map(({ name }) => name);
    expect(asking.sort()).toEqual(updates.sort());
  });

  it('has no argument for anything that a fair-housing law protects', () => {
    const names = catalogue.flatMap(({ input }) => Object.keys(input.shape)).join(' ');
    expect(names).not.toMatch(
      /\brace|colou?r|religio|\bsex|gender|national|famil|child|disab|\bage\b|marital|voucher|income/i,
    );
  });

  it.each(ROLE_NAMES)('shows a %s what its scopes allow, in the same order', (role) => {
    const names = visibleTools(catalogue, grantOf(role)).map(({ name }) => name);
    const allowed = new Set<Scope>(ROLES[role]);
    expect(names).toEqual(Object.keys(SURFACE).filter((name) => allowed.has(SURFACE[name]![0])));
  });
});

describe('visibleTools', () => {
  const names = (rollout: object) =>
    visibleTools(catalogue, { ...grantOf('property_manager'), rollout: { ...live, ...rollout } }).map(
      ({ name }) => name,
    );

  it('shows nothing without a grant', () => {
    expect(visibleTools(catalogue, undefined)).toEqual([]);
  });

  it('hides what is not rolled out, shows only reading at `read`, everything in `shadow`', () => {
    expect(names({ leasing: 'off' }).some((name) => /guest|tour|lease|available/.test(name))).toBe(false);
    const reading = names({ accounting: 'read' });
    expect(reading).toContain('list_postings');
    expect(reading.some((name) => name.startsWith('post_'))).toBe(false);
    expect(names({ maintenance: 'shadow' })).toEqual(names({}));
  });

  it('keeps handing over to a person while nothing may be written', () => {
    const reading = names({ maintenance: 'read', leasing: 'read', accounting: 'off' });
    expect(reading).toContain('escalate_to_staff');
    expect(reading).not.toContain('update_resident');
    expect(reading).not.toContain('record_communication');
  });
});
