import { VendorError, type ConnectorEnvironment } from '../connector.ts';
import { soapCall, soapEnvelope } from '../kit/soap.ts';
import { element, type XmlElement } from '../kit/xml_builder.ts';
import type { XmlNode } from '../kit/xml.ts';
import type { VendorDeps } from '../kit/settings.ts';
import { emptyError, faultError, isError, meansNothing, messagesIn, refusalOf, type Message } from './answers.ts';
import { builtIn, fromContract, type Calling } from './contracts.ts';
import {
  CREDENTIALS,
  INTERFACES,
  OPERATIONS,
  type Credential,
  type InterfaceName,
  type OperationName,
} from './interfaces.ts';
import { PACE, READ_DEADLINE_MS, WRITE_DEADLINE_MS } from './limits.ts';
import type { LicensedInterface, YardiSettings } from './settings.ts';

/** One call, as it is kept in the ledger: plain data without a credential. */
export interface YardiCall {
  service: InterfaceName;
  name: OperationName;
  /** By the service's own names; texts, or a document as element content. */
  parameters: Readonly<Record<string, string | XmlElement>>;
}

/** What came back. */
export interface YardiAnswer {
  result: XmlNode;
  messages: readonly Message[];
}

/** Yardi's services over the connection's paced fetch. */
export interface Client {
  readonly licensed: readonly InterfaceName[];
  /** Throws `VendorError` `unsupported` where the interface is not licensed. */
  need(service: InterfaceName): void;
  /** Undefined where the service says that it has found nothing. Throws `VendorError`. */
  read(call: YardiCall, signal?: AbortSignal): Promise<XmlNode | undefined>;
  /** Sends once. Throws `VendorError`; for an error message what `errorOf` makes of it, by default a refusal. */
  write(call: YardiCall, signal?: AbortSignal, errorOf?: typeof refusalOf): Promise<YardiAnswer>;
}

export function createClient(settings: YardiSettings, deps: VendorDeps): Client {
  const reading = deps.environment(settings.base_url, PACE, READ_DEADLINE_MS);
  const writing = deps.environment(settings.base_url, PACE, WRITE_DEADLINE_MS);
  const licensed = Object.keys(settings.interfaces).filter(
    (name) => settings.interfaces[name as InterfaceName] !== undefined,
  ) as InterfaceName[];

  function licenceOf(service: InterfaceName): LicensedInterface {
    const given = settings.interfaces[service];
    if (given === undefined) throw new VendorError('unsupported', `${notLicensed(service)} Nothing was changed.`);
    return given;
  }

  async function call({ service, name, parameters }: YardiCall, signal?: AbortSignal): Promise<YardiAnswer> {
    const licence = licenceOf(service);
    const { purpose } = OPERATIONS[name];
    const environment: ConnectorEnvironment = purpose === 'read' ? reading : writing;
    const path = pathOf(service, licence);
    const calling = licence.wsdl ? await fromContract(reading, path, name) : builtIn(path, name);
    const envelope = soapEnvelope({
      namespace: calling.namespace,
      operation: name,
      parameters: inOrder(calling, { ...credentialsOf(settings, licence), ...parameters }),
    });
    const answer = await soapCall(
      { fetch: environment.fetch, clock: environment.clock, name: 'Yardi Voyager' },
      { path, operation: name, action: calling.action, envelope, purpose, ...(signal && { signal }) },
    );
    if (answer.kind === 'fault') throw faultError(answer, purpose);
    const { result } = answer;
    if (result === undefined || (result.children.length === 0 && result.text.trim() === ''))
      throw emptyError(INTERFACES[service].title, purpose);
    return { result, messages: messagesIn(result) };
  }

  return {
    licensed,
    need: (service) => void licenceOf(service),
    async read(asked, signal) {
      const { result, messages } = await call(asked, signal);
      const error = messages.find(isError);
      if (error === undefined) return result;
      if (meansNothing(error)) return undefined;
      throw refusalOf(error, 'read');
    },
    async write(asked, signal, errorOf = refusalOf) {
      const answer = await call(asked, signal);
      const error = answer.messages.find(isError);
      if (error !== undefined) throw errorOf(error, 'write');
      return answer;
    },
  };
}

/** Why something cannot be done without an interface, and what to do. */
export function notLicensed(service: InterfaceName): string {
  const { title } = INTERFACES[service];
  return (
    `It needs Yardi's ${title} interface, which this connection has no licence for. ` +
    `Have Yardi license it, and name entity and licence under interfaces.${service}.`
  );
}

function pathOf(service: InterfaceName, { path }: LicensedInterface): string {
  return path ?? (INTERFACES[service].path as string);
}

function credentialsOf(settings: YardiSettings, licence: LicensedInterface): Record<Credential, string> {
  return {
    UserName: licence.user_name ?? settings.user_name,
    Password: licence.password ?? settings.password,
    ServerName: licence.server_name ?? settings.server_name,
    Database: licence.database ?? settings.database,
    Platform: settings.platform,
    InterfaceEntity: licence.entity,
    InterfaceLicense: licence.license,
  };
}

/**
 * Parameters in the order of the contract, under its spelling: contracts write `DataBase` and `Username` here and there.
 * Throws `RangeError` for one that the contract does not have; it would be dropped without a word.
 */
function inOrder({ parameters }: Calling, given: Readonly<Record<string, string | XmlElement>>): XmlElement[] {
  const byName = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  const ordered = parameters.flatMap((name) => {
    const value = byName.get(name.toLowerCase());
    byName.delete(name.toLowerCase());
    return value === undefined ? [] : [element(name, {}, value)];
  });
  // Operations without a user take no credentials at all.
  for (const name of CREDENTIALS) byName.delete(name.toLowerCase());
  if (byName.size > 0) throw new VendorError('misconfigured', unknownParameters([...byName.keys()]));
  return ordered;
}

function unknownParameters(names: readonly string[]): string {
  return `The contract of this interface has no parameter ${names.join(', ')}. Nothing was sent.`;
}
