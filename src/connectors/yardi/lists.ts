import { attribute, children, text, type XmlNode } from '../kit/xml.ts';
import type { Context } from './context.ts';

/*
 * What a customer's Voyager has to choose from: leasing agents and marketing sources of a property, charge codes of the
 * interface entity, words of work orders.
 */

export interface Agent {
  name: string;
  is_active: boolean;
}

export interface AgentsAndSources {
  agents: readonly Agent[];
  sources: readonly string[];
}

/** All elements of a name, however deep. */
function everyNamed(node: XmlNode | undefined, name: string): XmlNode[] {
  if (node === undefined) return [];
  return node.children.flatMap((one) => (one.name === name ? [one] : everyNamed(one, name)));
}

/** Leasing agents and marketing sources of a property. */
export async function readAgentsAndSources(
  { client }: Context,
  property: string,
  signal?: AbortSignal,
): Promise<AgentsAndSources> {
  const call = {
    service: 'ils_guest_card',
    name: 'GetYardiAgentsSourcesResults_Login',
    parameters: { YardiPropertyId: property },
  } as const;
  const result = await client.read(call, signal);
  const agents = everyNamed(result, 'Agents').flatMap((list) => children(list, 'AgentName'));
  const sources = everyNamed(result, 'Sources').flatMap((list) => children(list, 'SourceName'));
  return {
    agents: agents
      .map((one) => ({ name: one.text.trim(), is_active: attribute(one, 'InactiveDate') === undefined }))
      .filter(({ name }) => name !== ''),
    sources: sources.map((one) => one.text.trim()).filter((name) => name !== ''),
  };
}

export interface ChargeType {
  code: string;
  account: string;
}

/**
 * Charge codes that the interface entity may charge under, with the accounts that they post to. The answer has a list per
 * entity; one without a name is everybody's.
 */
export async function readChargeTypes({ client, settings }: Context, signal?: AbortSignal): Promise<ChargeType[]> {
  const call = { service: 'billing_and_payments', name: 'GetChargeTypes_Login', parameters: {} } as const;
  const result = await client.read(call, signal);
  const entity = settings.interfaces.billing_and_payments?.entity;
  const lists = everyNamed(result, 'Charges').filter((list) => {
    const named = attribute(list, 'Entity') ?? text(list, 'Entity');
    return named === undefined || named === entity;
  });
  return lists
    .flatMap((list) => children(list, 'Charge'))
    .flatMap((charge) => {
      const [code, account] = [text(charge, 'ChargeCode')?.trim(), text(charge, 'GLCode')?.trim()];
      return code && account ? [{ code, account }] : [];
    });
}

export interface CustomValues {
  statuses: readonly string[];
  priorities: readonly string[];
  categories: readonly string[];
}

/** How each list is called, and what is in it. Whether a word is the element's own text or an attribute was not seen. */
const CUSTOM_LISTS = { statuses: 'Status', priorities: 'Priority', categories: 'Category' } as const;

/** The words of the customer's own lists for work orders. */
export async function readCustomValues({ client }: Context, signal?: AbortSignal): Promise<CustomValues> {
  const result = await client.read({ service: 'service_requests', name: 'GetCustomValues', parameters: {} }, signal);
  const words = (name: string) => [
    ...new Set(
      everyNamed(result, name)
        .map(wordOf)
        .filter((word) => word !== ''),
    ),
  ];
  const { statuses, priorities, categories } = CUSTOM_LISTS;
  return { statuses: words(statuses), priorities: words(priorities), categories: words(categories) };
}

function wordOf(node: XmlNode): string {
  return (attribute(node, 'Name') ?? attribute(node, 'name') ?? text(node, 'Name') ?? node.text).trim();
}
