import type { Vendor } from './vendor.ts';

/** Every vendor that has a simulator; loaded only when it is asked for. */
const VENDORS: Readonly<Record<string, () => Promise<{ VENDOR: Vendor }>>> = {
  buildium: () => import('../buildium/vendor.ts'),
  appfolio: () => import('../appfolio/vendor.ts'),
  rentmanager: () => import('../rentmanager/vendor.ts'),
  realpage: () => import('../realpage/vendor.ts'),
  yardi: () => import('../yardi/vendor.ts'),
};

/** The names of the PMSs that have one. */
export function vendorNames(): string[] {
  return Object.keys(VENDORS);
}

/** The simulator of a PMS. Throws `RangeError` where there is none. */
export async function vendorNamed(pms: string): Promise<Vendor> {
  const load = VENDORS[pms];
  if (load === undefined)
    throw new RangeError(`there is no simulator of "${pms}"; there is one of ${vendorNames().join(', ')}`);
  return (await load()).VENDOR;
}
