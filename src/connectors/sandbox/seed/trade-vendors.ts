import type { Compliance, Vendor } from '../../../model/records.ts';
import { TRADES, type Trade } from '../../../model/values.ts';
import type * as z from 'zod/v4';
import type { Layout } from './layout.ts';
import type { Site } from './sites.ts';

type Papers = z.infer<typeof Compliance>;

/** Made-up words: no company is meant. */
const COINED = [
  'Tarnbrook',
  'Quillmark',
  'Ostervale',
  'Fennimoor',
  'Brackenlow',
  'Hathersby',
  'Wrenfold',
  'Corvale',
  'Dunmarrow',
  'Elmsworthy',
  'Gallowick',
  'Inglemere',
  'Kestrelby',
  'Lowenstead',
  'Marrowfield',
  'Nettlecombe',
  'Orrinshaw',
  'Pellamore',
  'Rookhaven',
  'Saltmarrow',
  'Thistlewyn',
  'Umberley',
  'Vantry',
  'Wychbold',
  'Yarrowgate',
  'Zennorby',
] as const;

const BUSINESS: Readonly<Record<Trade, string>> = {
  plumbing: 'Plumbing',
  hvac: 'Heating & Air',
  electrical: 'Electric',
  appliance: 'Appliance Service',
  locksmith: 'Lock & Key',
  pest: 'Pest Control',
  roofing: 'Roofing',
  carpentry: 'Carpentry',
  flooring: 'Floors',
  painting: 'Painting',
  cleaning: 'Cleaning',
  grounds: 'Grounds Care',
  fire_safety: 'Fire Protection',
  elevator: 'Elevator',
  restoration: 'Restoration',
  general: 'Property Services',
};

/** Trades that one state or another licenses; who works in them has a licence in each state of the portfolio. */
const LICENSED: readonly Trade[] = [
  'plumbing',
  'hvac',
  'electrical',
  'pest',
  'roofing',
  'fire_safety',
  'elevator',
  'locksmith',
  'carpentry',
  'flooring',
  'painting',
];

const NIGHT_TRADES: readonly Trade[] = [
  'plumbing',
  'hvac',
  'electrical',
  'locksmith',
  'fire_safety',
  'elevator',
  'restoration',
];

/** What is the matter with a vendor, if anything. The first three kinds are there for every trade. */
type Kind =
  | 'sound'
  | 'expires_soon'
  | 'expired'
  | 'unknown_insurance'
  | 'exempt'
  | 'no_licence'
  | 'expired_licence'
  | 'do_not_use'
  | 'inactive'
  | 'local';

const EVERY_TRADE: readonly Kind[] = ['sound', 'expires_soon', 'expired'];
const SOME_TRADES: readonly (readonly [Trade, Kind])[] = [
  ['plumbing', 'unknown_insurance'],
  ['plumbing', 'local'],
  ['plumbing', 'no_licence'],
  ['plumbing', 'do_not_use'],
  ['hvac', 'local'],
  ['hvac', 'expired_licence'],
  ['electrical', 'no_licence'],
  ['electrical', 'inactive'],
  ['locksmith', 'exempt'],
  ['cleaning', 'exempt'],
  ['painting', 'unknown_insurance'],
  ['general', 'exempt'],
  ['general', 'do_not_use'],
];

/** A licence in each state where the portfolio has properties. */
function licences(layout: Layout, trades: readonly Trade[], kind: Kind, states: readonly string[]): Papers['licences'] {
  if (kind === 'no_licence') return [];
  const expires = layout.days.day(kind === 'expired_licence' ? -30 : layout.random.int(120, 700));
  return trades
    .filter((trade) => LICENSED.includes(trade))
    .flatMap((trade) =>
      states.map((state) => ({ trade, number: `${state}-${layout.random.int(10_000, 99_999)}`, state, expires })),
    );
}

function compliance(layout: Layout, trades: readonly Trade[], kind: Kind, states: readonly string[]): Papers {
  const { days, random } = layout;
  const far = days.day(random.int(90, 360));
  const general_liability_expires =
    kind === 'expires_soon' ? days.day(2) : kind === 'expired' ? days.day(-random.int(1, 60)) : far;
  return {
    ...(kind !== 'unknown_insurance' && { general_liability_expires }),
    ...(kind === 'exempt'
      ? { workers_comp_exemption: 'Sole proprietor without employees; signed statement in the vendor file' }
      : kind !== 'unknown_insurance' && { workers_comp_expires: days.day(random.int(90, 360)) }),
    licences: licences(layout, trades, kind, states),
    w9_on_file: kind !== 'no_licence' && kind !== 'unknown_insurance',
  };
}

function preferred(layout: Layout, kind: Kind, sites: readonly Site[]): Vendor['preferred'] {
  if (kind === 'sound') return [{ rank: 1 }];
  if (kind === 'expires_soon') return [{ rank: 2 }];
  if (kind !== 'local') return [];
  return [{ property_id: layout.random.pick(sites).property.id, rank: 1 }];
}

function addVendor(layout: Layout, trade: Trade, kind: Kind, index: number, sites: readonly Site[]): Vendor {
  const { people, random } = layout;
  const coined = COINED[index % COINED.length] ?? 'Tarnbrook';
  const states = [...new Set(sites.map(({ property }) => property.address.state))];
  const night = NIGHT_TRADES.includes(trade) && kind !== 'exempt';
  const trades: readonly Trade[] = trade === 'general' ? ['general', 'carpentry', 'painting'] : [trade];
  const area = [...new Set(sites.slice(0, 2).map(({ property }) => property.address.postal_code))];
  return layout.add('vendor', {
    name: `${coined} ${BUSINESS[trade]}`,
    is_active: kind !== 'inactive',
    do_not_use: kind === 'do_not_use',
    trades: [...trades],
    phones: [
      { number: people.phone(), type: 'work' },
      ...(night ? [{ number: people.phone(), type: 'after_hours' as const }] : []),
    ],
    emails: [`dispatch@${coined.toLowerCase()}.example`],
    takes_emergencies: night,
    service_area: kind === 'local' || kind === 'exempt' ? area : [],
    preferred: preferred(layout, kind, sites),
    hourly_rate: 6500 + 500 * random.int(0, 18),
    compliance: compliance(layout, trades, kind, states),
    notified_by_pms: false,
  });
}

/** Utilities and the like send bills but do no jobs. */
function addSuppliers(layout: Layout): Vendor[] {
  return ['Umberley Water District', 'Vantry Power & Light', 'Orrinshaw Waste'].map((name) =>
    layout.add('vendor', {
      name,
      is_active: true,
      do_not_use: false,
      trades: [],
      phones: [{ number: layout.people.phone(), type: 'work' }],
      emails: [],
      takes_emergencies: false,
      service_area: [],
      preferred: [],
      compliance: { licences: [] },
      notified_by_pms: false,
    }),
  );
}

export interface Vendors {
  /** Per trade, the sound one first. */
  byTrade: ReadonlyMap<Trade, readonly Vendor[]>;
  suppliers: readonly Vendor[];
}

export function addVendors(layout: Layout, sites: readonly Site[]): Vendors {
  const byTrade = new Map<Trade, Vendor[]>(TRADES.map((trade) => [trade, []]));
  const wanted = [
    ...TRADES.flatMap((trade) => EVERY_TRADE.map((kind): readonly [Trade, Kind] => [trade, kind])),
    ...SOME_TRADES,
  ];
  wanted.forEach(([trade, kind], index) => byTrade.get(trade)?.push(addVendor(layout, trade, kind, index, sites)));
  return { byTrade, suppliers: addSuppliers(layout) };
}
