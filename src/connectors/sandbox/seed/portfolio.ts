import type { Database } from '../database.ts';
import { refuse } from '../rules.ts';
import { addUnit, lettingOf } from './homes.ts';
import { Layout } from './layout.ts';
import { addSites } from './sites.ts';

const DEFAULT_UNITS = 400;
const MAX_UNITS = 100_000;
const DEFAULT_PROPERTIES = 6;
const UNITS_PER_PROPERTY = 250;

export interface PortfolioOptions {
  clock: () => number;
  seed?: number;
  properties?: number;
  units?: number;
  onProgress?: (done: number, total: number) => void;
}

export async function seedPortfolio(db: Database, options: PortfolioOptions): Promise<void> {
  const units = options.units ?? DEFAULT_UNITS;
  const properties = options.properties ?? Math.max(DEFAULT_PROPERTIES, Math.ceil(units / UNITS_PER_PROPERTY));
  if (!Number.isInteger(units) || units < 1 || units > MAX_UNITS) refuse('units', `1 to ${MAX_UNITS} units.`);
  if (!Number.isInteger(properties) || properties < 1) refuse('properties', 'At least one property.');
  const layout = new Layout(db, options.seed ?? 1, options.clock());
  const sites = addSites(layout, properties, units);
  let done = 0;
  for (const [siteIndex, site] of sites.entries()) {
    for (let index = 0; index < site.units; index += 1) {
      addUnit(layout, site, siteIndex, index, lettingOf(index), layout.days.day(40));
    }
    done += site.units;
    options.onProgress?.(done, units);
    await new Promise((resume) => setImmediate(resume));
  }
}
