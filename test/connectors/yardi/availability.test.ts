import { describe, expect, it } from 'vitest';
import { parseSoapAnswer } from '../../../src/connectors/kit/soap.ts';
import type { Drift } from '../../../src/connectors/connector.ts';
import { unitsIn } from '../../../src/connectors/yardi/records/unit.ts';
import { TABLES } from '../../../src/connectors/yardi/tables.ts';

/** Kinds of units in the proportion of a property of two hundred. */
const KINDS = [
  ...Array.from({ length: 182 }, () => ['occupied', 'leased', ''] as const),
  ...Array.from({ length: 10 }, () => ['vacant', 'available', 'Unoccupied'] as const),
  ...Array.from({ length: 4 }, () => ['vacant', 'other', ''] as const),
  ...Array.from({ length: 4 }, () => ['occupied', 'on_notice', 'Occupied'] as const),
  ...Array.from({ length: 3 }, () => ['vacant', 'leased_reserved', ''] as const),
];

const FEE = `
              <Fee>
                <ProrateType>Standard</ProrateType>
                <LateType>flat amount</LateType>
                <LatePercent>50.00</LatePercent>
                <LateMinFee>50.00</LateMinFee>
                <NonRefundableHoldFee>0</NonRefundableHoldFee>
              </Fee>`;

function unit([occupancy, leased, vacancy]: (typeof KINDS)[number], number: number): string {
  const code = `${String(1 + Math.floor(number / 20)).padStart(2, '0')}-${101 + (number % 20)}`;
  const availability = `
              <Availability>
                <VacateDate Month="5" Day="31" Year="2026"/>
                <VacancyClass>${vacancy}</VacancyClass>
                <MadeReadyDate Month="6" Day="7" Year="2026"/>
              </Availability>`;
  return `
            <ILS_Unit IDValue="${code}">
              <Units>
                <Unit>
                  <Identification IDValue="${code}" IDType="${12_000 + number}"/>
                  <UnitType>Elm-2a20</UnitType>
                  <UnitBedrooms>2.00</UnitBedrooms>
                  <UnitBathrooms>1.50</UnitBathrooms>
                  <MinSquareFeet>1225</MinSquareFeet>
                  <MaxSquareFeet>1225</MaxSquareFeet>
                  <MarketRent>1224.00</MarketRent>
                  <UnitEconomicStatus>residential</UnitEconomicStatus>
                  <UnitOccupancyStatus>${occupancy}</UnitOccupancyStatus>
                  <UnitLeasedStatus>${leased}</UnitLeasedStatus>
                  <FloorplanName>Elm &amp; Oak</FloorplanName>
                </Unit>
              </Units>
              <Comment>RentReady=${vacancy === 'Unoccupied'}</Comment>
              <EffectiveRent Min="1224" Max="1224"/>
              <Deposit DepositType="deposit">
                <Amount AmountType="Actual">
                  <ValueRange Exact="0.00"/>
                </Amount>
                <Description>Deposit</Description>
              </Deposit>${vacancy === '' ? '' : availability}${FEE}
            </ILS_Unit>`;
}

/** An answer of the shape and the size of a real one. */
function answer(units: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
  <soap:Body>
    <UnitAvailability_LoginResponse xmlns="http://tempuri.org/YSI.Interfaces.WebServices/ItfILSGuestCard">
      <UnitAvailability_LoginResult>
        <PhysicalProperty xmlns="" xmlns:MITS="http://my-company.com/namespace">
          <Property IDValue="elm">
            <PropertyID><Identification IDValue="elm"/><MarketingName>Elm</MarketingName></PropertyID>
            <Floorplan IDValue="Elm-2a20"><Name>Elm &amp; Oak</Name><UnitCount>203</UnitCount>${FEE}</Floorplan>${units}
          </Property>
        </PhysicalProperty>
      </UnitAvailability_LoginResult>
    </UnitAvailability_LoginResponse>
  </soap:Body>
</soap:Envelope>`;
}

function read(text: string) {
  const drift: Pick<Drift, 'what' | 'path'>[] = [];
  const circumstances = {
    ...{ tables: TABLES, zoneOf: () => undefined },
    onDrift: (what: Drift['what'], path: string) => void drift.push({ what, path }),
  };
  const given = parseSoapAnswer(text, 'UnitAvailability_Login');
  if (given.kind === 'fault') throw new Error('no answer');
  return { units: unitsIn(given.result, 'elm', circumstances), drift };
}

describe("a property's marketing feed", () => {
  it('tells of every unit, on the market or not', () => {
    const { units, drift } = read(answer(KINDS.map(unit).join('')));
    expect(drift).toEqual([]);
    const counts = Object.entries(Object.groupBy(units, ({ occupancy }) => occupancy)).map(([kind, list]) => [
      kind,
      list.length,
    ]);
    expect(Object.fromEntries(counts)).toEqual({ occupied: 182, notice: 4, vacant: 13, down: 4 });
    expect(units.filter(({ is_listed }) => is_listed)).toHaveLength(14);
    expect(units[182]).toEqual({
      ...{ id: '10-103', property_id: 'elm', name: '10-103', bedrooms: 2, bathrooms: 1.5, square_feet: 1225 },
      ...{ market_rent: 122_400, occupancy: 'vacant', is_listed: true, available_on: '2026-06-07' },
    });
    expect(new Set(units.map(({ id }) => id)).size).toBe(203);
  });

  it('offers nobody a unit in a state that is not known, and says so', () => {
    const { units, drift } = read(answer(unit(['vacant', 'haunted' as 'other', ''], 0)));
    expect(units[0]?.occupancy).toBe('occupied');
    expect(drift).toEqual([{ what: 'unknown_value', path: 'unit.Units.Unit.UnitLeasedStatus' }]);
  });

  it('takes the name of a unit among several identifications, and no day from before there were any', () => {
    const two = unit(['vacant', 'available', 'Unoccupied'], 0)
      .replace(
        /<Identification [^>]*>/,
        '<Identification IDValue="9" OrganizationName="Yardi"/><Identification IDValue="PH 3" OrganizationName="Unit"/>',
      )
      .replaceAll('Year="2026"', 'Year="1"');
    const [found] = read(answer(two)).units;
    expect([found?.id, found?.available_on]).toEqual(['PH 3', undefined]);
  });
});
