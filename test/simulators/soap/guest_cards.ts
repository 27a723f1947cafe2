import { attribute, child, path, text } from '../../../src/connectors/kit/xml.ts';
import { element, type XmlElement } from '../../../src/connectors/kit/xml_builder.ts';
import type { Field } from './contract.ts';
import { type Operation, ServiceFault, type ServiceOptions } from './service.ts';

/** Guest cards by id: the comment of each. */
export type Cards = Map<string, string>;

const NAMESPACE = 'http://tempuri.org/Example/GuestCards';

const LOGIN: readonly Field[] = ['UserName', 'Password', 'InterfaceEntity'].map((name) => ({ name, type: 'string' }));

const fault = (detail: XmlElement) => new ServiceFault('Server', 'The card is not one & "never" <was>.', detail);

const OPERATIONS: readonly Operation<Cards>[] = [
  { name: 'Ping', parameters: [], handle: () => ['pong'] },
  { name: 'Forget', parameters: [], handle: () => undefined },
  {
    name: 'GetCards',
    parameters: [
      ...LOGIN,
      { name: 'YardiPropertyId', type: 'string', optional: true },
      { name: 'Limit', type: 'int', optional: true },
    ],
    handle(call, cards) {
      if (text(call, 'Password') !== 'right') return [];
      const shown = [...cards].slice(0, Number(text(call, 'Limit') ?? 100));
      return [element('Cards', { xmlns: '' }, ...shown.map(([id, note]) => element('Card', { Id: id }, note)))];
    },
  },
  {
    name: 'ImportCard',
    parameters: [...LOGIN, { name: 'XmlDoc', type: 'any' }],
    handle(call, cards) {
      const card = path(call, 'XmlDoc/LeadManagement/Card');
      const id = attribute(card, 'Id');
      if (id === undefined || card?.namespace !== '') throw fault(element('Code', {}, '17'));
      cards.set(id, text(card, 'Comment') ?? '');
      return [element('Messages', { xmlns: '' }, element('Message', { messageType: 'FYI' }, `CustomerID: ${id}`))];
    },
  },
  {
    name: 'insertcard',
    parameters: [
      { name: 'auth', type: 'AuthDTO' },
      {
        name: 'card',
        type: [
          { name: 'id', type: 'string' },
          { name: 'notes', type: 'string', list: true },
        ],
      },
    ],
    handle(call, cards) {
      if (text(call, 'auth/licensekey') !== 'right') throw fault(element('Code', {}, '18'));
      const card = child(call, 'card');
      cards.set(
        text(card, 'id') ?? '',
        (card?.children ?? [])
          .slice(1)
          .map((note) => note.text)
          .join('|'),
      );
      return [text(card, 'id') ?? ''];
    },
  },
];

/** A small service with everything that contracts of this kind have, for tests of both sides. */
export const GUEST_CARDS: ServiceOptions<Cards> = {
  name: 'GuestCards',
  namespace: NAMESPACE,
  action_prefix: `${NAMESPACE}/`,
  types: { AuthDTO: ['pmcid', 'siteid', 'licensekey'].map((name) => ({ name, type: 'string' })) },
  operations: OPERATIONS,
  out_of_order: 'dropped',
  fault_status: 500,
};
