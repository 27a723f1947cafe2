import { text, type XmlNode } from '../../../src/connectors/kit/xml.ts';
import { element, type XmlElement } from '../../../src/connectors/kit/xml_builder.ts';
import type { Wrote } from '../shared/message.ts';
import type { World } from '../shared/vendor.ts';
import { ServiceFault, type Content, type Operation } from '../soap/service.ts';
import type { Field } from '../soap/contract.ts';
import type { RealpageTables } from './tables.ts';

/** What an operation works on: the site that the credentials name. */
export interface Desk {
  world: World<RealpageTables>;
  tables: RealpageTables;
  site: string;
  /** Filled in by a write that is accepted. */
  wrote: Wrote[];
}

export const PMCID = '1240999';
export const LICENCE_KEY = 'simulated-licence-key-0001';
export const USERNAME = 'simulated_service';
export const PASSWORD = 'simulated-password';

const ALL_SIX = ['pmcid', 'siteid', 'username', 'password', 'licensekey', 'system'];
const field = (name: string): Field => ({ name, type: 'string', optional: true });

export const AUTH: Field = { name: 'auth', type: ALL_SIX.map(field) };
export const texts = (...names: string[]): Field[] => names.map(field);

/** What the gateway says where it has looked at a request and refuses it. */
export function refuse(message: string): never {
  const told = element(
    'RPXApplicationFault',
    { xmlns: 'http://schemas.datacontract.org/2004/07/RealPage.RPX' },
    element('CustomMessage', {}, message),
    element('ExceptionMessage'),
    element('MessageLogId', {}, '90817263'),
  );
  throw new ServiceFault('Server', 'The creator of this fault did not specify a Reason.', told);
}

/** An operation of the gateway. `handle` is given its parameters; it is called for callers alone that are let in. */
export function operation(
  name: string,
  parameters: readonly Field[],
  handle: (call: XmlNode, desk: Desk) => Content,
): Operation<{ world: World<RealpageTables>; wrote: Wrote[] }> {
  return {
    name,
    parameters: [AUTH, ...parameters],
    handle(call, { world, wrote }) {
      const [pmcid, site = '', key, user = USERNAME, password = PASSWORD] = [
        'pmcid',
        'siteid',
        'licensekey',
        'username',
        'password',
      ].map((one) => text(call, `auth/${one}`));
      if (key !== LICENCE_KEY || user !== USERNAME || password !== PASSWORD) refuse('Invalid license key or user.');
      if (pmcid !== PMCID || world.tables.sites.get(site) === undefined) refuse('Invalid site for this PMC.');
      return handle(call, { world, tables: world.tables, site, wrote });
    },
  };
}

/** The elements of a row, without those that are empty, and without what is not on the wire. */
export function shown(row: object, ...hidden: string[]): XmlElement[] {
  return Object.entries(row).flatMap(([name, value]) =>
    typeof value !== 'string' || value === '' || name === 'site' || hidden.includes(name)
      ? []
      : [element(name, {}, value)],
  );
}

/** Content without the namespace of the contract, as the gateway wraps it. */
export const bare = (name: string, ...children: readonly (XmlElement | string)[]) =>
  element(name, { xmlns: '' }, ...children);

/** A moment of the simulator's clock as the clock at the site shows it, to the second. */
export const DATE = /^\d{4}-\d{2}-\d{2}$/;
