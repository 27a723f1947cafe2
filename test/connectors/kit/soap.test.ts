import { createServer, type RequestListener } from 'node:http';
import fc from 'fast-check';
import { listen } from 'soap';
import { afterEach, describe, expect, it } from 'vitest';
import { VendorError } from '../../../src/connectors/connector.ts';
import { parseSoapAnswer, soapCall, soapEnvelope, type SoapCall } from '../../../src/connectors/kit/soap.ts';
import { attribute, path, text, XmlError } from '../../../src/connectors/kit/xml.ts';
import { element } from '../../../src/connectors/kit/xml_builder.ts';
import { wsdlOf } from '../../simulators/soap/contract.ts';
import { type Cards, GUEST_CARDS } from '../../simulators/soap/guest_cards.ts';
import { serve, serveOn, serveSoap } from '../../simulators/soap/serve.ts';
import { createService, type RawRequest } from '../../simulators/soap/service.ts';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

const NOW = Date.UTC(2026, 2, 1, 12);
const { namespace, action_prefix } = GUEST_CARDS;
const SECRET = 'pa55-w0rd';
const login = [element('UserName', {}, 'u'), element('Password', {}, 'right'), element('InterfaceEntity', {}, 'e')];

/** Reaches `url` as a connection's fetch does: by addresses below it. */
function transport(url: string) {
  const reach: typeof fetch = (input, init) => fetch(new URL(String(input), `${url}/`), init);
  return { fetch: reach, clock: () => NOW, name: 'Example' };
}

function callOf(
  operation: string,
  parameters: Parameters<typeof element>[2][],
  changes: Partial<SoapCall> = {},
): SoapCall {
  const elements = parameters.filter((one) => typeof one === 'object');
  const envelope = soapEnvelope({ namespace, operation, parameters: elements });
  return {
    path: 'GuestCards.asmx',
    operation,
    action: action_prefix + operation,
    envelope,
    purpose: 'write',
    ...changes,
  };
}

describe('envelopes', () => {
  it('are SOAP 1.1 on one line, with the parameters as they were given and a payload in no namespace', () => {
    const payload = element('LeadManagement', { xmlns: '' }, element('Comment', {}, 'one\r\ntwo & <three>'));
    expect(
      soapEnvelope({
        namespace: 'urn:x',
        operation: 'Import',
        parameters: [element('B', {}, '000005'), element('XmlDoc', {}, payload)],
      }),
    ).toBe(
      '<?xml version="1.0" encoding="utf-8"?>' +
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>' +
        '<Import xmlns="urn:x"><B>000005</B><XmlDoc><LeadManagement xmlns="">' +
        '<Comment>one&#13;&#10;two &amp; &lt;three&gt;</Comment></LeadManagement></XmlDoc></Import>' +
        '</soap:Body></soap:Envelope>',
    );
  });
});

const inBody = (content: string, space = 'http://schemas.xmlsoap.org/soap/envelope/', prefix = 'soap') =>
  `<${prefix}:Envelope xmlns:${prefix}="${space}"><${prefix}:Header/><${prefix}:Body>${content}</${prefix}:Body></${prefix}:Envelope>`;
const SOAP_1_2 = 'http://www.w3.org/2003/05/soap-envelope';

describe('answers', () => {
  it.each([
    [
      'SOAP 1.1',
      inBody('<GetXResponse xmlns="urn:x"><GetXResult><Rows><Row>1</Row></Rows></GetXResult></GetXResponse>'),
    ],
    [
      'SOAP 1.2',
      inBody('<GetXResponse xmlns="urn:x"><GetXResult><Rows><Row>1</Row></Rows></GetXResult></GetXResponse>', SOAP_1_2),
    ],
    [
      'other prefixes',
      inBody(
        '<m:GetXResponse xmlns:m="urn:x"><m:GetXResult><Rows><Row>1</Row></Rows></m:GetXResult></m:GetXResponse>',
        undefined,
        'SOAP-ENV',
      ),
    ],
    [
      'no prefix',
      '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><GetXResponse xmlns=""><GetXResult><Rows><Row>1</Row></Rows></GetXResult></GetXResponse></Body></Envelope>',
    ],
    ['another case', inBody('<getxResponse><GETXRESULT><Rows><Row>1</Row></Rows></GETXRESULT></getxResponse>')],
  ])('hold a result in %s', (_what, answer) => {
    const read = parseSoapAnswer(answer, 'GetX');
    expect(read.kind === 'result' && text(read.result, 'Rows/Row')).toBe('1');
  });

  it('tell a text, an empty result and none apart', () => {
    const resultOf = (content: string) => {
      const read = parseSoapAnswer(inBody(`<GetXResponse>${content}</GetXResponse>`), 'GetX');
      return read.kind === 'result' && [text(read.result), read.result?.children.length, read.response.children.length];
    };
    expect(resultOf('<GetXResult>a &amp; b</GetXResult>')).toEqual(['a & b', 0, 1]);
    expect(resultOf('<GetXResult/>')).toEqual(['', 0, 1]);
    expect(resultOf('<Other/>')).toEqual([undefined, undefined, 1]);
    expect(resultOf('')).toEqual([undefined, undefined, 0]);
  });

  it('hold a fault of SOAP 1.1, whose fields are in no namespace', () => {
    const detail =
      '<detail><RPXApplicationFault xmlns="urn:f"><MessageLogId>77</MessageLogId></RPXApplicationFault></detail>';
    const fault = `<soap:Fault><faultcode>soap:Server.Busy</faultcode><faultstring>No &lt;luck&gt;</faultstring>${detail}</soap:Fault>`;
    const read = parseSoapAnswer(inBody(fault), 'GetX');
    expect(read).toMatchObject({ kind: 'fault', code: 'Server.Busy', message: 'No <luck>' });
    expect(read.kind === 'fault' && text(read.detail, 'RPXApplicationFault/MessageLogId')).toBe('77');
  });

  it('hold a fault of SOAP 1.2 under the codes of SOAP 1.1', () => {
    const fault = (code: string) =>
      `<e:Fault><e:Code><e:Value>e:${code}</e:Value></e:Code><e:Reason><e:Text xml:lang="en">No</e:Text></e:Reason><e:Detail><x/></e:Detail></e:Fault>`;
    const read = (code: string) => parseSoapAnswer(inBody(fault(code), SOAP_1_2, 'e'), 'GetX');
    expect(read('Receiver')).toMatchObject({
      kind: 'fault',
      code: 'Server',
      message: 'No',
      detail: { name: 'Detail' },
    });
    expect(['Sender', 'MustUnderstand'].map(read)).toMatchObject([{ code: 'Client' }, { code: 'MustUnderstand' }]);
  });

  it('hold a fault that says nothing', () => {
    expect(parseSoapAnswer(inBody('<soap:Fault/>'), 'GetX')).toEqual({
      kind: 'fault',
      code: '',
      message: '',
      detail: undefined,
    });
  });

  it.each([
    ['another document', '<html><body/></html>', 'unexpected'],
    ['an envelope of nobody', inBody('<GetXResponse/>', 'urn:x'), 'unexpected'],
    ['an answer to another operation', inBody('<GetYResponse><GetXResult/></GetYResponse>'), 'unexpected'],
    ['an empty body', inBody(''), 'unexpected'],
    ['what is cut off', inBody('<GetXResponse/>').slice(0, -3), 'malformed'],
    ['nothing', '', 'malformed'],
  ])('are not %s', (_what, answer, reason) => {
    expect(() => parseSoapAnswer(answer, 'GetX')).toThrow(expect.objectContaining({ name: 'XmlError', reason }));
  });

  it('are read, or refused as XML, whatever comes', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('', '<soap:Fault>', '<GetXResponse>'), (junk, tag) => {
        try {
          parseSoapAnswer(inBody(tag + junk + tag.replace('<', '</')), 'GetX');
        } catch (error) {
          expect(error).toBeInstanceOf(XmlError);
        }
      }),
    );
  });
});

describe('a server of an independent library', () => {
  it('takes the envelopes: every parameter, hostile text as it was', async () => {
    const taken: unknown[] = [];
    const server = createServer((_request, response) => response.writeHead(404).end());
    const { url, close } = await serveOn(server);
    closing.push(close);
    const operations = {
      ImportCard: (given: unknown) => (taken.push(given), { ImportCardResult: { Message: 'done' } }),
      insertcard: (given: unknown) => (taken.push(given), { insertcardResult: { Id: '7' } }),
    };
    await new Promise<void>((ready) => {
      const wsdl = wsdlOf(GUEST_CARDS, `${url}/GuestCards.asmx`);
      listen(server, '/GuestCards.asmx', { GuestCards: { GuestCardsSoap: operations } }, wsdl, () => ready());
    });

    const comment = `</Comment>]]> & <b> "x" 'y'\r\n é 😀`;
    const card = element(
      'LeadManagement',
      { xmlns: '' },
      element('Card', { Id: '"p1"<' }, element('Comment', {}, comment)),
    );
    const imported = await soapCall(transport(url), callOf('ImportCard', [...login, element('XmlDoc', {}, card)]));
    expect(imported.kind === 'result' && text(imported.result, 'Message')).toBe('done');

    const auth = element('auth', {}, element('pmcid', {}, '1'), element('licensekey', {}, 'k'));
    const notes = ['a', 'b'].map((note) => element('notes', {}, note));
    await soapCall(
      transport(url),
      callOf('insertcard', [auth, element('card', {}, element('id', {}, '007'), ...notes)]),
    );
    expect(taken).toEqual([
      {
        ...{ UserName: 'u', Password: 'right', InterfaceEntity: 'e' },
        XmlDoc: {
          LeadManagement: { Card: { attributes: { Id: '"p1"<' }, Comment: comment } },
        },
      },
      { auth: { pmcid: '1', licensekey: 'k' }, card: { id: '007', notes: ['a', 'b'] } },
    ]);
  });

  it('is understood where it answers with a fault', async () => {
    const server = createServer();
    const { url, close } = await serveOn(server);
    closing.push(close);
    const refuse = () => {
      throw { Fault: { faultcode: 'soap:Client', faultstring: 'a & b', detail: { Id: '1' }, statusCode: 500 } };
    };
    await new Promise<void>((ready) => {
      const wsdl = wsdlOf(GUEST_CARDS, `${url}/GuestCards.asmx`);
      listen(server, '/GuestCards.asmx', { GuestCards: { GuestCardsSoap: { Ping: refuse } } }, wsdl, () => ready());
    });
    const answer = await soapCall(transport(url), callOf('Ping', []));
    expect(answer).toMatchObject({ kind: 'fault', code: 'Client', message: 'a & b', detail: { name: 'detail' } });
  });
});

describe('calls', () => {
  it('go to the address below the connection, once, with the action in quotes', async () => {
    const requests: RawRequest[] = [];
    const cards: Cards = new Map([['p1', 'note']]);
    const { url, close } = await serveSoap(createService(GUEST_CARDS), cards, requests);
    closing.push(close);
    const answer = await soapCall(
      transport(`${url}/client/webservices`),
      callOf('GetCards', login, { purpose: 'read' }),
    );
    expect(answer.kind === 'result' && attribute(path(answer.result, 'Cards/Card'), 'Id')).toBe('p1');
    expect(requests).toMatchObject([
      {
        method: 'POST',
        url: '/client/webservices/GuestCards.asmx',
        headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${action_prefix}GetCards"` },
      },
    ]);
  });

  /** What one call comes to where the server answers so. */
  async function outcome(
    listener: RequestListener,
    purpose: SoapCall['purpose'],
    signal?: AbortSignal,
  ): Promise<unknown> {
    const { url, close } = await serve(listener);
    closing.push(close);
    const call = callOf('GetX', [element('Password', {}, SECRET)], { purpose, ...(signal && { signal }) });
    return soapCall(transport(url), call).catch((error: unknown) => error);
  }

  const answering =
    (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
    (_request, response) =>
      response.writeHead(status, headers).end(body);
  const RESULT = inBody(`<GetXResponse><GetXResult>${SECRET}</GetXResult></GetXResponse>`);
  const FAULT = inBody(
    `<soap:Fault><faultcode>soap:Server</faultcode><faultstring>${SECRET}</faultstring></soap:Fault>`,
  );
  const PAGE = `<!doctype html><title>${SECRET}</title>`;

  const BODIES = {
    ...{ a_result: RESULT, a_fault: FAULT, a_page: PAGE, nothing: '' },
    ...{ half_a_result: RESULT.slice(0, -10), a_result_of_another: RESULT.replaceAll('GetX', 'GetY') },
  };

  it.each<[number, keyof typeof BODIES, string, string]>([
    [200, 'a_result', 'result', 'result'],
    [200, 'a_fault', 'fault', 'fault'],
    [500, 'a_fault', 'fault', 'fault'],
    [503, 'a_fault', 'fault', 'fault'],
    [400, 'a_fault', 'fault', 'fault'],
    [200, 'a_page', 'unavailable', 'outcome_unknown'],
    [200, 'nothing', 'unavailable', 'outcome_unknown'],
    [200, 'half_a_result', 'unavailable', 'outcome_unknown'],
    [200, 'a_result_of_another', 'unavailable', 'outcome_unknown'],
    [204, 'nothing', 'unavailable', 'outcome_unknown'],
    [302, 'nothing', 'misconfigured', 'outcome_unknown'],
    [400, 'a_page', 'refused', 'refused'],
    [400, 'a_result', 'refused', 'refused'],
    [401, 'a_fault', 'misconfigured', 'misconfigured'],
    [403, 'a_page', 'misconfigured', 'misconfigured'],
    [404, 'a_page', 'misconfigured', 'misconfigured'],
    [408, 'a_page', 'unavailable', 'outcome_unknown'],
    [415, 'nothing', 'refused', 'refused'],
    [429, 'a_fault', 'rate_limited', 'rate_limited'],
    [500, 'a_page', 'unavailable', 'outcome_unknown'],
    [500, 'a_result', 'unavailable', 'outcome_unknown'],
    [502, 'nothing', 'unavailable', 'outcome_unknown'],
  ])(
    'that are answered with %i and %s are %s when reading, %s when writing',
    async (status, body, reading, writing) => {
      const cases = [
        ['read', reading],
        ['write', writing],
      ] as const;
      for (const [purpose, expected] of cases) {
        const found = await outcome(answering(status, BODIES[body]), purpose);
        if (!(found instanceof VendorError)) expect(found).toMatchObject({ kind: expected });
        else {
          expect(found.code).toBe(expected);
          expect(found.message).toMatch(/^Example .*\(status \d+\)\.$/);
          expect(JSON.stringify([found.message, found.cause, found.field])).not.toContain(SECRET);
        }
      }
    },
  );

  it.each([
    [429, '7', 7_000],
    [429, new Date(NOW + 90_000).toUTCString(), 90_000],
    [503, '30', 30_000],
    [429, 'soon', undefined],
  ])('that are answered with %i say when to come again (%s)', async (status, given, retry_after_ms) => {
    expect(await outcome(answering(status, '', { 'retry-after': given }), 'read')).toMatchObject({ retry_after_ms });
  });

  it('without an answer leave a write in doubt, and are what the connection calls them', async () => {
    const drop: RequestListener = (request) => request.socket.destroy();
    expect(await outcome(drop, 'write')).toMatchObject({ name: 'VendorError', code: 'outcome_unknown' });
    expect(await outcome(drop, 'read')).toMatchObject({ name: 'VendorError', code: 'unavailable' });
    const told = async (code: VendorError['code'], purpose: SoapCall['purpose']) => {
      const failing = {
        ...transport('http://127.0.0.1:9'),
        fetch: () => Promise.reject(new VendorError(code, 'told')),
      };
      return (await soapCall(failing, callOf('GetX', [], { purpose })).catch((error: unknown) => error)) as VendorError;
    };
    expect((await told('unavailable', 'write')).message).toBe('told');
    expect((await told('rate_limited', 'read')).code).toBe('rate_limited');
    expect((await told('outcome_unknown', 'write')).message).toBe('told');
    expect((await told('outcome_unknown', 'read')).code).toBe('unavailable');
  });

  it('end when they are told to, without the request in the error', async () => {
    const ended = new AbortController();
    const found = await outcome(() => ended.abort(new Error(SECRET)), 'write', ended.signal);
    expect(found).toMatchObject({ code: 'outcome_unknown' });
    expect(String((found as Error).stack)).not.toContain(SECRET);
  });
});
