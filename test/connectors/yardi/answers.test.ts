import { describe, expect, it } from 'vitest';
import { parseXml } from '../../../src/connectors/kit/xml.ts';
import { faultError, isError, meansNothing, messagesIn, refusalOf } from '../../../src/connectors/yardi/answers.ts';
import { contextFor } from '../rig.ts';
import { commandOf, failureOf, listAll, openYardi, PROPERTY } from './rig.ts';

const said = (content: string) => messagesIn(parseXml(`<R>${content}</R>`));

describe('what Voyager says instead of an answer', () => {
  it.each([
    ['one message', '<Messages><Message messageType="Error">No guests found.</Message></Messages>', ['Error']],
    ['several', '<Messages><Message messageType="FYI">a</Message><Message>b</Message></Messages>', ['FYI', '']],
    [
      'an error in the place of a work order',
      '<ServiceRequests><ServiceRequest><ErrorMessages><Error>x</Error></ErrorMessages></ServiceRequest></ServiceRequests>',
      ['Error'],
    ],
    [
      'the same in one element',
      '<ServiceRequests><ServiceRequest><ErrorMessage>x</ErrorMessage></ServiceRequest></ServiceRequests>',
      ['Error'],
    ],
    [
      'an error in the place of a resident',
      '<CustomerSearch><Response><Customers><Customer><ErrorMessages><Error>x</Error></ErrorMessages></Customer></Customers></Response></CustomerSearch>',
      ['Error'],
    ],
    ['nothing', '<Properties/>', []],
  ])('is read: %s', (_what, content, types) => {
    expect(said(content).map(({ type }) => type)).toEqual(types);
  });

  it.each([
    ['There are no work orders found for these input values.', true],
    ['no service requests found', true],
    ['No guests found.', true],
    ['User could not be found.', false],
    ['No such database exists.', false],
    ["Interface 'X' is not Configured for property 'Y'.", false],
  ])('"%s" means that there is nothing: %s', (text, nothing) => {
    expect(meansNothing({ type: 'Error', text })).toBe(nothing);
  });

  it.each([
    ["Interface 'Jane' is not Configured for property 'p'", 'misconfigured', 'misconfigured'],
    ['Object reference not set to an instance of an object.', 'misconfigured', 'outcome_unknown'],
    ['Source Name not found in Voyager', 'refused', 'refused'],
    ['The post month is closed for this property.', 'period_closed', 'period_closed'],
    ['Jane Roe already has one.', 'refused', 'refused'],
  ])('"%s" is %s to a question and %s to a change, in words of our own', (text, read, write) => {
    const message = { type: 'Error', text };
    expect(isError(message)).toBe(true);
    expect([refusalOf(message, 'read').code, refusalOf(message, 'write').code]).toEqual([read, write]);
    expect(refusalOf(message, 'write').message).not.toMatch(/Jane/);
  });

  it('may have done what a server fails over, and not what it could not even read', () => {
    const fault = { kind: 'fault' as const, message: 'Jane', detail: undefined };
    expect(faultError({ ...fault, code: 'Server' }, 'write').code).toBe('outcome_unknown');
    expect(faultError({ ...fault, code: 'Server' }, 'read').code).toBe('unavailable');
    expect(faultError({ ...fault, code: 'Client' }, 'write').code).toBe('misconfigured');
    expect(faultError({ ...fault, code: 'Server' }, 'write').message).not.toMatch(/Jane/);
  });
});

describe('who is not let in', () => {
  it.each([
    ['a wrong password', { password: 'not-the-password' }, {}],
    ['a wrong database', { database: 'elsewhere_live' }, {}],
    ['a wrong licence', {}, { common_data: { license: 'licence-of-another' } }],
    ['a wrong entity', {}, { common_data: { entity: 'Somebody' } }],
  ])('is told with %s, without the secret', async (_what, more, interfaces) => {
    const { again } = await openYardi();
    const connector = await again(more, interfaces);
    const error = await failureOf(connector.scopes());
    expect(error.code).toBe('misconfigured');
    expect(error.message).not.toMatch(/not-the-password|licence-of-another/);
  });

  it('is asked for credentials of its own where an interface has them', async () => {
    const { again } = await openYardi();
    const own = { user_name: 'caretaker_ws', password: 'simulated-password' };
    const connector = await again({ password: 'of-another-user' }, { common_data: own });
    expect(await connector.scopes()).toEqual(['prop001', 'prop002']);
    expect((await failureOf(connector.list('unit', { scope: PROPERTY }))).code).toBe('misconfigured');
  });
});

describe('an interface that is not set up for a property', () => {
  it('has nothing of it, and changes nothing there', async () => {
    const { connector, simulator } = await openYardi();
    await simulator.staff({ change: { table: 'properties', id: PROPERTY, set: { without: ['service_requests'] } } });
    expect(await listAll(connector, 'work_order')).toEqual([]);
    expect(await connector.get('lease', PROPERTY, 't0000001')).toBeUndefined();
    expect((await connector.list('lease', { scope: 'prop002' })).records.length).toBeGreaterThan(0);
    const command = commandOf('create_work_order', {
      ...{ title: 'Gate', description: 'It is stuck.', trade: 'general', severity: 'routine', entry: 'yes' },
    });
    const context = contextFor(PROPERTY);
    const request = await connector.prepare(command, 0, context);
    const error = await failureOf(connector.send(request, new AbortController().signal));
    expect([error.code, error.field]).toEqual(['misconfigured', 'property_id']);
    // That it cannot be looked for there proves nothing.
    expect((await failureOf(connector.locate(command, 0, request, context))).code).toBe('misconfigured');
  });
});

describe('what is kept of a request', () => {
  it('has no credential in it, and goes out on one line in the order of the contract', async () => {
    const { connector, secrets, lastBody } = await openYardi();
    const command = commandOf('create_work_order', {
      ...{ title: 'Gate', description: 'Line one\nline two', trade: 'general', severity: 'routine', entry: 'yes' },
    });
    const request = await connector.prepare(command, 0, contextFor(PROPERTY));
    for (const secret of secrets) expect(JSON.stringify(request)).not.toContain(secret);
    await connector.send(request, new AbortController().signal);
    const body = await lastBody('CreateOrEditServiceRequests');
    expect(body).not.toMatch(/[\r\n]/);
    expect([...body.matchAll(/<(\w+)>(?=…|[^<])/g)].map(([, name]) => name).slice(0, 8)).toEqual([
      ...['UserName', 'Password', 'ServerName', 'Database', 'Platform', 'YardiPropertyId'],
      ...['InterfaceEntity', 'InterfaceLicense'],
    ]);
    expect(body).toContain('<ServiceRequests xmlns="">');
  });
});
