import type { WsdlField } from '../kit/wsdl.ts';
import type { Contract, Offered } from './contract.ts';
import { wordOf, type Word } from './service_request_words.ts';
import type { Values } from './values.ts';

/** A request that is filled in by the names of the customer's own contract. */
export interface Form {
  /** What the contract has an element for. */
  words: ReadonlySet<Word>;
  /** The request's parameters for what is known; elements without a value are left out. */
  fill(known: Readonly<Partial<Record<Word, string>>>): Values;
}

/** The form of an operation, or why there is none. */
export type FormOrReason = Form | { reason: string };

export function isForm(form: FormOrReason): form is Form {
  return 'fill' in form;
}

/**
 * The form of an operation whose element names nobody has published: every element that the contract requires has to be
 * one that is understood, and `needed` have to be among them.
 */
export function formOf(
  contract: Contract,
  use: 'add_service_request' | 'update_service_request',
  needed: readonly Word[],
): FormOrReason {
  const offer = contract.offered(use);
  if (offer === undefined) return { reason: 'the licence of this connection does not have the operation' };
  const own = offer.parameters?.slice(1);
  if (own === undefined || own.length === 0)
    return { reason: `nobody has published the elements of ${offer.name}; set "wsdl" for the service that has it` };
  const leaves = own.flatMap((field) => leavesOf(offer, field));
  const strange = leaves.find(({ field, word }) => word === undefined && !field.optional && !isExtension(field));
  if (strange !== undefined) return { reason: `${offer.name} requires ${strange.field.name}, which is not understood` };
  const words = new Set(leaves.flatMap(({ word }) => word ?? []));
  const missing = needed.find((word) => !words.has(word));
  if (missing !== undefined)
    return { reason: `${offer.name} has no element that is a ${missing.replaceAll('_', ' ')}` };
  return { words, fill: (known) => filled(offer, own, known) };
}

/** .NET puts it into every type; it is never sent. */
const isExtension = ({ name }: WsdlField) => name.toLowerCase() === 'extensiondata';

function inside(offer: Offered, { type, fields }: WsdlField): readonly WsdlField[] | undefined {
  return fields ?? (type === undefined ? undefined : offer.fieldsOf(type));
}

function leavesOf(offer: Offered, field: WsdlField, depth = 0): { field: WsdlField; word: Word | undefined }[] {
  const parts = inside(offer, field);
  if (isExtension(field)) return [];
  if (parts === undefined || depth > 5) return [{ field, word: wordOf(field) }];
  return parts.flatMap((part) => leavesOf(offer, part, depth + 1));
}

function filled(offer: Offered, fields: readonly WsdlField[], known: Readonly<Partial<Record<Word, string>>>): Values {
  return Object.fromEntries(
    fields.flatMap((field): [string, Values[string]][] => {
      if (isExtension(field)) return [];
      const parts = inside(offer, field);
      if (parts !== undefined) return [[field.name, filled(offer, parts, known)]];
      const word = wordOf(field);
      const value = word === undefined ? undefined : known[word];
      return value === undefined ? [] : [[field.name, value]];
    }),
  );
}
