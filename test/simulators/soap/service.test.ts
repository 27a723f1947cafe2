import { afterEach, describe, expect, it } from 'vitest';
import { createClientAsync, type Client } from 'soap';
import { soapEnvelope } from '../../../src/connectors/kit/soap.ts';
import { parseXml, path, text } from '../../../src/connectors/kit/xml.ts';
import { element, type XmlElement } from '../../../src/connectors/kit/xml_builder.ts';
import { type Cards, GUEST_CARDS } from './guest_cards.ts';
import { createService, type RawAnswer, type RawRequest, type ServiceOptions } from './service.ts';
import { serveSoap } from './serve.ts';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

const LOGIN = { UserName: 'u', Password: 'right', InterfaceEntity: 'e' };
const HOSTILE = `</Comment>]]> & <b> "x" 'y' é 😀`;

/** The service on loopback, and a client that an independent library has made of the contract it publishes. */
async function foreignClient(cards: Cards, changes: Partial<ServiceOptions<Cards>> = {}, query = '?wsdl') {
  const requests: RawRequest[] = [];
  const { url, close } = await serveSoap(createService({ ...GUEST_CARDS, ...changes }), cards, requests);
  closing.push(close);
  const client = await createClientAsync(`${url}/a/GuestCards.asmx${query}`, { disableCache: true });
  return { client, requests };
}

async function call(client: Client, operation: string, given: object): Promise<Record<string, unknown>> {
  const [result] = (await client[`${operation}Async`](given)) as [Record<string, unknown>];
  return result;
}

describe('a client of an independent library', () => {
  it.each(['?wsdl', '?WSDL', '?singleWsdl'])('reads the contract under %s as it was meant', async (query) => {
    const { client } = await foreignClient(new Map(), {}, query);
    const { GuestCards } = client.describe() as { GuestCards: { GuestCardsSoap: Record<string, { input: object }> } };
    const contract = GuestCards.GuestCardsSoap;
    expect(Object.keys(contract)).toEqual(GUEST_CARDS.operations.map(({ name }) => name));
    expect(Object.keys(contract['GetCards']?.input ?? {})).toEqual([
      ...['UserName', 'Password', 'InterfaceEntity', 'YardiPropertyId', 'Limit'],
    ]);
    expect(contract['insertcard']?.input).toMatchObject({
      auth: { pmcid: 's:string', siteid: 's:string', licensekey: 's:string' },
      card: { id: 's:string', 'notes[]': 's:string' },
    });
  });

  it('calls operations without parameters, and one without a result', async () => {
    const { client } = await foreignClient(new Map());
    expect(await call(client, 'Ping', {})).toEqual({ PingResult: 'pong' });
    expect(await call(client, 'Forget', {})).toBeNull();
  });

  it('writes and reads hostile text', async () => {
    const cards: Cards = new Map();
    const { client } = await foreignClient(cards);
    const payload = {
      LeadManagement: { attributes: { xmlns: '' }, Card: { attributes: { Id: 'p1' }, Comment: HOSTILE } },
    };
    expect(await call(client, 'ImportCard', { ...LOGIN, XmlDoc: payload })).toMatchObject({
      ImportCardResult: { Messages: { Message: { $value: 'CustomerID: p1', attributes: { messageType: 'FYI' } } } },
    });
    expect(cards.get('p1')).toBe(HOSTILE);
    expect(await call(client, 'GetCards', { ...LOGIN, Limit: 1 })).toMatchObject({
      GetCardsResult: { Cards: { Card: { $value: HOSTILE, attributes: { Id: 'p1' } } } },
    });
  });

  it('writes into named and nested types and lists', async () => {
    const cards: Cards = new Map();
    const { client } = await foreignClient(cards);
    const auth = { pmcid: '1', siteid: '2', licensekey: 'right' };
    const card = { id: '7', notes: ['a', 'b'] };
    expect(await call(client, 'insertcard', { auth, card })).toEqual({ insertcardResult: '7' });
    expect(cards.get('7')).toBe('a|b');
  });

  it.each([200, 500] as const)('is told a fault under status %i', async (fault_status) => {
    const { client } = await foreignClient(new Map(), { fault_status });
    const refused = await call(client, 'insertcard', { auth: { licensekey: 'wrong' } }).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({
      root: {
        Envelope: {
          Body: {
            Fault: {
              faultcode: 'soap:Server',
              faultstring: 'The card is not one & "never" <was>.',
              detail: { Code: '18' },
            },
          },
        },
      },
      response: { status: fault_status },
    });
  });
});

const service = createService(GUEST_CARDS);
const login = [element('UserName', {}, 'u'), element('Password', {}, 'right'), element('InterfaceEntity', {}, 'e')];

function request(operation: string, parameters: readonly XmlElement[], changes: Partial<RawRequest> = {}): RawRequest {
  const { namespace, action_prefix } = GUEST_CARDS;
  const headers = { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${action_prefix}${operation}"` };
  const body = soapEnvelope({ namespace, operation, parameters });
  return { method: 'POST', url: '/GuestCards.asmx', headers, body, ...changes };
}

const cardsIn = ({ text: body }: RawAnswer) =>
  path(parseXml(body), 'Body/GetCardsResponse/GetCardsResult/Cards')?.children.length;
const faultIn = ({ text: body }: RawAnswer) => text(parseXml(body), 'Body/Fault/faultcode');

describe('what the service drops without a word', () => {
  const cards: Cards = new Map([1, 2, 3].map((id) => [`p${id}`, '']));
  const limit = element('Limit', {}, '1');

  it('is what stands out of order, unless it is told to take that', () => {
    const [user, password, entity] = login as [XmlElement, XmlElement, XmlElement];
    const answered = (...parameters: XmlElement[]) => cardsIn(service.answer(request('GetCards', parameters), cards));
    expect(answered(user, password, entity, limit)).toBe(1);
    expect(answered(user, password, limit, entity)).toBe(1);
    expect(answered(limit, user, password, entity)).toBeUndefined();
    expect(answered(user, password, limit, element('YardiPropertyId', {}, 'x'))).toBe(1);
    const lenient = createService({ ...GUEST_CARDS, out_of_order: 'accepted' });
    expect(cardsIn(lenient.answer(request('GetCards', [limit, user, password, entity]), cards))).toBe(1);
  });

  it('is what the contract does not have, has in another namespace, or has once', () => {
    const answered = (...given: XmlElement[]) =>
      cardsIn(service.answer(request('GetCards', [...login, ...given]), cards));
    expect(answered(element('limit', {}, '1'))).toBe(3);
    expect(answered(element('Limit', { xmlns: '' }, '1'))).toBe(3);
    const auth = element('auth', {}, element('licensekey', {}, 'right'));
    const twice = ['7', '8'].map((id) => element('id', {}, id));
    const sent: Cards = new Map();
    service.answer(request('insertcard', [auth, element('card', {}, ...twice, element('notes', {}, 'a'))]), sent);
    expect([...sent]).toEqual([['7', 'a']]);
  });
});

const SOAP_1_2 = 'http://www.w3.org/2003/05/soap-envelope';

describe('what the service refuses', () => {
  it.each<[string, Partial<RawRequest>]>([
    ['no SOAPAction', { headers: { 'content-type': 'text/xml' } }],
    ['an action that it does not have', { headers: { 'content-type': 'text/xml', soapaction: '"Pong"' } }],
    ['an action of another operation', request('Forget', [], { body: request('Ping', []).body })],
    ['an operation in no namespace', { body: request('Ping', []).body.replace(/ xmlns="[^"]*"/, '') }],
    ['SOAP 1.2', { body: request('Ping', []).body.replaceAll('http://schemas.xmlsoap.org/soap/envelope/', SOAP_1_2) }],
    ['half an envelope', { body: request('Ping', []).body.slice(0, -20) }],
    ['a document type', { body: request('Ping', []).body.replace('?><', '?><!DOCTYPE a [<!ENTITY x "y">]><') }],
  ])('%s', (_what, changes) => {
    const answer = service.answer(request('Ping', [], changes), new Map());
    expect([answer.status, faultIn(answer)]).toEqual([500, 'soap:Client']);
  });

  it('another content type, another method, another query', () => {
    const status = (changes: Partial<RawRequest>) => service.answer(request('Ping', [], changes), new Map()).status;
    expect(status({})).toBe(200);
    expect(status({ headers: { ...request('Ping', []).headers, 'content-type': 'application/soap+xml' } })).toBe(415);
    expect(status({ method: 'PUT' })).toBe(405);
    expect(status({ method: 'GET' })).toBe(404);
  });

  it('nothing that its own code does wrong', () => {
    const broken = {
      name: 'Ping',
      parameters: [],
      handle: (): never => {
        throw new TypeError('broken');
      },
    };
    expect(() =>
      createService({ ...GUEST_CARDS, operations: [broken] }).answer(request('Ping', []), new Map()),
    ).toThrow(TypeError);
  });
});
