import { TRADES, type Trade } from '../../../model/values.ts';
import { day, flag, idText, readBy, text, type Codec } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { sourceReader, type Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { fullName, phones } from '../words.ts';

/** Free text such as `Plumbing / HVAC`: by the mapping file, else where it is a trade's own name. */
const tradesOfCategory: Codec = {
  read(raw, at) {
    if (typeof raw !== 'string') return undefined;
    const known = at.tables.vendor_trade?.from_pms ?? {};
    const words = [raw, ...raw.split(/[,;/&]|\band\b/i)].map((word) => word.trim());
    const trades = words.map(
      (word) => known[word] ?? TRADES.find((trade) => trade === word.toLowerCase().replaceAll(' ', '_')),
    );
    return [...new Set(trades.filter((trade): trade is Trade => trade !== undefined))];
  },
  write: () => undefined,
};

const compliance = readBy((raw) => {
  const { InsuranceExpiration, WorkersCompExpiration } = raw as Record<string, unknown>;
  const strange = { path: '', tables: {}, zoneOf: () => undefined, onDrift: () => {} };
  return {
    general_liability_expires: day.read(InsuranceExpiration, strange),
    workers_comp_expires: day.read(WorkersCompExpiration, strange),
    licences: [],
  };
});

export const VENDOR = mapping(
  'vendor',
  { wire: 'Vendor', changes: 'webhook', freshness_seconds: 300, evidence: 'seen' },
  [
    { field: 'id', wire: 'VendorID', as: idText, always: true },
    { field: 'name', wire: 'Name', as: text, always: true },
    { field: 'is_active', wire: 'IsActive', as: flag },
    {
      field: 'trades',
      wire: 'Category',
      as: tradesOfCategory,
      support: 'mapped',
      note: 'free text; the table `vendor_trade` of the mapping file says what its words mean',
    },
    { field: 'phones', wire: 'PhoneNumbers', as: phones },
    {
      field: 'emails',
      wire: 'Contacts',
      as: readBy((raw) => [...new Set((raw as wire.Contact[]).flatMap(({ Email }) => Email || []))]),
    },
    {
      field: 'compliance',
      wire: '',
      as: compliance,
      called: 'InsuranceExpiration and WorkersCompExpiration',
      note: 'licences and exemptions are kept beside',
    },
  ],
  (['do_not_use', 'takes_emergencies', 'service_area', 'preferred', 'hourly_rate', 'notified_by_pms'] as const).map(
    (field) => ({ field, support: 'sidecar' }),
  ),
);

export function vendorReader(vendor: Vendor): Reader<'vendor'> {
  return sourceReader<'vendor', object>(vendor, {
    kind: 'vendor',
    resource: 'Vendors',
    embeds: ['Contacts', 'PhoneNumbers.PhoneNumberType'],
    read: (rows) => rows.flatMap((row) => readRecord(VENDOR, row, vendor.circumstances) ?? []),
  });
}

interface User {
  UserID: number;
  Firstname?: string;
  Lastname?: string;
  Name?: string;
  Username?: string;
  IsLeasingAgent?: boolean;
  IsRmServiceUser?: boolean;
  MaintenanceTech?: object;
}

function rolesOf({ IsLeasingAgent, IsRmServiceUser, MaintenanceTech }: User) {
  return [
    ...(IsRmServiceUser === true || MaintenanceTech !== undefined ? (['technician'] as const) : []),
    ...(IsLeasingAgent === true ? (['leasing_agent'] as const) : []),
  ];
}

export const STAFF = mapping('staff', { wire: 'User', changes: 'poll', freshness_seconds: 900, evidence: 'seen' }, [
  { field: 'id', wire: 'UserID', as: idText, always: true },
  {
    field: 'name',
    wire: '',
    as: readBy((raw) => {
      const { Firstname, Lastname, Name, Username } = raw as User;
      return (
        fullName({
          ...(Firstname && { FirstName: Firstname }),
          ...(Lastname && { LastName: Lastname }),
          ...(Name && { Name }),
        }) || Username
      );
    }),
    called: 'Firstname and Lastname',
  },
  {
    field: 'roles',
    wire: '',
    as: readBy((raw) => rolesOf(raw as User)),
    support: 'mapped',
    called: 'IsRmServiceUser, MaintenanceTech and IsLeasingAgent',
    note: 'managers and bookkeepers cannot be told; `staff` of the configuration says who they are',
  },
  { field: 'email', wire: 'Email', as: text },
  { field: 'is_active', wire: 'IsActive', as: flag },
]);

export function staffReader(vendor: Vendor): Reader<'staff'> {
  return sourceReader<'staff', User>(vendor, {
    kind: 'staff',
    resource: 'Users',
    undated: true,
    read: (rows) => rows.flatMap((row) => readRecord(STAFF, row, vendor.circumstances) ?? []),
  });
}
