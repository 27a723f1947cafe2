import { describe, expect, it } from 'vitest';
import type { VendorError } from '../../../src/connectors/connector.ts';
import { answering, envelope, openRealpage, resultOf, services } from './rig.ts';

const fault = (detail: string, code = 's:Server') =>
  envelope(
    `<s:Fault><faultcode>${code}</faultcode><faultstring>failed for Jane Roe</faultstring><detail>${detail}</detail></s:Fault>`,
  );
const told = (custom: string, exception = '') =>
  fault(
    '<RPXApplicationFault xmlns="http://a.example/">' +
      `<CustomMessage>${custom}</CustomMessage><ExceptionMessage>${exception}</ExceptionMessage>` +
      '<MessageLogId>778899</MessageLogId></RPXApplicationFault>',
  );
const prepared = (site: string) => ({ operation: 'insert_prospect', site, card: { datecontact: '2026-11-24' } });
const signal = new AbortController().signal;

describe('what an answer means', () => {
  it.each([
    [
      'a licence without the operation',
      500,
      told('', 'LicenseKey is not authorized to call the method'),
      'misconfigured',
      'misconfigured',
    ],
    ['credentials that are none', 500, told('Invalid license key or user.'), 'misconfigured', 'misconfigured'],
    ['a refusal in words', 500, told('The unit of Jane Roe is not of this site.'), 'refused', 'unproved'],
    [
      'a failure without a word for people',
      500,
      told('', 'Timeout expired for Jane Roe'),
      'unavailable',
      'outcome_unknown',
    ],
    ['a request that could not be read', 500, fault('', 's:Client'), 'refused', 'unproved'],
    ['no result', 200, envelope('<XResponse xmlns="http://tempuri.org/"/>'), 'unavailable', 'outcome_unknown'],
    ['a page', 200, '<html>Sign in, Jane Roe</html>', 'unavailable', 'outcome_unknown'],
    ['too many requests', 429, '', 'rate_limited', 'rate_limited'],
    ['a server that is down', 503, '', 'unavailable', 'outcome_unknown'],
  ])('%s', async (_what, status, body, ofRead, ofWrite) => {
    const rig = await openRealpage();
    const named = (operation: string) => body.replace('XResponse', `${operation}Response`);
    const read = (await answering(rig, status, named('unitlist'))).list('unit', { scope: rig.site });
    const write = (await answering(rig, status, named('insertprospect'))).send(prepared(rig.site), signal);
    for (const [work, code] of [
      [read, ofRead],
      [write, ofWrite],
    ] as const) {
      const error = await work.then(
        () => undefined,
        (thrown: VendorError) => thrown,
      );
      const said = code === 'unproved' ? { code: 'refused', unproved: true } : { code, unproved: false };
      expect(error).toMatchObject(said);
      expect(error?.message).not.toMatch(/Jane|Roe|Timeout/);
      if (code === 'outcome_unknown' || code === 'unproved')
        expect(error?.message).not.toContain('Nothing was changed');
      if (body.includes('778899')) expect(error?.message).toContain('778899');
    }
  });

  const card = (message: string, status: string, action = 'Insert') =>
    `<InsertProspectResponse xmlns=""><message>${message}</message>` +
    `<Guestcard><ID>18240555</ID><NewID>0</NewID><Status>${status}</Status><Action>${action}</Action></Guestcard></InsertProspectResponse>`;

  it.each([
    ['success', card('SUCCESS', 'Success'), { record: { kind: 'guest_card', id: '18240555' } }],
    ['a new number', card('SUCCESS', 'Success').replace('<NewID>0', '<NewID>77'), { record: { id: '77' } }],
    ['success without a number', card('SUCCESS', 'Success').replace('18240555', '0'), {}],
  ])('%s of a guest card', async (_what, body, expected) => {
    const rig = await openRealpage();
    const connector = await answering(rig, 200, resultOf('insertprospect', body));
    expect(await connector.send(prepared(rig.site), signal)).toMatchObject(expected);
  });

  it.each([
    ['a refusal under a good status', card('FAILURE', 'Failure'), 'refused'],
    ['success of the call and not of the card', card('SUCCESS', 'Failure'), 'refused'],
    ['somebody who is there already', card('FAILURE', 'Failure', 'Duplicate found'), 'duplicate'],
    ['an answer about something else', '<Other xmlns=""/>', 'outcome_unknown'],
    ['an answer that says nothing', '<InsertProspectResponse xmlns=""/>', 'outcome_unknown'],
  ])('%s', async (_what, body, code) => {
    const rig = await openRealpage();
    const connector = await answering(rig, 200, resultOf('insertprospect', body));
    await expect(connector.send(prepared(rig.site), signal)).rejects.toMatchObject({ code });
  });
});

describe('credentials', () => {
  it('are in no stored request, and decide which site is asked', async () => {
    const rig = await openRealpage();
    const context = { write_id: 'w', marker: 'ct-0000000000000', scope: rig.site, results: [] };
    const stored = await rig.connector.prepare(
      {
        kind: 'create_guest_card',
        property_id: rig.site,
        ...{
          source: 'Zillow',
          name: 'Ann Lee',
          consents: [],
          touch: { at: '2026-11-24T14:00:00.000Z', source: 'Zillow' },
        },
      },
      0,
      context,
    );
    for (const secret of rig.secrets) expect(JSON.stringify(stored)).not.toContain(secret);
    await expect(rig.connector.send({ ...stored, site: '5419999' }, signal)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('that are wrong are told as such', async () => {
    const rig = await openRealpage();
    const { connector } = await rig.again({ license_key: 'another-licence-key' });
    const error = await connector.list('unit', { scope: rig.site }).catch((thrown: VendorError) => thrown);
    expect(error).toMatchObject({ code: 'misconfigured' });
    expect(String(error)).not.toContain('another-licence-key');
    expect(services(rig).leasing).toMatch(/\.svc$/);
  });
});
