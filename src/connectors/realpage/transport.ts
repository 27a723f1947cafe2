import { VendorError, type ConnectorEnvironment } from '../connector.ts';
import { unknownFor, type Purpose } from '../kit/rest.ts';
import { soapCall, soapEnvelope, type SoapFault } from '../kit/soap.ts';
import { text, type XmlNode } from '../kit/xml.ts';
import { firstIn } from './answer.ts';
import type { Contract, Offered } from './contract.ts';
import type { Use } from './operations.ts';
import type { RealpageSettings } from './settings.ts';
import { parametersOf, type Values } from './values.ts';

/** RealPage through its gateway. Every method throws `VendorError`. */
export interface Client {
  /**
   * The content of an operation's Result element. Asks the site that the credentials name; `unsupported` where the
   * contract has no such operation.
   */
  call(use: Use, site: string, values: Values, options?: CallOptions): Promise<XmlNode>;
  /** The numbers by which a site is named within a request as well. Throws `not_found` for a site of somebody else's. */
  numbersOf(site: string): { pmcid: string | undefined; siteid: string };
  /** The contract that a service shows, undefined where it shows none. */
  contractAt(url: string, signal?: AbortSignal): Promise<string | undefined>;
}

export interface CallOptions {
  purpose?: Purpose;
  signal?: AbortSignal | undefined;
}

/** Where a call comes from: the settings, and a `fetch` for each address of a service. */
export interface ClientParts {
  settings: RealpageSettings;
  contract: Contract;
  environmentOf(url: string): ConnectorEnvironment;
}

const NAME = 'RealPage';

export function createClient({ settings, contract, environmentOf }: ClientParts): Client {
  return {
    async call(use, site, values, { purpose = 'read', signal } = {}) {
      const offer = offeredBy(contract, use);
      const { fetch, clock } = environmentOf(offer.url);
      const envelope = soapEnvelope({
        namespace: offer.namespace,
        operation: offer.name,
        parameters: parametersOf(offer, credentialsOf(settings, site), values),
      });
      const { url: path, name: operation, action } = offer;
      const answer = await soapCall(
        { fetch, clock, name: NAME },
        { path, operation, action, envelope, purpose, ...(signal && { signal }) },
      );
      if (answer.kind === 'fault') throw refusalOf(answer, purpose);
      if (answer.result === undefined)
        throw new VendorError(unknownFor(purpose), `${NAME} gave an answer without a result.${advice(purpose)}`);
      return answer.result;
    },

    numbersOf(site) {
      return { pmcid: siteIn(settings, site).pmcid ?? settings.pmcid, siteid: site };
    },

    async contractAt(url, signal) {
      const { fetch } = environmentOf(url);
      const response = await fetch(`${url}?singleWsdl`, { ...(signal && { signal }) });
      const body = await response.text();
      return response.status === 200 && body.includes('definitions') ? body : undefined;
    },
  };
}

function offeredBy(contract: Contract, use: Use): Offered {
  const offer = contract.offered(use);
  if (offer !== undefined) return offer;
  throw new VendorError(
    'unsupported',
    `The contract of this connection has no operation for ${use.replaceAll('_', ' ')}.`,
  );
}

function siteIn({ sites }: RealpageSettings, site: string): RealpageSettings['sites'][string] {
  const own = Object.hasOwn(sites, site) ? sites[site] : undefined;
  if (own !== undefined) return own;
  throw new VendorError('not_found', 'This connection has no such site. Nothing was changed.');
}

/** The first parameter of every call. It chooses the property as well. */
function credentialsOf(settings: RealpageSettings, siteid: string): Values {
  const own = siteIn(settings, siteid);
  return {
    pmcid: own.pmcid ?? settings.pmcid,
    siteid,
    username: own.username ?? settings.username,
    password: own.password ?? settings.password,
    licensekey: own.license_key ?? settings.license_key,
    system: settings.system === 'none' ? undefined : settings.system,
  };
}

/** What the gateway says where a licence lacks an operation; the words were seen. */
const NOT_LICENSED = /licen[cs]e ?key is not authori[sz]ed|not authori[sz]ed to call/i;
const NOT_LET_IN = /invalid (?:licen[cs]e|pmc|site|user|credential)|authenticat|access denied|not subscribed/i;

/**
 * A fault as what it means. Who is not let in is told so before anything is looked at. A message for people
 * (`CustomMessage`) says that something is wrong with the request, but not how far it has got: a write is then in doubt.
 * Its words may name people and are never shown; `MessageLogId` is what RealPage's support asks for.
 */
function refusalOf({ code, message, detail }: SoapFault, purpose: Purpose): VendorError {
  const told = detail && firstIn({ ...detail, children: [detail] }, 'RPXApplicationFault');
  const [custom, exception] = ['CustomMessage', 'ExceptionMessage'].map((name) => text(told, name)?.trim() ?? '');
  const words = `${message} ${custom} ${exception}`;
  const number = /^[\w-]{1,64}$/.exec(text(told, 'MessageLogId')?.trim() ?? '')?.[0];
  const log = number === undefined ? '' : ` RealPage's log has it as ${number}.`;
  if (NOT_LICENSED.test(words))
    return new VendorError('misconfigured', `The licence key may not call this operation. Nothing was changed.${log}`);
  if (NOT_LET_IN.test(words))
    return new VendorError(
      'misconfigured',
      `${NAME} does not accept the credentials of this site. Nothing was changed.${log}`,
    );
  const objects = custom !== '' || code === 'Client';
  if (objects && purpose === 'read')
    return new VendorError('refused', `${NAME} did not accept the request. Nothing was changed.${log}`);
  if (objects) return new VendorError('refused', `${NAME} did not accept the request.${log}`, { unproved: true });
  return new VendorError(unknownFor(purpose), `${NAME} failed.${advice(purpose)}${log}`);
}

function advice(purpose: Purpose): string {
  return purpose === 'read'
    ? ' Nothing was changed. Try again later.'
    : ' It may have been done: look before sending again.';
}
