import * as z from 'zod/v4';
import { baseUrl, connectionSchema, secret } from '../kit/settings.ts';
import { LEASE_OFFER_ELEMENTS, VENDOR_ELEMENTS, type Elements } from './unseen.ts';
import { INTERFACE_NAMES, INTERFACES, type InterfaceName } from './interfaces.ts';

/** A file below the address of the web services, without a way out of it. */
const servicePath = z
  .string()
  .regex(/^(?!.*\.\.)[\w.-]+(\/[\w.-]+)*\.asmx$/i, 'the name of the service, such as "ItfServiceRequests.asmx"');

/** One licensed interface. Yardi hands out entity and licence for each; some customers also have a user for each. */
const licensed = z.strictObject({
  entity: z.string().min(1),
  license: secret,
  /** Where it is below `base_url`, if not under its usual name. */
  path: servicePath.optional(),
  /** Read names and order of parameters from the customer's own contract (`?WSDL`) instead of the built-in ones. */
  wsdl: z.boolean().default(false),
  user_name: z.string().min(1).optional(),
  password: secret.optional(),
  server_name: z.string().min(1).optional(),
  database: z.string().min(1).optional(),
});
export type LicensedInterface = z.output<typeof licensed>;

const interfaces = z
  .strictObject(
    Object.fromEntries(INTERFACE_NAMES.map((name) => [name, licensed.optional()])) as Record<
      InterfaceName,
      z.ZodOptional<typeof licensed>
    >,
  )
  .superRefine((given, context) => {
    if (Object.keys(given).length === 0) context.addIssue({ code: 'custom', message: 'name at least one interface' });
    for (const name of INTERFACE_NAMES)
      if (given[name] !== undefined && (given[name].path ?? INTERFACES[name].path) === undefined)
        context.addIssue({
          code: 'custom',
          path: [name, 'path'],
          message: 'the name of this service is not known; Yardi tells it with the licence',
        });
  });

/** Names of elements in answers that no source shows; see `unseen.ts`. */
const namesOf = (known: Elements) =>
  z.strictObject(Object.fromEntries(Object.keys(known).map((field) => [field, z.string().optional()])));
const elements = z.strictObject({
  vendor: namesOf(VENDOR_ELEMENTS).optional(),
  lease_offer: namesOf(LEASE_OFFER_ELEMENTS).optional(),
});

/**
 * A connection to Yardi Voyager. `base_url` is the folder of the web services
 * (`https://www.yardiasp14.com/12345acme/webservices`). `defaults.agent` is the leasing agent whom new guest cards and
 * tours without one of their own are put down to.
 */
export const settings = connectionSchema({
  base_url: baseUrl,
  user_name: z.string().min(1),
  password: secret,
  server_name: z.string().min(1),
  database: z.string().min(1),
  platform: z.enum(['SQL Server', 'SQL']).default('SQL Server'),
  interfaces,
  /** Some servers refuse a guest card with a desired rent or floor plan; with false the rent is kept beside the card. */
  send_desired_rent: z.boolean().default(true),
  elements: elements.default({}),
});
export type YardiSettings = z.output<typeof settings>;
