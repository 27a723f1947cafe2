import { describe, expect, it } from 'vitest';
import { contextFor } from '../rig.ts';
import { currentLease, contractWith, fields, objections, openRealpage, services } from './rig.ts';

const UNPUBLISHED = {
  sites: { '1': {} },
  pmcid: '1',
  license_key: 'a-licence-key',
  time_zones: { default: 'America/Chicago', properties: {} },
};

describe('settings', () => {
  const url = 'https://gateway.rpx.realpage.com/rpxgateway/partner/Acme/Acme.svc';

  it('take a service with its contract or the names of its operations, and not both', () => {
    expect(objections({ ...UNPUBLISHED, services: [{ url, operations: ['getresidentlist'] }] })).toEqual([]);
    expect(objections({ ...UNPUBLISHED, services: [{ url }] })).toEqual([
      expect.stringMatching(/^services\.0: .*wsdl/),
    ]);
    const both = [{ url, wsdl: 'a.wsdl', operations: ['unitlist'] }];
    expect(objections({ ...UNPUBLISHED, services: both })).toEqual([expect.stringMatching(/^services\.0: /)]);
  });

  it('want credentials and a time zone for every site', () => {
    const given = {
      services: [{ url, operations: ['unitlist'] }],
      sites: { '77': {}, '78': { pmcid: '3', license_key: 'k' } },
    };
    expect(objections({ ...given, time_zones: { properties: { '78': 'America/Denver' } } })).toEqual([
      expect.stringMatching(/^sites\.77: .*pmcid/),
      expect.stringMatching(/^sites\.77: .*license_key/),
      expect.stringMatching(/^sites\.77: .*time zone/),
    ]);
  });

  it('refuse a plain address and one with credentials in it', () => {
    for (const wrong of ['http://gateway.rpx.realpage.com/a.svc', 'https://a:b@gateway.rpx.realpage.com/a.svc'])
      expect(objections({ ...UNPUBLISHED, services: [{ url: wrong, operations: ['unitlist'] }] })).not.toEqual([]);
  });
});

describe('what a contract lists is what a connection can do', () => {
  it('is settled without asking anybody', async () => {
    const rig = await openRealpage();
    expect((await rig.simulator.requests()).total).toBe(0);
  });

  it('leaves out what it does not list, with a reason and with what to do instead', async () => {
    const rig = await openRealpage();
    const { leasing } = services(rig);
    const { connector } = await rig.again({
      services: [{ url: leasing, operations: ['unitlist', 'getresidentlist'] }],
    });
    const { records, commands } = connector.capabilities;
    expect(Object.keys(records).sort()).toEqual(
      [
        'charge_code',
        'communication',
        'gl_account',
        'guest_card',
        'household',
        'property',
        'resident',
        'tour',
        'unit',
        'vendor',
      ].sort(),
    );
    expect(records.guest_card?.read).toBe('sidecar');
    expect(commands.create_guest_card.support).toBe('sidecar');
    expect(commands.post_charge).toMatchObject({
      support: 'unsupported',
      reason: expect.stringMatching(/licence.*OneSite/),
    });
    expect(commands.create_work_order).toMatchObject({
      support: 'unsupported',
      reason: expect.stringMatching(/Facilities/),
    });
    await expect(connector.list('lease', { scope: rig.site })).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('names the site by the settings where there is no list of sites', async () => {
    const rig = await openRealpage();
    const { leasing } = services(rig);
    const { connector } = await rig.again({
      services: [{ url: leasing, operations: ['unitlist'] }],
      sites: { [rig.site]: { name: 'Oak Hill' } },
    });
    expect((await connector.list('property', {})).records).toMatchObject([{ id: rig.site, name: 'Oak Hill' }]);
  });

  it('reads contracts from files of the configuration, and says which setting is wrong', async () => {
    const rig = await openRealpage();
    await expect(rig.again({ services: [{ url: services(rig).leasing, wsdl: 'acme.wsdl' }] })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('"wsdl"'),
    });
  });
});

describe('a typed contract', () => {
  it('decides on the order of elements, on their spelling and on which credentials are sent', async () => {
    const rig = await openRealpage();
    const wsdl = contractWith({
      getresidentlistinfo: [
        { name: 'getresidentlistinfoargs', type: fields('ExtensionData', 'headofhousehold', 'Status') },
      ],
    });
    const { connector } = await rig.again({ services: [{ url: services(rig).leasing, wsdl }] });
    await expect(connector.list('resident', { scope: rig.site })).rejects.toMatchObject({ code: 'refused' });
    const [sent] = (await rig.simulator.requests()).last.slice(-1);
    expect(sent?.body).toContain(
      '<getresidentlistinfoargs><headofhousehold>0</headofhousehold><Status>ALL</Status></getresidentlistinfoargs>',
    );
    expect(sent?.body).toMatch(/<auth><pmcid>\d+<\/pmcid><siteid>\d+<\/siteid><licensekey>…<\/licensekey><\/auth>/);
    expect(sent?.headers['soapaction']).toBe('"http://tempuri.org/IRPXService/getresidentlistinfo"');
  });

  it('is never sent an element that it does not have', async () => {
    const rig = await openRealpage();
    const wsdl = contractWith({
      getleaseinfo: [{ name: 'getleaseinfo', type: fields('residentstatus') }],
      getresidentlist: [],
    });
    const { connector } = await rig.again({ services: [{ url: services(rig).leasing, wsdl }] });
    const before = (await rig.simulator.requests()).total;
    await expect(connector.list('lease', { scope: rig.site })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('propertynumber'),
    });
    expect((await rig.simulator.requests()).total).toBe(before);
  });
});

describe('service requests by the names of a contract', () => {
  const READ = { getservicerequest: [{ name: 'getservicerequest', type: fields('searchtype') }] };
  const NEEDED = ['UnitID!', 'ServiceRequest_Details!'];

  const capabilities = async (names: readonly string[]) => {
    const rig = await openRealpage();
    const wsdl = contractWith({ ...READ, AddServiceRequest: [{ name: 'request', type: fields(...names) }] });
    return (await rig.again({ services: [{ url: services(rig).facilities, wsdl }] })).connector.capabilities;
  };

  it('are opened where every required element is understood, and what has no element is kept beside', async () => {
    const { commands, records } = await capabilities([...NEEDED, 'ProblemId', 'Priority', 'Wing']);
    expect(commands.create_work_order).toMatchObject({ support: 'mapped', evidence: 'inferred' });
    const fieldsOf = records.work_order?.fields ?? {};
    expect([fieldsOf['trade']?.support, fieldsOf['description']?.support]).toEqual(['mapped', 'native']);
    for (const kept of ['reporter_name', 'callback_phone', 'entry', 'entry_notes', 'location', 'title'])
      expect([kept, fieldsOf[kept]?.support]).toEqual([kept, 'sidecar']);
  });

  it('are not opened where a required element is not understood, or a needed one is missing', async () => {
    for (const [names, why] of [
      [[...NEEDED, 'WingCode!'], /requires WingCode/],
      [['UnitID!'], /no element that is a description/],
    ] as const)
      expect((await capabilities(names)).commands.create_work_order).toMatchObject({
        support: 'unsupported',
        reason: expect.stringMatching(why),
      });
  });

  it('are looked at for nothing but what the contract has an element for, after a change of more than that', async () => {
    const rig = await openRealpage();
    const wsdl = services(rig).wsdl.replaceAll(/<s:element [^>]*name="(?:problemid|priorityid)"[^>]*\/>/g, '');
    const { connector } = await rig.again({ services: [{ url: services(rig).facilities, wsdl }] });
    const order = rig.state.work_order?.find(({ property_id, status }) => property_id === rig.site && status === 'new');
    const command = {
      kind: 'update_work_order' as const,
      ...{ work_order_id: order?.id ?? '', property_id: rig.site },
      ...{ status: 'in_progress' as const, severity: 'emergency' as const, trade: 'hvac' as const },
    };
    const before = await connector.get('work_order', rig.site, command.work_order_id);
    const context = contextFor(rig.site, before);
    const request = await connector.prepare(command, 0, context);
    const signal = new AbortController().signal;
    expect(await connector.locate(command, 0, request, context)).toMatchObject({ outcome: 'absent' });
    await connector.send(request, signal);
    expect(await connector.locate(command, 0, request, context)).toMatchObject({ outcome: 'found' });
  });

  it('are not opened on a bare name, because nobody has published the elements', async () => {
    const rig = await openRealpage();
    const operations = ['getservicerequest', 'addservicerequest', 'updateservicerequest'];
    const { connector } = await rig.again({ services: [{ url: services(rig).facilities, operations }] });
    const { create_work_order, update_work_order } = connector.capabilities.commands;
    expect(create_work_order).toMatchObject({ support: 'unsupported', reason: expect.stringMatching(/published/) });
    expect(update_work_order).toMatchObject({
      support: 'sidecar',
      reason: expect.stringMatching(/OneSite has to be told/),
    });
    const lease = currentLease(rig);
    expect(() => connector.compile({ kind: 'create_work_order', property_id: lease.property_id } as never)).toThrow(
      /published/,
    );
  });
});
