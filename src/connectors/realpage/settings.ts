import * as z from 'zod/v4';
import { baseUrl, connectionSchema, secret } from '../kit/settings.ts';

/** Ids of management companies and sites are numbers. */
const id = z.string().regex(/^\d{1,12}$/, 'the number that RealPage has given it');

const operation = z.string().regex(/^[A-Za-z]{3,60}$/, 'the name of an operation, such as "getresidentlist"');

/** A service of the gateway. There is none that customers share: its address is issued to the licence. */
const service = z
  .strictObject({
    /** Whole, as it was issued: `https://gateway.rpx.realpage.com/rpxgateway/partner/{Partner}/{Service}.svc`. */
    url: baseUrl,
    /** Its contract, as `{url}?singleWsdl` shows it: the path of a file from the configuration's folder, or the text. */
    wsdl: z.string().optional(),
    /** The operations that the licence has, where the service does not show its contract. */
    operations: z.array(operation).min(1).optional(),
  })
  .refine(({ wsdl, operations }) => (wsdl === undefined) !== (operations === undefined), {
    message: 'write either "wsdl", the file with its contract, or "operations", the names of those that are licensed',
  });

/** What lets a call in; a site may have credentials of its own. */
const credentials = {
  pmcid: id.optional(),
  license_key: secret.optional(),
  /** Older licences have these two as well. */
  username: secret.optional(),
  password: secret.optional(),
};

const site = z.strictObject({
  ...credentials,
  /** For sites that `getsitelist` does not give. */
  name: z.string().min(1).optional(),
});

const schema = connectionSchema({
  services: z.array(service).min(1),
  ...credentials,
  /** `none` leaves the element out, as the newer licences do. */
  system: z.string().min(1).default('OneSite'),
  sites: z.record(id, site).refine((sites) => Object.keys(sites).length > 0, { message: 'name at least one site' }),
  webhook_secret: secret.optional(),
  /** How service requests are asked for: codes of your RealPage contract. */
  service_requests: z
    .strictObject({
      search_type: z.string().default('7'),
      statuses: z.array(z.string()).min(1).default(['4']),
      /** Those statuses together show every request, as somebody has made sure: only then is absence a proof. */
      complete: z.boolean().default(false),
    })
    .prefault({}),
  /** Guest cards older than this day are not listed. */
  guest_cards_from: z.iso.date().default('2020-01-01'),
  charge_residents_as: z.enum(['household', 'member']).default('household'),
});

export type RealpageSettings = z.output<typeof schema>;

/** The settings of a RealPage connection. Every site has its credentials and its time zone in them. */
export const settings = schema.superRefine((given, context) => {
  for (const [number, own] of Object.entries(given.sites)) {
    const at = ['sites', number];
    for (const key of ['pmcid', 'license_key'] as const)
      if (own[key] === undefined && given[key] === undefined)
        context.addIssue({ code: 'custom', path: at, message: `has no ${key}, and the connection has none for all` });
    if (given.time_zones.default === undefined && given.time_zones.properties[number] === undefined)
      context.addIssue({
        code: 'custom',
        path: at,
        message: `has no time zone: RealPage tells times by the clock of the property alone; name it in time_zones`,
      });
  }
});
