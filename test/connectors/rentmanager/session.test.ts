import { describe, expect, it } from 'vitest';
import { asked, done, failureOf, openCompany, type Company } from './rig.ts';

const MINUTE = 60_000;

const signIns = ({ simulator }: Company) => asked(simulator, 'AuthorizeUser');

async function noteOn(company: Company) {
  const [order] = (await company.simulator.state()).work_order ?? [];
  if (order === undefined) throw new Error('nothing to write a note on');
  const { id: work_order_id, property_id } = order;
  return {
    kind: 'add_work_order_note',
    work_order_id,
    property_id,
    note: { text: 'Called.', is_public: false },
  } as const;
}

describe('a token of Rent Manager', () => {
  it('is made once for all processes that begin at a time', async () => {
    const company = await openCompany();
    const processes = Array.from({ length: 12 }, () => company.process());
    await Promise.all(processes.map((one) => one.list('property', {})));
    expect(await signIns(company)).toBe(1);
  });

  it('is renewed once when it has been idle too long, however many find out', async () => {
    const company = await openCompany();
    const processes = [company.process(), company.process(), company.process()];
    await Promise.all(processes.map((one) => one.list('property', {})));
    await company.pass(16 * MINUTE);
    await Promise.all(processes.flatMap((one) => [one.list('unit', {}), one.list('vendor', {})]));
    expect(await signIns(company)).toBe(2);
    await Promise.all(processes.map((one) => one.list('unit', {})));
    expect(await signIns(company)).toBe(2);
  });

  it('ends after a day though it is used', async () => {
    const company = await openCompany();
    const connector = company.process();
    for (let time = 0; time < 24 * 60; time += 14) {
      await connector.list('property', {});
      await company.pass(14 * MINUTE);
    }
    expect(await signIns(company)).toBeGreaterThanOrEqual(2);
    expect(await signIns(company)).toBeLessThanOrEqual(3);
  });

  it('lets a write that met a refused one go out once more, and have one effect', async () => {
    const company = await openCompany();
    const connector = company.process();
    const command = await noteOn(company);
    await connector.list('property', {});
    await company.pass(16 * MINUTE);
    await done(connector, command);
    expect(await company.simulator.effects()).toHaveLength(1);
  });

  it('is found anew by a process that begins later, and outlives the one that made it', async () => {
    const company = await openCompany();
    const first = company.process();
    await first.list('property', {});
    await first.close();
    await company.process().list('property', {});
    expect(await signIns(company)).toBe(1);
    expect(await asked(company.simulator, 'DeAuthorize')).toBe(0);
  });

  it('is given back where it could not be kept', async () => {
    const company = await openCompany();
    const { kv } = company;
    kv.once = async (_key, _ttl, make) => {
      await make();
      throw new Error('the store is full');
    };
    await expect(company.process().list('property', {})).rejects.toThrow('the store is full');
    expect(await asked(company.simulator, 'DeAuthorize')).toBe(1);
  });

  it('is one of ten: with all of them taken nothing is sent, and why is said', async () => {
    const company = await openCompany();
    const { base_url, username, password } = company.simulator.connection as unknown as Record<string, string>;
    const body = JSON.stringify({ Username: username, Password: password, LocationID: 2 });
    for (let at = 0; at < 10; at += 1)
      await fetch(`${base_url}/Authentication/AuthorizeUser`, { method: 'POST', body });
    const error = await failureOf(company.process().list('property', {}));
    expect([error.code, error.retry_after_ms]).toEqual(['unavailable', MINUTE]);
    expect(error.message).toContain('ten times');
    await company.pass(16 * MINUTE);
    expect((await company.process().list('property', {})).records).not.toHaveLength(0);
  });
});

describe('credentials of Rent Manager', () => {
  it('are not tried again for a while once they are refused, lest the user is locked out', async () => {
    const company = await openCompany();
    const wrong = { password: 'not-the-password' };
    const error = await failureOf(company.process(wrong).list('property', {}));
    expect(error.code).toBe('misconfigured');
    expect((await failureOf(company.process(wrong).list('unit', {}))).code).toBe('misconfigured');
    expect(await signIns(company)).toBe(1);
    await company.pass(11 * MINUTE);
    await failureOf(company.process(wrong).list('property', {}));
    expect(await signIns(company)).toBe(2);
    // Others than the refused ones are tried at once.
    expect((await company.process().list('property', {})).records).not.toHaveLength(0);
    expect(await signIns(company)).toBe(3);
    for (const text of [error.message, String(error)]) expect(text).not.toContain('not-the-password');
  });

  it('may be a partner token, which needs no sign-in', async () => {
    const company = await openCompany();
    const partner = { username: undefined, password: undefined, partner_token: 'simulated-partner-token' };
    expect((await company.process(partner).list('property', {})).records).not.toHaveLength(0);
    expect(await signIns(company)).toBe(0);
    const refused = company.process({ ...partner, partner_token: 'somebody-elses-token' });
    expect((await failureOf(refused.list('property', {}))).code).toBe('misconfigured');
  });

  it('are a user or a partner, never both or none', async () => {
    const company = await openCompany();
    expect(() => company.process({ partner_token: 'simulated-partner-token' })).toThrow(/username/);
    expect(() => company.process({ password: undefined })).toThrow(/username/);
    expect(() => company.process({ webhook_secret: 'short' })).toThrow(/webhook_secret/);
  });

  it('go with the location in every request, because another one has other records under the same numbers', async () => {
    const company = await openCompany();
    const here = company.process();
    const elsewhere = company.process({ location_id: '1' });
    const [property] = (await here.list('property', {})).records;
    expect(await here.get('property', '', property?.id ?? '')).toBeDefined();
    expect((await elsewhere.list('property', {})).records).toEqual([]);
    expect(await elsewhere.get('property', '', property?.id ?? '')).toBeUndefined();
    const { last } = await company.simulator.requests();
    const locations = new Set(last.map(({ headers }) => headers['x-rm12api-locationid']));
    expect(locations).toEqual(new Set(['1', '2']));
  });

  it('are nowhere in the log of what was asked', async () => {
    const company = await openCompany();
    await company.process().list('property', {});
    const { password } = company.simulator.connection as unknown as Record<string, string>;
    expect(JSON.stringify(await company.simulator.requests())).not.toContain(password);
  });
});

describe('what Rent Manager refuses for want of room', () => {
  it('says when there is room again, in the header that the vendor has for it', async () => {
    const company = await openCompany({ limits: { windows: [{ requests: 3, per_ms: MINUTE }] } });
    const connector = company.process();
    await connector.list('property', {});
    await company.pass(20_000);
    await connector.list('property', {});
    const error = await failureOf(connector.list('property', {}));
    expect([error.code, error.retry_after_ms]).toEqual(['rate_limited', MINUTE]);
  });
});
