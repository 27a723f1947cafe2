import type { Unit } from '../../../model/records.ts';
import type { Database } from '../database.ts';
import { refuse } from '../rules.ts';
import { Accounts } from './accounts.ts';
import { addUnit, lettingOf } from './homes.ts';
import { addTenancies } from './households.ts';
import { Layout } from './layout.ts';
import { addCalls } from './calls.ts';
import { addOrders, addReclassification, addSuspectedDuplicates, addUtilityBills, type Crew } from './maintenance.ts';
import { Prospects } from './prospects.ts';
import { addSites, type Site } from './sites.ts';
import { addTeam } from './team.ts';
import { addVendors } from './trade-vendors.ts';

const DEFAULT_UNITS = 400;
const MAX_UNITS = 100_000;
const DEFAULT_PROPERTIES = 6;
const UNITS_PER_PROPERTY = 250;

interface PortfolioOptions {
  clock: () => number;
  seed?: number;
  properties?: number;
  units?: number;
  onProgress?: (done: number, total: number) => void;
}

function sizesOf(options: PortfolioOptions): { units: number; properties: number } {
  const units = options.units ?? DEFAULT_UNITS;
  const properties = options.properties ?? Math.max(DEFAULT_PROPERTIES, Math.ceil(units / UNITS_PER_PROPERTY));
  if (!Number.isInteger(units) || units < 1 || units > MAX_UNITS) refuse('units', `1 to ${MAX_UNITS} units.`);
  if (!Number.isInteger(properties) || properties < 1 || properties > MAX_UNITS) {
    refuse('properties', `1 to ${MAX_UNITS} properties.`);
  }
  return { units, properties };
}

/** Lays out the homes of one site and everybody in them. */
function addHomes(layout: Layout, accounts: Accounts, site: Site, siteIndex: number) {
  const units: Unit[] = [];
  const residents = new Map<string, string>();
  for (let index = 0; index < site.units; index += 1) {
    const freeFrom = layout.days.day(20 + (index % 30));
    const unit = addUnit(layout, site, siteIndex, index, lettingOf(index), freeFrom);
    units.push(unit);
    const resident = addTenancies(layout, accounts, unit, siteIndex, index);
    if (resident !== undefined) residents.set(unit.id, resident);
  }
  return { units, residents };
}

/**
 * Fills an empty PMS: the same portfolio for the same seed, size and clock. Lets other work of the process run between
 * properties.
 */
export async function seedPortfolio(db: Database, options: PortfolioOptions): Promise<void> {
  const { units: total, properties } = sizesOf(options);
  const layout = new Layout(db, options.seed ?? 1, options.clock());
  const accounts = new Accounts(layout);
  const sites = addSites(layout, properties, total);
  const crew: Crew = { team: addTeam(layout, sites), vendors: addVendors(layout, sites), accounts };
  const prospects = new Prospects(layout, crew.team.agents);
  let done = 0;
  let turn = 0;
  for (const [siteIndex, site] of sites.entries()) {
    const { units, residents } = addHomes(layout, accounts, site, siteIndex);
    turn = addOrders(layout, crew, units, (unit) => residents.get(unit.id), turn);
    addCalls(layout, units, (unit) => residents.get(unit.id));
    prospects.addFor(units);
    addUtilityBills(layout, crew, site.property.id, siteIndex);
    addReclassification(layout, crew, site.property.id);
    if (siteIndex === 0) addSuspectedDuplicates(layout, crew, site.property.id);
    done += site.units;
    options.onProgress?.(done, total);
    await new Promise((resume) => setImmediate(resume));
  }
}
